-- Picks and notices that fell due more than stale_fact_hours before the facts behind them reached the warehouse: a backfill, an upgrade, a feed that was
-- connected again. A loader moves _loaded_at whenever it touches a row, so one that the gate knew to be due in time is none of them.
with

due as (
    select
        order_id,
        order_line_id,
        action,
        due_at
    from {{ ref('int_audience_picks') }}
    union all
    select
        order_id,
        order_line_id,
        action,
        due_at
    from {{ ref('int_service_actions') }}
),

picks as (
    select
        order_id,
        order_line_id,
        action,
        {{ post_purchase_gate.add_time('hour', var('stale_fact_hours'), 'min(due_at)') }} as late_from
    from due
    group by order_id, order_line_id, action
),

facts as (
    select
        order_id,
        _loaded_at
    from {{ ref('stg_orders') }}
    where ordered_at <= {{ post_purchase_gate.as_of() }}
    union all
    select
        order_id,
        _loaded_at
    from {{ ref('stg_payments') }}
    where occurred_at <= {{ post_purchase_gate.as_of() }}
    union all
    select
        order_id,
        _loaded_at
    from {{ ref('int_parcels') }}
    where shipped_at <= {{ post_purchase_gate.as_of() }}
),

arrivals as (
    select
        picks.order_line_id,
        picks.action,
        picks.late_from,
        max(facts._loaded_at) as facts_loaded_at
    from picks
    inner join facts
        on picks.order_id = facts.order_id
    group by picks.order_line_id, picks.action, picks.late_from
    having max(facts._loaded_at) > picks.late_from
),

known_in_time as (
    select
        arrivals.order_line_id,
        arrivals.action
    from arrivals
    inner join {{ post_purchase_gate.built(ref('decision_changes')) }} as log
        on arrivals.order_line_id = log.order_line_id and arrivals.action = log.action and log.decided_at <= arrivals.late_from
    where ',' || log.reason_codes || ',' not like '%,due:waiting,%'
    group by arrivals.order_line_id, arrivals.action
)

select
    arrivals.order_line_id,
    arrivals.action,
    arrivals.facts_loaded_at
from arrivals
left join known_in_time
    on arrivals.order_line_id = known_in_time.order_line_id and arrivals.action = known_in_time.action
where known_in_time.order_line_id is null
