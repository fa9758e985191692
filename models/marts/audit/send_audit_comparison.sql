{{ config(enabled=post_purchase_gate.decides(['message'])) }}
-- What followed the sends of a group against the other sends of the same action: as it stands, and like with like, which weighs each lateness
-- band by the group's own sends in it. A raw difference between early and late asks is mostly the difference between punctual and late orders.
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
        sum(case when not is_in_contrast then total end) as total_out,
        sum(case when is_in_contrast then squares end) as squares_in,
        sum(case when not is_in_contrast then squares end) as squares_out
    from {{ ref('int_audit_strata') }}
    group by contrast, outcome, horizon_days, action, punctuality, lateness_band
),

-- a band can be compared only where both sides have a variance
measured as (
    select
        *,
        case when sends_in > 1 and sends_out > 1 then sends_in end as weight,
        total_in / nullif(sends_in, 0) - total_out / nullif(sends_out, 0) as difference,
        {{ post_purchase_gate.variance_of('sends_in', 'total_in', 'squares_in') }} / nullif(sends_in, 0)
        + {{ post_purchase_gate.variance_of('sends_out', 'total_out', 'squares_out') }} / nullif(sends_out, 0) as variance_of_difference
    from bands
),

summed as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        sum(sends_in) as sends_in,
        sum(sends_out) as sends_out,
        sum(total_in) / nullif(sum(sends_in), 0) as mean_in,
        sum(total_out) / nullif(sum(sends_out), 0) as mean_out,
        {%- for punctuality in ['on_time', 'late'] %}
        coalesce(sum(case when punctuality = '{{ punctuality }}' then sends_in end), 0) as sends_in_{{ punctuality }},
        sum(case when punctuality = '{{ punctuality }}' then total_in end)
        / nullif(sum(case when punctuality = '{{ punctuality }}' then sends_in end), 0) as mean_in_{{ punctuality }},
        sum(case when punctuality = '{{ punctuality }}' then total_out end)
        / nullif(sum(case when punctuality = '{{ punctuality }}' then sends_out end), 0) as mean_out_{{ punctuality }},
        {%- endfor %}
        sum(weight) as sends_compared,
        sum(weight * difference) / nullif(sum(weight), 0) as like_with_like,
        sqrt(sum(weight * weight * variance_of_difference)) / nullif(sum(weight), 0) as standard_error
    from measured
    group by contrast, outcome, horizon_days, action
)

select
    cast(action as {{ dbt.type_string() }}) as action,
    cast(contrast as {{ dbt.type_string() }}) as contrast,
    cast(outcome as {{ dbt.type_string() }}) as outcome,
    cast(horizon_days as integer) as horizon_days,
    cast(sends_in as bigint) as sends_in,
    cast(sends_out as bigint) as sends_out,
    cast(mean_in as decimal(18, 6)) as mean_in,
    cast(mean_out as decimal(18, 6)) as mean_out,
    cast(mean_in - mean_out as decimal(18, 6)) as raw_difference,
    {%- for punctuality in ['on_time', 'late'] %}
    cast(sends_in_{{ punctuality }} as bigint) as sends_in_{{ punctuality }},
    cast(mean_in_{{ punctuality }} as decimal(18, 6)) as mean_in_{{ punctuality }},
    cast(mean_out_{{ punctuality }} as decimal(18, 6)) as mean_out_{{ punctuality }},
    {%- endfor %}
    cast(like_with_like as decimal(18, 6)) as like_with_like_difference,
    cast(like_with_like - 1.959964 * standard_error as decimal(18, 6)) as like_with_like_lower,
    cast(like_with_like + 1.959964 * standard_error as decimal(18, 6)) as like_with_like_upper,
    cast(coalesce(sends_compared, 0) as bigint) as sends_compared,
    cast(case
        when like_with_like is null then 'cannot tell'
        when like_with_like - 1.959964 * standard_error > 0 then 'higher'
        when like_with_like + 1.959964 * standard_error < 0 then 'lower'
        else 'cannot tell'
    end as {{ dbt.type_string() }}) as reading
from summed
where sends_in > 0
