{{ config(materialized='view') }}
-- What became of the goods that a line waits for. They are here when every parcel that did not fail has come, or when parcels that list them
-- brought all that is needed. A parcel without a scan is presumed to have come once that may be inferred and nobody asks where it is.
{%- set least = post_purchase_gate.least() %}
with

points as (
    select
        point_id,
        point_at,
        knows_fulfillments
    from {{ ref('int_instants') }}
    where not is_digital
),

goods as (
    select
        goods.*,
        points.point_at,
        points.knows_fulfillments,
        asked.asked_since
    from {{ ref('int_point_goods') }} as goods
    inner join points
        on goods.point_id = points.point_id
    left join {{ ref('int_whereabouts_tickets') }} as asked
        on goods.point_id = asked.point_id
),

parcels as (
    select
        parcels.*,
        goods.knows_fulfillments,
        goods.asked_since,
        coalesce(
            parcels.scanned_at,
            case when parcels.inferable_at <= parcels.point_at and goods.asked_since is null then parcels.inferable_at end
        ) as arrived_at
    from {{ ref('int_parcel_evidence') }} as parcels
    inner join goods
        on parcels.point_id = goods.point_id and parcels.carried_order_line_id = goods.carried_order_line_id
),

judged as (
    select
        *,
        failed_since is not null as is_failed,
        max(news_at) over (partition by point_id) as last_news_at,
        max(arrived_at) over (partition by point_id) as last_arrived_at,
        case when arrived_at is null then stall_opened_at end as stalled_since,
        case
            when
                knows_fulfillments and parcel_state = 'under_way' and (inferable_at is null or asked_since is not null)
                and {{ post_purchase_gate.add_days(var('overdue_days'), 'expected_at') }} <= point_at
                then {{ post_purchase_gate.add_days(var('overdue_days'), 'expected_at') }}
        end as overdue_since,
        -- when silence alone will say something else of it
        {{ post_purchase_gate.least(5) }}(
            {%- for instant in ['inferable_at', 'silent_from', 'expected_at', post_purchase_gate.add_days(var('overdue_days'), 'expected_at')] %}
            case when parcel_state = 'under_way' then {{ post_purchase_gate.not_before('point_at', instant) }} else {{ post_purchase_gate.end_of_time() }} end,
            {%- endfor %}
            state_until_at
        ) as changes_at
    from parcels
),

summed as (
    select
        point_id,
        carried_order_line_id,
        sum(case when is_content_known then units else 0 end) as units_shipped,
        sum(case when is_content_known and not is_failed then units else 0 end) as units_not_failed,
        sum(case when is_content_known and is_listed and arrived_at is not null then units else 0 end) as listed_units_here,
        min(case when not is_content_known then shipped_at end) as content_unknown_since,
        sum(case when is_content_known and not is_failed and units > 0 then 1 else 0 end) as parcels_expected,
        sum(case when is_content_known and not is_failed and units > 0 and arrived_at is null then 1 else 0 end) as parcels_missing,
        sum(case
            when is_content_known and not is_failed and units > 0 and arrived_at is null and inferable_at is not null and asked_since is null then 1
            else 0
        end) as parcels_presumable,
        max(case when not is_failed and arrived_at is null then inferable_at end) as presumed_at,
        max(case when arrived_at is not null and scanned_at is null then 1 else 0 end) as has_inferred,
        min(delivered_by) as best_delivered_by,
        max(arrived_at) as arrived_at,
        max(case when is_content_known then shipped_at end) as last_shipped_at,
        min(case when is_content_known then shipped_at end) as first_shipped_at,
        max(case when not is_failed and arrived_at is null and parcel_state = 'under_way' then expected_at end) as expected_at,
        min(case when not is_failed and arrived_at is null and parcel_state = 'under_way' then expected_at end) as first_expected_at,
        max(expected_at) as last_expected_at,
        max(case when parcel_state = 'ready_for_pickup' then 1 else 0 end) as has_ready_parcel,
        min(failed_since) as failed_since,
        min(case when is_failed then failed_event_id end) as failed_event_id,
        min(case when is_failed then parcel_state end) as failed_how,
        min(stalled_since) as stalled_since,
        min(overdue_since) as overdue_since,
        min(case when stalled_since is not null or overdue_since is not null then fulfillment_id end) as late_fulfillment_id,
        min(case when not is_failed then exception_since end) as exception_since,
        min(case when not is_failed then exception_event_id end) as exception_event_id,
        min(case when is_failed then exception_since end) as failed_exception_since,
        max(case when not is_failed then exception_since end) as last_exception_since,
        max(exception_since) as last_exception_since_of_all,
        min(case when is_failed then exception_event_id end) as failed_exception_event_id,
        max(last_exception_at) as last_exception_at,
        min(unmapped_exception_since) as unmapped_exception_since,
        min(case when unmapped_exception_since is not null then unmapped_event_id end) as unmapped_event_id,
        min(changes_at) as changes_at,
        max(news_at) as news_at,
        max(case when news_at = last_news_at then fulfillment_id end) as news_fulfillment_id,
        max(case when news_at = last_news_at then arrived_at end) as news_arrived_at,
        max(case when news_at = last_news_at and arrived_at is null then 1 else 0 end) as has_news_under_way,
        max(case when arrived_at = last_arrived_at then fulfillment_id end) as arrived_fulfillment_id
    from judged
    group by point_id, carried_order_line_id
),

told as (
    select
        goods.*,
        summed.point_id is not null as has_parcel,
        coalesce(summed.units_shipped, 0) as units_shipped,
        coalesce(summed.units_not_failed, 0) as units_not_failed,
        coalesce(summed.listed_units_here, 0) >= goods.units_needed and coalesce(summed.listed_units_here, 0) > 0 as is_covered,
        summed.content_unknown_since,
        summed.parcels_expected,
        summed.parcels_missing,
        summed.parcels_presumable,
        summed.presumed_at,
        summed.arrived_at,
        summed.has_inferred,
        summed.best_delivered_by,
        summed.first_shipped_at,
        summed.last_shipped_at,
        summed.expected_at,
        summed.first_expected_at,
        summed.last_expected_at,
        summed.has_ready_parcel,
        summed.failed_since,
        summed.failed_event_id,
        summed.failed_how,
        summed.stalled_since,
        summed.overdue_since,
        summed.late_fulfillment_id,
        summed.exception_since,
        summed.exception_event_id,
        summed.failed_exception_since,
        summed.last_exception_since,
        summed.last_exception_since_of_all,
        summed.failed_exception_event_id,
        summed.last_exception_at,
        summed.unmapped_exception_since,
        summed.unmapped_event_id,
        summed.changes_at,
        summed.news_at,
        summed.news_fulfillment_id,
        summed.news_arrived_at,
        coalesce(summed.has_news_under_way = 1, false) as is_news_under_way,
        summed.arrived_fulfillment_id
    from goods
    left join summed
        on goods.point_id = summed.point_id and goods.carried_order_line_id = summed.carried_order_line_id
),

answered as (
    select
        *,
        units_shipped < units_needed and content_unknown_since is not null as is_content_missing,
        -- what nobody waits for any more is not lost
        units_not_failed < units_needed and failed_since is not null as has_failed,
        case
            when is_covered then true
            when content_unknown_since is not null and units_shipped < units_needed then false
            when units_not_failed < units_needed then false
            else coalesce(parcels_expected > 0 and parcels_missing = 0, false)
        end as is_here
    from told
)

select
    point_id,
    carried_order_line_id,
    is_replacement,
    units_owed,
    units_needed,
    units_shipped,
    ordered_at,
    case when is_content_missing then content_unknown_since end as content_unknown_since,
    case
        when
            knows_fulfillments and units_shipped < units_needed and not is_content_missing
            and {{ post_purchase_gate.add_days(var('not_shipped_grace_days'), 'ship_due_at') }} <= point_at
            then {{ post_purchase_gate.add_days(var('not_shipped_grace_days'), 'ship_due_at') }}
    end as not_shipped_since,
    is_here,
    case when is_here then arrived_at end as arrived_at,
    case
        when not is_here and not is_content_missing and units_not_failed >= units_needed and parcels_presumable = parcels_missing then presumed_at
    end as presumed_at,
    case when is_here then case when has_inferred = 1 then 'inferred' when best_delivered_by = 'pickup' then 'pickup' else 'scan' end end as grade,
    case when is_here then arrived_fulfillment_id end as arrived_fulfillment_id,
    first_shipped_at,
    last_shipped_at,
    case when not is_here then expected_at end as expected_at,
    case when not is_here then first_expected_at end as first_expected_at,
    last_expected_at,
    coalesce(has_ready_parcel = 1 and not is_here, false) as has_ready_parcel,
    case when has_failed then failed_since end as failed_since,
    case when has_failed then failed_event_id end as failed_event_id,
    case when has_failed then failed_how end as failed_how,
    case when not is_here and units_needed > 0 then stalled_since end as stalled_since,
    case when not is_here and units_needed > 0 then overdue_since end as overdue_since,
    late_fulfillment_id,
    case
        when has_failed then {{ least }}(coalesce(exception_since, failed_exception_since), coalesce(failed_exception_since, exception_since))
        else exception_since
    end as exception_since,
    case when has_failed then last_exception_since_of_all else last_exception_since end as exception_pause_since,
    case when has_failed then coalesce(exception_event_id, failed_exception_event_id) else exception_event_id end as exception_event_id,
    last_exception_at,
    unmapped_exception_since,
    unmapped_event_id,
    {{ least }}(
        case
            when units_shipped < units_needed
                then {{ post_purchase_gate.not_before('point_at', post_purchase_gate.add_days(var('not_shipped_grace_days'), 'ship_due_at')) }}
            else {{ post_purchase_gate.end_of_time() }}
        end,
        coalesce(changes_at, {{ post_purchase_gate.end_of_time() }})
    ) as changes_at,
    news_at,
    news_fulfillment_id,
    news_arrived_at,
    is_news_under_way
from answered
