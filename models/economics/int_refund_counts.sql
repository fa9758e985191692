-- Units past their return window and those of them refunded, as each day of decision may know them, by SKU, category and shop. Days of
-- decision stand among the days of outcomes, so that one running sum answers them all.
with

scopes as (
    select
        'sku' as applies_to,
        sku as applies_to_value
    from {{ ref('stg_products') }}
    union all
    select
        'category' as applies_to,
        category as applies_to_value
    from {{ ref('stg_products') }}
    where category is not null
    group by category
    union all
    select
        'shop' as applies_to,
        'shop' as applies_to_value
),

outcomes as (
    {%- for applies_to, applies_to_value in [('sku', 'sku'), ('category', 'category'), ('shop', "'shop'")] %}
    select
        '{{ applies_to }}' as applies_to,
        {{ applies_to_value }} as applies_to_value,
        known_on,
        sum(units) as units,
        sum(units_refunded) as units_refunded
    from {{ ref('int_refund_outcomes') }}
    where {{ applies_to_value }} is not null
    group by {{ 'known_on' if applies_to == 'shop' else applies_to_value ~ ', known_on' }}
    union all
    {%- endfor %}
    select
        scopes.applies_to,
        scopes.applies_to_value,
        days.decision_date as known_on,
        cast(null as decimal(18, 4)) as units,
        cast(null as decimal(18, 4)) as units_refunded
    from scopes
    cross join {{ ref('int_decision_days') }} as days
),

running as (
    select
        applies_to,
        applies_to_value,
        known_on,
        units is null as is_decision,
        sum(units) over (
            partition by applies_to, applies_to_value order by known_on, case when units is null then 1 else 0 end
            rows between unbounded preceding and current row
        ) as units,
        sum(units_refunded) over (
            partition by applies_to, applies_to_value order by known_on, case when units is null then 1 else 0 end
            rows between unbounded preceding and current row
        ) as units_refunded
    from outcomes
)

select
    applies_to,
    applies_to_value,
    known_on as decision_date,
    cast(coalesce(units, 0) as decimal(18, 4)) as units,
    cast(coalesce(units_refunded, 0) as decimal(18, 4)) as units_refunded
from running
where is_decision
