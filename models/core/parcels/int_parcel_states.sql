-- The carrier's last word holds. Until the parcel goes out again, what is delivered after a return is delivered to the sender. A delivered scan
-- followed by movement was false. The shop's own date of delivery corrects the scans where it is later. An exception is open until the
-- parcel is seen moving or arriving, an attempted delivery also until it lies ready; one posted after the delivery is none. What holds is told by which word came last, so that each step
-- asks for the words in one order alone.
{%- set so_far = 'over (partition by fulfillment_id order by word_number rows between unbounded preceding and current row)' -%}
{%- set before = 'over (partition by fulfillment_id order by word_number rows between unbounded preceding and 1 preceding)' -%}
{%- set last_words = {
    'last_out': "word = 'out_for_delivery'", 'last_returned': "word = 'returned_to_sender'", 'last_lost': "word = 'lost'",
    'last_missing': "word in ('lost', 'failed')", 'last_seen': "is_movement or is_arrival or word = 'available_for_pickup'",
    'last_whereabouts': 'is_movement or is_failure', 'last_ready': "word = 'available_for_pickup'", 'last_carrier': 'is_carrier',
    'handed_over': "word = 'handed_over'", 'last_unmapped': "word = 'unknown'",
    'last_progress': 'is_movement or is_arrival', 'last_trouble': 'is_exception', 'last_attempt': "word = 'attempted_delivery'",
} -%}
{%- set last_times = {
    'handed_over_at': "word = 'handed_over'", 'last_carrier_at': 'is_carrier', 'last_moved_at': 'is_movement', 'last_damaged_at': "word = 'damaged'",
    'last_unmapped_at': "word = 'unknown'",
} %}
with

-- the event behind a word goes with its number, so that the last one can be asked for
words as (
    select
        *,
        case when event_id is not null then {{ dbt.concat(["cast(1000000 + word_number as " ~ dbt.type_string() ~ ")", "event_id"]) }} end as word_key
    from {{ ref('int_parcel_words') }}
),

placed as (
    select
        *,
        {%- for name, condition in last_words.items() %}
        max(case when {{ condition }} then word_number else 0 end) {{ so_far }} as {{ name }},
        {%- endfor %}
        {%- for name, condition in last_times.items() %}
        max(case when {{ condition }} then occurred_at end) {{ so_far }} as {{ name }},
        {%- endfor %}
        coalesce(max(case when word = 'returned_to_sender' then word_number end) {{ before }}, 0) as returned_before,
        coalesce(max(case when word in ('lost', 'failed') then word_number end) {{ before }}, 0) as missing_before,
        max(case when is_carrier then occurred_at end) {{ before }} as carrier_before_at,
        min(case when word = 'damaged' then occurred_at end) {{ so_far }} as damaged_at,
        max(case when word = 'damaged' then word_key end) {{ so_far }} as damaged_word,
        max(case when word = 'unknown' then word_key end) {{ so_far }} as unmapped_word,
        -- a parcel that had trouble, was scanned falsely or had a word nobody knows is not presumed to have come
        max(case when is_exception or is_failure or is_arrival or word = 'unknown' then 1 else 0 end) {{ so_far }} = 1 as bars_inference,
        max(case when word <> 'label_created' then 1 else 0 end) {{ so_far }} = 1 as has_left,
        lead(occurred_at) over (partition by fulfillment_id order by word_number) as next_at
    from words
),

-- what comes back is never at the customer's
homeward as (
    select
        *,
        last_returned > last_out as is_returned,
        last_missing > last_seen as is_missing,
        is_arrival and last_returned <= last_out as is_own_arrival
    from placed
),

arrivals as (
    select
        *,
        {{ post_purchase_gate.greatest() }}(
            last_progress,
            max(case when word = 'available_for_pickup' and last_attempt = last_trouble then word_number else 0 end) {{ so_far }}
        ) as last_relief,
        max(case when is_own_arrival then word_number else 0 end) {{ so_far }} as last_arrival,
        coalesce(max(case when is_own_arrival then word_number end) {{ before }}, 0) as arrival_before,
        max(case when is_own_arrival and word <> 'picked_up' then word_number else 0 end) {{ so_far }} as last_scan,
        max(case when is_own_arrival and word = 'shop_delivered' then word_number else 0 end) {{ so_far }} as shop_delivered,
        max(case when is_own_arrival and word = 'shop_delivered' then occurred_at end) {{ so_far }} as shop_delivered_at,
        max(case when word = 'returned_to_sender' and returned_before <= last_out then occurred_at end) {{ so_far }} as returned_at,
        max(case when word = 'returned_to_sender' and returned_before <= last_out then word_key end) {{ so_far }} as returned_word,
        max(case when word in ('lost', 'failed') and missing_before <= last_seen then occurred_at end) {{ so_far }} as missing_since,
        max(case when word in ('lost', 'failed') and missing_before <= last_seen then word_key end) {{ so_far }} as missing_word
    from homeward
),

states as (
    select
        *,
        is_exception and parcel_state <> 'delivered' as is_real_exception
    from (
        select
            *,
            case
                when is_returned then 'returned_to_sender'
                -- a hand-over at the counter counts until a carrier speaks of the parcel
                when last_arrival > last_whereabouts or handed_over > last_carrier then 'delivered'
                when is_missing and last_lost > last_seen then 'lost'
                when is_missing then 'failed'
                when last_ready > last_whereabouts then 'ready_for_pickup'
                else 'under_way'
            end as parcel_state
        from arrivals
    ) as told
),

remembered as (
    select
        *,
        max(case when is_own_arrival and arrival_before <= last_whereabouts then occurred_at end) {{ so_far }} as first_arrived_at,
        max(case when is_real_exception then word_number else 0 end) {{ so_far }} as last_exception,
        coalesce(max(case when is_real_exception then word_number end) {{ before }}, 0) as exception_before,
        max(case when is_real_exception then occurred_at end) {{ so_far }} as last_exception_at,
        lag(parcel_state) over (partition by fulfillment_id order by word_number) as state_before
    from states
),

gathered as (
    select
        *,
        max(case when is_real_exception and exception_before <= last_relief then occurred_at end) {{ so_far }} as exception_opened_at,
        max(case when is_real_exception and exception_before <= last_relief then word_key end) {{ so_far }} as opened_word,
        -- a silence that the carrier broke, or the shop's own date of delivery ended: it was news
        max(case
            when
                (is_carrier or word = 'shop_delivered') and state_before = 'under_way'
                and {{ post_purchase_gate.add_days(var('stall_days'), 'carrier_before_at') }} < occurred_at
                then {{ post_purchase_gate.add_days(var('stall_days'), 'carrier_before_at') }}
        end) {{ so_far }} as last_broken_stall_at
    from remembered
)

select
    fulfillment_id,
    occurred_at as from_at,
    coalesce(next_at, {{ post_purchase_gate.end_of_time() }}) as until_at,
    parcel_state,
    case
        when parcel_state = 'returned_to_sender' then returned_at
        when parcel_state in ('lost', 'failed') then missing_since
    end as failed_since,
    case
        when parcel_state = 'returned_to_sender' then substring(returned_word, 8)
        when parcel_state in ('lost', 'failed') then substring(missing_word, 8)
    end as failed_event_id,
    case
        when parcel_state <> 'delivered' then null
        when last_arrival <= last_whereabouts then handed_over_at
        when shop_delivered > last_whereabouts and shop_delivered_at > first_arrived_at then shop_delivered_at
        else first_arrived_at
    end as delivered_at,
    case when parcel_state = 'delivered' then case when last_scan > last_whereabouts then 'scan' else 'pickup' end end as delivered_by,
    case when last_exception > last_relief then exception_opened_at end as exception_since,
    case when last_exception > last_relief then substring(opened_word, 8) end as exception_event_id,
    -- a word that nobody knows may have been any exception
    last_unmapped > last_progress and parcel_state <> 'delivered' as has_unmapped_exception,
    last_exception_at,
    last_broken_stall_at,
    last_carrier_at,
    last_moved_at,
    damaged_at,
    last_damaged_at,
    substring(damaged_word, 8) as damaged_event_id,
    last_unmapped_at,
    substring(unmapped_word, 8) as unmapped_event_id,
    bars_inference,
    has_left
from gathered
-- of the words of one instant the last one tells
where coalesce(next_at > occurred_at, true)
