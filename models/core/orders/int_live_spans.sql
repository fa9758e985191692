-- When an order is live by itself, whatever its issues: while it is young, after each of its parcels left, came, or was lost or sent back, and until
-- what is used up has been used up. Spans of one order may overlap: whoever asks, asks whether one of them holds at an instant.
with

lines as (
    select * from {{ ref('int_order_lines') }}
    where order_type <> 'replacement'
),

-- what a replacement's parcel carries is the line that it stands for
parcels as (
    select
        lines.order_id,
        parcels.fulfillment_id,
        lines.quantity,
        lines.consumable_days,
        parcels.shipped_at,
        parcels.scanned_at,
        coalesce(parcels.cancelled_at, {{ post_purchase_gate.end_of_time() }}) as cancelled_at
    from lines
    inner join {{ ref('int_line_parcels') }} as parcels
        on lines.order_line_id = parcels.order_line_id
),

-- a parcel that a carrier brings back months later is as fresh a case as one that has just left
failures as (
    select
        fulfillment_id,
        failed_since
    from {{ ref('int_parcel_states') }}
    where failed_since is not null
    group by fulfillment_id, failed_since
),

spans as (
    select
        order_id,
        'young' as span_kind,
        min(ordered_at) as live_from,
        -- at most so many days old: the last second counts
        {{ post_purchase_gate.add_time('second', var('live_days') * 86400 + 1, 'min(ordered_at)') }} as live_until,
        {{ post_purchase_gate.end_of_time() }} as cancelled_at
    from lines
    group by order_id
    union all
    select
        order_id,
        'shipped' as span_kind,
        shipped_at as live_from,
        {{ post_purchase_gate.add_days(var('live_parcel_days'), 'shipped_at') }} as live_until,
        cancelled_at
    from parcels
    where shipped_at is not null
    union all
    select
        order_id,
        'delivered' as span_kind,
        scanned_at as live_from,
        {{ post_purchase_gate.add_days(var('live_parcel_days'), 'scanned_at') }} as live_until,
        cancelled_at
    from parcels
    where scanned_at is not null
    union all
    select
        parcels.order_id,
        'failed' as span_kind,
        failures.failed_since as live_from,
        {{ post_purchase_gate.add_days(var('live_parcel_days'), 'failures.failed_since') }} as live_until,
        parcels.cancelled_at
    from parcels
    inner join failures
        on parcels.fulfillment_id = failures.fulfillment_id
    union all
    select
        parcels.order_id,
        'used_up' as span_kind,
        parcels.scanned_at as live_from,
        {{ post_purchase_gate.add_time(
            'second',
            post_purchase_gate.seconds_of_use(
                post_purchase_gate.days_of_use('parcels.quantity', 'parcels.consumable_days') ~ ' + actions.expires_offset_days'
            ),
            'parcels.scanned_at'
        ) }} as live_until,
        parcels.cancelled_at
    from parcels
    inner join {{ ref('actions') }} as actions
        on actions.action = 'replenishment'
    where parcels.scanned_at is not null and parcels.consumable_days is not null
)

select
    order_id,
    span_kind,
    live_from,
    max(case when cancelled_at < live_until then cancelled_at else live_until end) as live_until
from spans
group by order_id, span_kind, live_from
