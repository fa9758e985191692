-- The lift in second purchases that a hold-out has shown for an action: at its decisive horizon, in its largest treatment, with a reading that
-- is not blocked and an interval that leaves zero out. No row: no experiment has shown anything, and pairs stay observational. It is known at
-- as_of only, so where nothing live is decided nobody may read it.
{%- if not post_purchase_gate.decides(['live']) %}
select
    cast(null as {{ dbt.type_string() }}) as action,
    cast(null as decimal(18, 9)) as incremental_probability,
    cast(null as decimal(18, 9)) as treated_probability,
    cast(null as decimal(18, 9)) as distance
where 1 = 0
{%- else %}
with

shown as (
    select
        action,
        control_mean,
        treatment_mean,
        difference,
        standard_error,
        row_number() over (partition by action order by treatment_customers desc, assignment asc, variant asc) as preference
    from {{ ref('int_experiment_lift') }}
    where outcome = 'second_purchase' and is_decisive and verdict in ('better', 'worse')
)

select
    action,
    cast(difference as decimal(18, 9)) as incremental_probability,
    cast(treatment_mean as decimal(18, 9)) as treated_probability,
    -- to the 90 % bounds, as those of the pairs
    cast(1.645 * standard_error as decimal(18, 9)) as distance
from shown
where preference = 1
{%- endif %}
