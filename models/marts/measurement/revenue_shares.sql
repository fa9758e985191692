{%- set string = dbt.type_string() -%}
-- The incremental part is what a treated person spent more than one of the control group, as a part of what the treated person spent: nobody else
-- can say which of the orders that followed a message would not have come.
select
    cast({{ post_purchase_gate.text_key(['followed.action', 'followed.horizon_days', 'lifts.assignment', 'lifts.variant']) }} as {{ string }})
        as revenue_share_id,
    {{ post_purchase_gate.as_of() }} as as_of,
    cast('{{ var("reporting_currency") }}' as {{ string }}) as reporting_currency,
    cast(followed.action as {{ string }}) as action,
    cast(followed.horizon_days as integer) as horizon_days,
    cast(followed.orders as bigint) as orders,
    cast(followed.revenue as decimal(18, 4)) as revenue,
    cast(followed.orders_followed as bigint) as orders_followed,
    cast(followed.revenue_followed as decimal(18, 4)) as revenue_followed,
    cast(followed.revenue_followed / nullif(followed.revenue, 0) as decimal(9, 6)) as share_followed,
    cast(lifts.assignment as {{ string }}) as assignment,
    cast(lifts.variant as {{ string }}) as variant,
    cast(case when lifts.reason is null and lifts.treatment_mean > 0 then lifts.difference / lifts.treatment_mean end as decimal(18, 6))
        as incremental_part,
    cast(case when lifts.reason is null and lifts.treatment_mean > 0 then lifts.difference_lower / lifts.treatment_mean end as decimal(18, 6))
        as incremental_part_lower,
    cast(case when lifts.reason is null and lifts.treatment_mean > 0 then lifts.difference_upper / lifts.treatment_mean end as decimal(18, 6))
        as incremental_part_upper,
    cast(coalesce(lifts.reason, case when lifts.action is null then 'no_experiment' end) as {{ string }}) as reason
from {{ ref('int_revenue_followed') }} as followed
left join {{ ref('int_experiment_lift') }} as lifts
    on
        followed.action = lifts.action
        and followed.horizon_days = lifts.horizon_days
        and lifts.outcome = 'revenue'
