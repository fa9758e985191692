{{ config(materialized='table' if post_purchase_gate.decides(['message']) else 'view') }}
-- How an order's delivery went in the end, whatever was known when something was sent: promised for when, here when, how late.
with

parcels as (
    select
        lines.order_id,
        min(parcels.shipped_at) as first_shipped_at,
        max(parcels.expected_delivery_at) as promised_at,
        max(case when parcels.scanned_at <= {{ post_purchase_gate.as_of() }} then parcels.scanned_at end) as last_scanned_at,
        max(case when parcels.scanned_at <= {{ post_purchase_gate.as_of() }} then 0 else 1 end) as has_parcel_without_scan
    from {{ ref('int_line_parcels') }} as parcels
    inner join {{ ref('int_order_lines') }} as lines
        on parcels.order_line_id = lines.order_line_id
    where
        not parcels.is_replacement
        and parcels.shipped_at <= {{ post_purchase_gate.as_of() }}
        and parcels.known_from <= {{ post_purchase_gate.as_of() }}
        and parcels.until_at > {{ post_purchase_gate.as_of() }}
    group by lines.order_id
),

arrivals as (
    select
        order_id,
        first_shipped_at,
        promised_at,
        case when has_parcel_without_scan = 0 then last_scanned_at end as delivered_at,
        cast(promised_at as date) as promised_on,
        case when has_parcel_without_scan = 0 then cast(last_scanned_at as date) end as delivered_on
    from parcels
),

measured as (
    select
        *,
        -- by the day, since some sources promise days and date events by the day
        {{ dbt.datediff('promised_on', 'delivered_on', 'day') }} as days_late
    from arrivals
)

select
    order_id,
    first_shipped_at,
    promised_at,
    delivered_at,
    cast(days_late as integer) as days_late,
    case
        when delivered_at is null then 'not_delivered'
        when promised_at is null then 'no_promise'
        when days_late > 0 then 'late'
        else 'on_time'
    end as punctuality,
    case
        when delivered_at is null then 'not delivered'
        when promised_at is null then 'no promise'
        when days_late <= -8 then '8 and more days early'
        when days_late <= 0 then 'up to 7 days early'
        when days_late <= 3 then '1 to 3 days late'
        when days_late <= 7 then '4 to 7 days late'
        when days_late <= 14 then '8 to 14 days late'
        else '15 and more days late'
    end as lateness_band
from measured
