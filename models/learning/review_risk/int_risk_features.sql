-- What was known of a line at an instant, in a few bins per factor: the same for what is decided and for what is learned from. No rating,
-- no satisfaction mark.
{#- days at which a bin of the wait, or of an overdue arrival, ends -#}
{%- set wait_ends = [5, 10, 15, 20, 30] %}
{%- set late_ends = [3, 7, 14] %}
with

instants as (
    select *
    from {{ ref('int_instants') }} as instants
    where {{ post_purchase_gate.asks_for('risk', 'instants') }}
),

order_sizes as (
    -- an exchanged-in line has no date of its own and was not in the basket
    select
        order_id,
        count(*) as lines
    from {{ ref('int_order_lines') }}
    where replaces_order_line_id is null
    group by order_id
),

parcels as (
    select
        point_id,
        count(*) as parcels
    from {{ ref('int_parcel_evidence') }}
    group by point_id
),

reports as (
    select
        point_id,
        max(case when topic = 'damage' then 1 else 0 end) as damage_reports,
        max(case when topic = 'sizing' then 1 else 0 end) as sizing_reports
    from {{ ref('int_issue_reports') }}
    group by point_id
),

other_refunds as (
    select instants.point_id
    from instants
    inner join {{ ref('int_refund_moves') }} as refunds
        on instants.root_order_id = refunds.root_order_id and instants.order_line_id <> refunds.order_line_id
    where refunds.known_at <= instants.point_at
    group by instants.point_id
),

measured as (
    select
        instants.point_id,
        instants.point_at,
        instants.ordered_at,
        instants.category,
        instants.is_digital,
        delivery.delivery_grade,
        delivery.delivered_at is not null as is_delivered,
        delivery.expected_at,
        {{ post_purchase_gate.days_between('delivery.expected_at', 'coalesce(delivery.delivered_at, instants.point_at)') }} as days_late,
        {{ post_purchase_gate.days_between('instants.ordered_at', 'coalesce(delivery.delivered_at, instants.point_at)') }} as days_waited,
        {{ post_purchase_gate.days_between('instants.ordered_at', 'instants.point_at') }} as days_since_order,
        coalesce(order_sizes.lines, 1) as lines,
        coalesce(parcels.parcels, 0) as parcels,
        delivery.last_exception_at is not null as has_exception,
        tickets.tickets,
        coalesce(reports.damage_reports, 0) as damage_reports,
        coalesce(reports.sizing_reports, 0) as sizing_reports,
        site.last_help_at is not null as has_help,
        refunds.first_requested_at is not null as has_refund,
        other_refunds.point_id is not null as has_other_refund
    from instants
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on instants.point_id = delivery.point_id
    inner join {{ ref('int_ticket_state') }} as tickets
        on instants.point_id = tickets.point_id
    inner join {{ ref('int_site_evidence') }} as site
        on instants.point_id = site.point_id
    inner join {{ ref('int_refund_evidence') }} as refunds
        on instants.point_id = refunds.point_id
    left join order_sizes
        on instants.order_id = order_sizes.order_id
    left join parcels
        on instants.point_id = parcels.point_id
    left join reports
        on instants.point_id = reports.point_id
    left join other_refunds
        on instants.point_id = other_refunds.point_id
),

arrivals as (
    select
        *,
        case
            when is_digital then 'digital'
            when is_delivered and delivery_grade = 'inferred' then 'no_scan'
            when is_delivered and days_late <= -14 then 'early_14_days'
            when is_delivered and days_late <= -7 then 'early_7_days'
            when is_delivered and days_late <= -3 then 'early_3_days'
            when is_delivered and days_late <= 0 then 'on_time'
            when is_delivered and days_late < 3 then 'late_0_days'
            when is_delivered and days_late < 7 then 'late_3_days'
            when is_delivered and days_late < 14 then 'late_7_days'
            when is_delivered and days_late >= 14 then 'late_14_days'
            when is_delivered then 'on_time'
            when expected_at is null then 'not_shipped'
            when days_late <= 0 then 'under_way'
            {%- for days in late_ends %}
            when days_late < {{ days }} then 'overdue_{{ ([0] + late_ends)[loop.index0] }}_days'
            {%- endfor %}
            else 'overdue_{{ late_ends[-1] }}_days'
        end as arrival
    from measured
)

select
    point_id,
    {{ post_purchase_gate.nearest_risk_age('days_since_order') }} as age_days,
    lower(category) as category,
    arrival,
    case
        when is_digital or days_waited < {{ wait_ends[0] }} then 'under_{{ wait_ends[0] }}_days'
        {%- for days in wait_ends[1:] %}
        when days_waited < {{ days }} then 'from_{{ wait_ends[loop.index0] }}_days'
        {%- endfor %}
        else 'from_{{ wait_ends[-1] }}_days'
    end as wait,
    case
        when lines = 1 then 'one'
        when {{ post_purchase_gate.is_still_to_arrive('arrival') }} and lines = 2 then 'two_to_come'
        when {{ post_purchase_gate.is_still_to_arrive('arrival') }} then 'more_to_come'
        when lines = 2 then 'two'
        else 'more'
    end as lines,
    case when parcels <= 1 then 'one' else 'more' end as parcels,
    case when has_exception then 'seen' else 'none' end as shipping_exception,
    case when tickets = 0 then 'none' when tickets = 1 then 'one' else 'more' end as tickets,
    case when damage_reports = 1 then 'seen' else 'none' end as damage_report,
    case when sizing_reports = 1 then 'seen' else 'none' end as sizing_report,
    case when has_help then 'seen' else 'none' end as help_seeking,
    case when has_refund then 'seen' else 'none' end as refund,
    case when has_other_refund then 'seen' else 'none' end as refund_of_other_line,
    days_late,
    days_waited,
    -- a bin of the wait and of the lateness ends with the delivery, the age does not
    {{ post_purchase_gate.least(post_purchase_gate.risk_age_turns() | length + wait_ends | length + late_ends | length + 2) }}(
        {%- for days in post_purchase_gate.risk_age_turns() %}
        {{ post_purchase_gate.not_before('point_at', post_purchase_gate.add_time('minute', (days * 1440) | int, 'ordered_at')) }},
        {%- endfor %}
        {%- for days in wait_ends %}
        case
            when is_delivered then {{ post_purchase_gate.end_of_time() }}
            else {{ post_purchase_gate.not_before('point_at', post_purchase_gate.add_days(days, 'ordered_at')) }}
        end,
        {%- endfor %}
        {%- for days in [0] + late_ends %}
        case
            when is_delivered then {{ post_purchase_gate.end_of_time() }}
            else {{ post_purchase_gate.not_before('point_at', post_purchase_gate.add_days(days, 'expected_at')) }}
        end,
        {%- endfor %}
        {{ post_purchase_gate.end_of_time() }}
    ) as changes_at
from arrivals
