-- Life table per SKU on days per unit, eight steps to a doubling: customers who have not come back yet count for as long as they were seen.
{%- set greatest = post_purchase_gate.greatest() %}
{%- set fine_decimal = post_purchase_gate.type_decimal(18, 12) %}
with

steps as (
    select
        snapshot_at,
        sku_key,
        cast(floor(8 * ln(days / cast(units as {{ post_purchase_gate.type_double() }})) / ln(2)) as integer) as step,
        sum(case when is_rebought then 1 else 0 end) as rebuys,
        sum(case when is_rebought then 0 else 1 end) as censored
    from {{ ref('int_rebuy_spells') }}
    where is_usable and days > 0
    group by snapshot_at, sku_key, cast(floor(8 * ln(days / cast(units as {{ post_purchase_gate.type_double() }})) / ln(2)) as integer)
),

exposed as (
    select
        *,
        sum(rebuys + censored) over (partition by snapshot_at, sku_key order by step desc rows between unbounded preceding and current row) as at_risk
    from steps
),

hazards as (
    select
        *,
        cast(-ln({{ greatest }}(1 - rebuys / nullif(at_risk - censored / 2.0, 0), 0.000001)) as {{ fine_decimal }}) as hazard
    from exposed
    -- past this the curve hangs on a handful of customers
    where at_risk >= 10
),

summed as (
    select
        *,
        sum(hazard) over (partition by snapshot_at, sku_key order by step rows between unbounded preceding and current row) as cumulative_hazard
    from hazards
)

select
    snapshot_at,
    sku_key,
    step,
    rebuys,
    censored,
    at_risk,
    1 - exp(-cast(cumulative_hazard - hazard as {{ post_purchase_gate.type_double() }})) as rebought_before,
    1 - exp(-cast(cumulative_hazard as {{ post_purchase_gate.type_double() }})) as rebought_after
from summed
