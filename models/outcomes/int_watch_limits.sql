-- The thresholds of each action: its own row of the seed, else the row for all.
select
    actions.action,
    metrics.metric,
    metrics.warn_above,
    metrics.stop_above,
    cast(metrics.stop_above as {{ post_purchase_gate.type_double() }}) * {{ post_purchase_gate.innocent_share() }} as innocent_rate,
    metrics.horizon_days,
    metrics.min_messages
from {{ ref('actions') }} as actions
inner join {{ ref('watch_thresholds') }} as metrics
    on metrics.action = '*' or actions.action = metrics.action
left join {{ ref('watch_thresholds') }} as own
    on actions.action = own.action and metrics.metric = own.metric
where actions.action <> 'support_recovery' and (metrics.action <> '*' or own.action is null)
