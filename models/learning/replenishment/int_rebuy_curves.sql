{%- set double = post_purchase_gate.type_double() -%}
-- Life table of rebuys on log2(age / expected interval), by how often the customer has come back: the open ends are in it, for they are
-- what "never again" looks like.
{%- set greatest = post_purchase_gate.greatest() %}
{%- set fine_decimal = post_purchase_gate.type_decimal(18, 12) %}
with

cells as (
    select
        days_back,
        history,
        cast(floor(position) as integer) as step,
        sum(rebuys) as rebuys,
        sum(1 - rebuys) as censored
    from {{ ref('int_rebuy_exposures') }}
    where is_usable
    group by days_back, history, cast(floor(position) as integer)
),

kinds as (
    select
        days_back,
        history
    from cells
    group by days_back, history
),

steps as (
    {{ dbt.generate_series(44) }}
),

dense as (
    select
        kinds.days_back,
        kinds.history,
        cast(steps.generated_number - 1 as integer) as step,
        coalesce(cells.rebuys, 0) as rebuys,
        coalesce(cells.censored, 0) as censored
    from kinds
    cross join steps
    left join cells
        on
            kinds.days_back = cells.days_back
            and kinds.history = cells.history
            and cells.step = steps.generated_number - 1
),

exposed as (
    select
        *,
        sum(rebuys + censored) over (
            partition by days_back, history order by step desc rows between unbounded preceding and current row
        ) as at_risk
    from dense
),

hazards as (
    select
        *,
        cast(-ln({{ greatest }}(1 - coalesce(cast(rebuys as {{ double }}) / nullif(at_risk - censored / 2.0, 0), 0), 0.000001)) as {{ fine_decimal }}) as hazard
    from exposed
)

select
    days_back,
    history,
    step,
    rebuys,
    censored,
    at_risk,
    hazard,
    sum(hazard) over (partition by days_back, history order by step rows between unbounded preceding and current row) - hazard as hazard_before
from hazards
