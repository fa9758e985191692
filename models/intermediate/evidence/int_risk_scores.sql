-- A documented scorecard (seed risk_scorecard): points add up to log-odds. It reads what happened, never a rating.
with

weights as (
    select
        {%- for factor in ['intercept', 'delivered_late', 'undelivered_past_expected', 'shipping_exception', 'ticket',
                           'damage_report', 'sizing_report', 'help_seeking', 'refund_on_order'] %}
        max(case when factor = '{{ factor }}' then cast(points as {{ dbt.type_float() }}) end) as {{ factor }},
        {%- endfor %}
        count(*) as factors
    from {{ ref('risk_scorecard') }}
),

report_topics as (
    select
        point_id,
        max(case when topic = 'damage' then 1 else 0 end) as damage_reports,
        max(case when topic = 'sizing' then 1 else 0 end) as sizing_reports
    from {{ ref('int_issue_reports') }}
    group by point_id
),

log_odds as (
    select
        points.point_id,
        weights.intercept
        + case when delivery.delivered_at > delivery.expected_at then weights.delivered_late else 0 end
        + case when delivery.delivered_at is null and delivery.expected_at < points.point_at then weights.undelivered_past_expected else 0 end
        + case when delivery.last_exception_at is not null then weights.shipping_exception else 0 end
        + case when tickets.tickets > 0 then weights.ticket else 0 end
        + case when report_topics.damage_reports = 1 then weights.damage_report else 0 end
        + case when report_topics.sizing_reports = 1 then weights.sizing_report else 0 end
        + case when site.last_help_at is not null then weights.help_seeking else 0 end
        + case when refunds.first_requested_at is not null then weights.refund_on_order else 0 end as log_odds
    from {{ ref('int_points') }} as points
    cross join weights
    inner join {{ ref('int_delivery_evidence') }} as delivery
        on points.point_id = delivery.point_id
    inner join {{ ref('int_ticket_state') }} as tickets
        on points.point_id = tickets.point_id
    inner join {{ ref('int_site_evidence') }} as site
        on points.point_id = site.point_id
    inner join {{ ref('int_refund_evidence') }} as refunds
        on points.point_id = refunds.point_id
    left join report_topics
        on points.point_id = report_topics.point_id
)

select
    point_id,
    cast(1 / (1 + exp(-1 * log_odds)) as decimal(9, 6)) as negative_review_risk_score
from log_odds
