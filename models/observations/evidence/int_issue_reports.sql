{%- set topics = {'damage': 'damaged', 'sizing': 'sizing'} -%}
-- A damage or sizing report is a ticket of that topic, a refund for that reason, or (damage) a carrier event. It is resolved by the first of:
-- its ticket's solve, the refund paid, a replacement or exchange delivered. A reopened ticket is a new report, of its new run. A topic or a
-- reason that nobody knows may be either, and nothing but its own end resolves it. A refund of the line that does not name the
-- other trouble answers a ticket or an event, but not a request for money that is still open. A replacement or exchange whose own parcel is said to be
-- damaged does not answer that by arriving: neither in the parcel itself nor, of the same line, in another.
with

points as (
    select * from {{ ref('int_instants') }}
),

refunds as (
    select
        points.point_id,
        refunds.refund_id,
        refunds.reason,
        refunds.order_line_id is not null as is_line_scoped,
        refunds.is_unknown,
        refunds.known_at as reported_at,
        case when refunds.refunded_at <= points.point_at then refunds.refunded_at end as refunded_at,
        case when refunds.rejected_at <= points.point_at then refunds.rejected_at end as rejected_at
    from points
    inner join {{ ref('int_refund_moves') }} as refunds
        on
            points.root_order_id = refunds.root_order_id
            and (refunds.order_line_id is null or refunds.order_line_id = points.order_line_id)
            and refunds.known_at <= points.point_at
),

topics as (
    {%- for topic, reason in topics.items() %}
    select
        '{{ topic }}' as topic,
        '{{ reason }}' as reason
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

reports as (
    select
        tickets.point_id,
        topics.topic,
        tickets.topic <> 'unknown' as is_certain,
        tickets.ticket_id as report_id,
        'tickets' as report_table,
        tickets.ticket_scope = 'line' as is_line_scoped,
        cast(null as {{ dbt.type_string() }}) as carried_order_line_id,
        cast(null as {{ dbt.type_string() }}) as fulfillment_id,
        tickets.opened_at as reported_at,
        case when not tickets.is_open then tickets.solved_at end as own_resolved_at
    from {{ ref('int_point_tickets') }} as tickets
    inner join topics
        on tickets.topic = topics.topic or tickets.topic = 'unknown'
    union all
    select
        refunds.point_id,
        topics.topic,
        refunds.reason <> 'unknown' as is_certain,
        refunds.refund_id as report_id,
        'refunds' as report_table,
        refunds.is_line_scoped,
        cast(null as {{ dbt.type_string() }}) as carried_order_line_id,
        cast(null as {{ dbt.type_string() }}) as fulfillment_id,
        refunds.reported_at,
        -- a request that was turned down is answered, too
        coalesce(refunds.refunded_at, refunds.rejected_at) as own_resolved_at
    from refunds
    inner join topics
        on refunds.reason = topics.reason or refunds.reason = 'unknown'
    union all
    select
        point_id,
        'damage' as topic,
        true as is_certain,
        damaged_event_id as report_id,
        'fulfillment_events' as report_table,
        true as is_line_scoped,
        carried_order_line_id,
        fulfillment_id,
        damaged_at as reported_at,
        cast(null as {{ dbt.type_timestamp() }}) as own_resolved_at
    from {{ ref('int_parcel_evidence') }}
    where damaged_at is not null
    union all
    -- a carrier's word that nobody knows may be one of damage
    select
        point_id,
        'damage' as topic,
        false as is_certain,
        unmapped_event_id as report_id,
        'fulfillment_events' as report_table,
        true as is_line_scoped,
        carried_order_line_id,
        fulfillment_id,
        last_unmapped_at as reported_at,
        cast(null as {{ dbt.type_timestamp() }}) as own_resolved_at
    from {{ ref('int_parcel_evidence') }}
    where last_unmapped_at is not null
),

resolutions as (
    select
        arrivals.point_id,
        topics.topic,
        arrivals.is_same_line,
        arrivals.new_order_line_id as carried_order_line_id,
        arrivals.fulfillment_id,
        arrivals.arrived_at as resolved_at,
        'arrivals' as resolution_table
    from {{ ref('int_replacement_arrivals') }} as arrivals
    cross join topics
    union all
    select
        refunds.point_id,
        topics.topic,
        refunds.is_line_scoped as is_same_line,
        cast(null as {{ dbt.type_string() }}) as carried_order_line_id,
        cast(null as {{ dbt.type_string() }}) as fulfillment_id,
        refunds.refunded_at as resolved_at,
        'refunds' as resolution_table
    from refunds
    cross join topics
    where
        refunds.refunded_at is not null
        and (
            refunds.reason in (topics.reason, 'exchange')
            or (
                refunds.is_line_scoped
                and not refunds.is_unknown
                and refunds.reason not in ('goodwill', 'shipping'{% for reason in topics.values() %}, '{{ reason }}'{% endfor %})
            )
        )
    union all
    select
        point_id,
        topic,
        true as is_same_line,
        cast(null as {{ dbt.type_string() }}) as carried_order_line_id,
        cast(null as {{ dbt.type_string() }}) as fulfillment_id,
        solved_at as resolved_at,
        'tickets' as resolution_table
    from {{ ref('int_point_tickets') }}
    where topic in ('damage', 'sizing') and not is_open and solved_at is not null
),

-- joined inwards: beside reports that nothing resolves, each would be compared with every resolution
told as (
    select
        point_id,
        topic,
        report_table,
        report_id,
        is_certain,
        reported_at,
        own_resolved_at,
        cast(null as {{ dbt.type_timestamp() }}) as resolved_at
    from reports
    union all
    select
        reports.point_id,
        reports.topic,
        reports.report_table,
        reports.report_id,
        reports.is_certain,
        reports.reported_at,
        reports.own_resolved_at,
        resolutions.resolved_at
    from reports
    inner join resolutions
        on reports.point_id = resolutions.point_id and reports.topic = resolutions.topic
    where
        -- what arrives or is paid at the very instant at which a customer writes is not yet the answer
        (
            reports.reported_at < resolutions.resolved_at
            or (reports.reported_at = resolutions.resolved_at and reports.report_table <> 'tickets')
        )
        and (resolutions.is_same_line or not reports.is_line_scoped)
        -- a ticket is resolved by its own solve and a request by its own refund, not by another's
        and reports.report_table <> resolutions.resolution_table
        -- of reports only a carrier's names a parcel, of resolutions only an arrival
        and not coalesce(reports.fulfillment_id = resolutions.fulfillment_id, false)
        and not coalesce(reports.carried_order_line_id = resolutions.carried_order_line_id, false)
        and (reports.is_certain or reports.report_table = 'fulfillment_events')
)

select
    point_id,
    topic,
    report_table,
    report_id,
    is_certain,
    min(reported_at) as reported_at,
    case
        when min(resolved_at) is null then min(own_resolved_at)
        when min(own_resolved_at) is null or min(resolved_at) < min(own_resolved_at) then min(resolved_at)
        else min(own_resolved_at)
    end as resolved_at
from told
group by point_id, topic, report_table, report_id, is_certain
