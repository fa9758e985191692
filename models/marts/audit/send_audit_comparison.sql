{{ config(enabled=post_purchase_gate.decides(['message'])) }}
-- What followed the sends of a group against the other sends of the same action: as it stands, and like with like, between orders of the same
-- lateness band. A raw difference between early and late asks is mostly the difference between punctual and late orders.
with

bands as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        punctuality,
        lateness_band,
        coalesce(sum(case when is_in_contrast then sends end), 0) as sends_in,
        coalesce(sum(case when not is_in_contrast then sends end), 0) as sends_out,
        sum(case when is_in_contrast then total end) as total_in,
        sum(case when not is_in_contrast then total end) as total_out
    from {{ ref('int_audit_strata') }}
    group by contrast, outcome, horizon_days, action, punctuality, lateness_band
),

summed as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        {%- for punctuality in ['on_time', 'late'] %}
        coalesce(sum(case when punctuality = '{{ punctuality }}' then sends_in end), 0) as sends_in_{{ punctuality }},
        sum(case when punctuality = '{{ punctuality }}' then total_in end)
        / nullif(sum(case when punctuality = '{{ punctuality }}' then sends_in end), 0) as mean_in_{{ punctuality }},
        sum(case when punctuality = '{{ punctuality }}' then total_out end)
        / nullif(sum(case when punctuality = '{{ punctuality }}' then sends_out end), 0) as mean_out_{{ punctuality }},
        {%- endfor %}
        sum(sends_in) as sends_in,
        sum(sends_out) as sends_out,
        sum(total_in) / nullif(sum(sends_in), 0) as mean_in,
        sum(total_out) / nullif(sum(sends_out), 0) as mean_out
    from bands
    group by contrast, outcome, horizon_days, action
)

select
    cast(summed.action as {{ dbt.type_string() }}) as action,
    cast(summed.contrast as {{ dbt.type_string() }}) as contrast,
    cast(summed.outcome as {{ dbt.type_string() }}) as outcome,
    cast(summed.horizon_days as integer) as horizon_days,
    cast(summed.sends_in as bigint) as sends_in,
    cast(summed.sends_out as bigint) as sends_out,
    cast(summed.mean_in as decimal(18, 6)) as mean_in,
    cast(summed.mean_out as decimal(18, 6)) as mean_out,
    cast(summed.mean_in - summed.mean_out as decimal(18, 6)) as raw_difference,
    {%- for punctuality in ['on_time', 'late'] %}
    cast(summed.sends_in_{{ punctuality }} as bigint) as sends_in_{{ punctuality }},
    cast(summed.mean_in_{{ punctuality }} as decimal(18, 6)) as mean_in_{{ punctuality }},
    cast(summed.mean_out_{{ punctuality }} as decimal(18, 6)) as mean_out_{{ punctuality }},
    {%- endfor %}
    cast(alike.difference as decimal(18, 6)) as like_with_like_difference,
    cast(alike.difference_lower as decimal(18, 6)) as like_with_like_lower,
    cast(alike.difference_upper as decimal(18, 6)) as like_with_like_upper,
    cast(coalesce(alike.sends_compared, 0) as bigint) as sends_compared,
    cast(alike.repetition as decimal(18, 6)) as sends_per_independent_send,
    cast(alike.events_expected as decimal(18, 6)) as events_expected,
    cast(case
        when coalesce(alike.events_expected, 0) < {{ var('audit_min_events') }} then 'cannot tell'
        when alike.difference_lower > 0 then 'higher'
        when alike.difference_upper < 0 then 'lower'
        else 'cannot tell'
    end as {{ dbt.type_string() }}) as reading
from summed
left join {{ ref('int_audit_like') }} as alike
    on
        summed.contrast = alike.contrast
        and summed.outcome = alike.outcome
        and summed.horizon_days = alike.horizon_days
        and summed.action = alike.action
where summed.sends_in > 0
