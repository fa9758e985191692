{%- set double = post_purchase_gate.type_double() -%}
-- Observed over expected rebuys per SKU on the curve of all SKUs, with ten pseudo-rebuys of its category's ratio, itself with ten of all
-- SKUs': which SKUs are used up faster or slower than the curve says.
with

summed as (
    select
        exposures.days_back,
        exposures.sku_key,
        sum(exposures.rebuys) as observed,
        sum(cast(
            curves.hazard_before + (exposures.position - curves.step) * curves.hazard as decimal(18, 9)
        )) as expected
    from {{ ref('int_rebuy_exposures') }} as exposures
    inner join {{ ref('int_rebuy_curves') }} as curves
        on
            exposures.days_back = curves.days_back
            and exposures.history = curves.history
            and cast(floor(exposures.position) as integer) = curves.step
    where exposures.is_usable
    group by exposures.days_back, exposures.sku_key
),

expected as (
    select
        summed.days_back,
        summed.sku_key,
        sku_keys.sku,
        coalesce(products.category, 'unknown') as category,
        summed.observed,
        summed.expected
    from summed
    inner join {{ ref('int_pair_sku_keys') }} as sku_keys
        on summed.sku_key = sku_keys.sku_key
    left join {{ ref('stg_products') }} as products
        on sku_keys.sku = products.sku
),

categories as (
    select
        days_back,
        category,
        cast(cast(sum(observed) + 10 as {{ double }}) / (sum(expected) + 10) as decimal(18, 9)) as factor
    from expected
    group by days_back, category
)

select
    expected.days_back,
    expected.sku_key,
    expected.sku,
    expected.observed,
    expected.expected,
    cast(cast(expected.observed + 10 * categories.factor as {{ double }}) / (expected.expected + 10) as decimal(18, 9)) as factor
from expected
inner join categories
    on expected.days_back = categories.days_back and expected.category = categories.category
