-- A person's outcomes within each horizon of the entry, once it is over, treated or not: what counts is the group. Beside them what had been
-- ordered before, gross, since a later refund of it may be the treatment's doing.
with

subjects as (
    select * from {{ ref('int_experiment_subjects') }}
),

followed as (
    select
        subjects.action,
        subjects.person_id,
        subjects.entered_at,
        events.event,
        events.occurred_at,
        events.revenue,
        events.contribution_profit
    from subjects
    inner join {{ ref('int_experiment_events') }} as events
        on subjects.person_id = events.person_id
    where
        events.occurred_at > subjects.entered_at
        and events.occurred_at <= {{ post_purchase_gate.add_days(post_purchase_gate.list_var('watch_horizons_days') | max, 'subjects.entered_at') }}
),

counted as (
    {%- for horizon in post_purchase_gate.list_var('watch_horizons_days') %}
    select
        action,
        person_id,
        {{ horizon }} as horizon_days,
        max(case when event = 'purchase' then 1 else 0 end) as second_purchase,
        max(case when event = 'refund_request' then 1 else 0 end) as refund_request,
        max(case when event = 'unsubscribe' then 1 else 0 end) as unsubscribe,
        max(case when event = 'complaint' then 1 else 0 end) as complaint,
        max(case when event = 'site_visit' then 1 else 0 end) as site_visit,
        sum(case when event in ('purchase', 'renewal') then 1 else 0 end) as orders,
        count(revenue) as revenue_orders,
        count(contribution_profit) as profit_orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(contribution_profit), 0) as contribution_profit
    from followed
    where occurred_at <= {{ post_purchase_gate.add_days(horizon, 'entered_at') }}
    group by action, person_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

horizons as (
    {%- for horizon in post_purchase_gate.list_var('watch_horizons_days') %}
    select {{ horizon }} as horizon_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

spent_before as (
    select
        subjects.action,
        subjects.person_id,
        sum(profit.net_price) as revenue_before
    from subjects
    inner join {{ ref('int_persons') }} as persons
        on subjects.person_id = persons.person_id
    inner join {{ ref('int_line_profit') }} as profit
        on persons.customer_id = profit.customer_id
    where
        profit.ordered_at <= subjects.entered_at
        and profit.ordered_at > {{ post_purchase_gate.add_days(-1 * var('experiment_pre_days'), 'subjects.entered_at') }}
    group by subjects.action, subjects.person_id
)

select
    subjects.action,
    subjects.assignment,
    subjects.variant,
    subjects.is_control,
    subjects.person_id,
    horizons.horizon_days,
    subjects.entered_at,
    coalesce(counted.second_purchase, 0) as second_purchase,
    coalesce(counted.refund_request, 0) as refund_request,
    coalesce(counted.unsubscribe, 0) as unsubscribe,
    coalesce(counted.complaint, 0) as complaint,
    coalesce(counted.site_visit, 0) as site_visit,
    -- nothing bought is nothing earned; something bought at an unknown price or cost is unknown
    cast(case when counted.revenue_orders < counted.orders then null else coalesce(counted.revenue, 0) end as decimal(18, 4)) as revenue,
    cast(case when counted.profit_orders < counted.orders then null else coalesce(counted.contribution_profit, 0) end as decimal(18, 4))
        as contribution_profit,
    cast(coalesce(spent_before.revenue_before, 0) as decimal(18, 4)) as revenue_before
from subjects
cross join horizons
left join counted
    on
        subjects.action = counted.action
        and subjects.person_id = counted.person_id
        and horizons.horizon_days = counted.horizon_days
left join spent_before
    on subjects.action = spent_before.action and subjects.person_id = spent_before.person_id
where {{ post_purchase_gate.add_days('horizons.horizon_days', 'subjects.entered_at') }} <= {{ post_purchase_gate.as_of() }}
