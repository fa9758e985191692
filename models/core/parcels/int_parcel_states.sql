-- The carrier's last word holds. Until the parcel goes out again, what is delivered after a return is delivered to the sender. A delivered scan
-- followed by movement was false. The shop's own date of delivery corrects the scans where it is later. An exception is open until the
-- parcel is seen moving or arriving; one posted after the delivery is none.
{%- set in_parcel = 'over (partition by fulfillment_id order by word_number rows between unbounded preceding and current row)' -%}
{%- set in_run = {} -%}
{%- for run in ['round_run', 'sighting_run', 'whereabouts_run', 'carrier_words', 'exception_run'] -%}
{%- do in_run.update({run: in_parcel | replace('fulfillment_id', 'fulfillment_id, ' ~ run)}) -%}
{%- endfor %}
with

words as (
    select * from {{ ref('int_parcel_words') }}
),

returns as (
    select
        *,
        min(case when word = 'returned_to_sender' then occurred_at end) {{ in_run.round_run }} as returned_at,
        min(case when word = 'returned_to_sender' then event_id end) {{ in_run.round_run }} as returned_event_id,
        min(case when word in ('lost', 'failed') then occurred_at end) {{ in_run.sighting_run }} as missing_since,
        min(case when word in ('lost', 'failed') then event_id end) {{ in_run.sighting_run }} as missing_event_id,
        -- of the two words the graver one
        max(case when word in ('lost', 'failed') then word end) {{ in_run.sighting_run }} as missing_how
    from words
),

arrivals as (
    select
        *,
        min(case when is_arrival and returned_at is null then occurred_at end) {{ in_run.whereabouts_run }} as first_arrived_at,
        max(case when is_arrival and returned_at is null and word <> 'picked_up' then 1 else 0 end) {{ in_run.whereabouts_run }} as is_scanned,
        max(case when word = 'shop_delivered' and returned_at is null then occurred_at end) {{ in_run.whereabouts_run }} as shop_delivered_at,
        max(case when word = 'available_for_pickup' then occurred_at end) {{ in_run.whereabouts_run }} as ready_at,
        -- a hand-over at the counter counts until a carrier speaks of the parcel
        max(case when word = 'handed_over' then occurred_at end) {{ in_run.carrier_words }} as handed_over_at
    from returns
),

states as (
    select
        *,
        case
            when returned_at is not null then null
            when shop_delivered_at > first_arrived_at then shop_delivered_at
            else coalesce(first_arrived_at, handed_over_at)
        end as delivered_at,
        case
            when returned_at is not null then 'returned_to_sender'
            when coalesce(first_arrived_at, handed_over_at) is not null then 'delivered'
            when missing_since is not null then missing_how
            when ready_at is not null then 'ready_for_pickup'
            else 'under_way'
        end as parcel_state
    from arrivals
),

remembered as (
    select
        *,
        sum(case when is_movement or is_arrival or word = 'available_for_pickup' then 1 else 0 end) {{ in_parcel }} as exception_run,
        is_exception and parcel_state <> 'delivered' as is_real_exception,
        lag(parcel_state) over (partition by fulfillment_id order by word_number) as previous_state,
        max(case when is_carrier then occurred_at end) over (
            partition by fulfillment_id order by word_number rows between unbounded preceding and 1 preceding
        ) as previous_carrier_at
    from states
),

gathered as (
    select
        *,
        min(case when is_real_exception then occurred_at end) {{ in_run.exception_run }} as exception_since,
        min(case when is_real_exception then event_id end) {{ in_run.exception_run }} as exception_event_id,
        max(case when is_real_exception then occurred_at end) {{ in_parcel }} as last_exception_at,
        max(case when is_carrier then occurred_at end) {{ in_parcel }} as last_carrier_at,
        max(case when is_movement then occurred_at end) {{ in_parcel }} as last_moved_at,
        min(case when word = 'damaged' then occurred_at end) {{ in_parcel }} as damaged_at,
        max(case when word = 'damaged' then occurred_at end) {{ in_parcel }} as last_damaged_at,
        max(case when word = 'damaged' then event_id end) {{ in_parcel }} as damaged_event_id,
        -- a parcel that had trouble, lay ready, was scanned falsely or had a word nobody knows is not presumed to have come
        max(case
            when is_exception or is_failure or is_arrival or word in ('damaged', 'available_for_pickup', 'unknown') then 1 else 0
        end) {{ in_parcel }} = 1 as bars_inference,
        -- a silence that the carrier broke, for it was news
        max(case
            when
                is_carrier and previous_state = 'under_way'
                and {{ post_purchase_gate.add_days(var('stall_days'), 'previous_carrier_at') }} < occurred_at
                then {{ post_purchase_gate.add_days(var('stall_days'), 'previous_carrier_at') }}
        end) {{ in_parcel }} as last_broken_stall_at,
        max(case when word <> 'label_created' then 1 else 0 end) {{ in_parcel }} = 1 as has_left,
        row_number() over (partition by fulfillment_id, occurred_at order by word_number desc) as recency_at_instant
    from remembered
)

select
    fulfillment_id,
    occurred_at as from_at,
    coalesce(lead(occurred_at) over (partition by fulfillment_id order by occurred_at), {{ post_purchase_gate.end_of_time() }}) as until_at,
    parcel_state,
    case
        when parcel_state = 'returned_to_sender' then returned_at
        when parcel_state in ('lost', 'failed') then missing_since
    end as failed_since,
    case
        when parcel_state = 'returned_to_sender' then returned_event_id
        when parcel_state in ('lost', 'failed') then missing_event_id
    end as failed_event_id,
    delivered_at,
    case when delivered_at is not null then case when is_scanned = 1 then 'scan' else 'pickup' end end as delivered_by,
    exception_since,
    exception_event_id,
    last_exception_at,
    last_broken_stall_at,
    last_carrier_at,
    last_moved_at,
    damaged_at,
    last_damaged_at,
    damaged_event_id,
    bars_inference,
    has_left
from gathered
where recency_at_instant = 1
