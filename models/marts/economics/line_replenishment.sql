{%- if (14 not in post_purchase_gate.list_var('rebuy_horizons_days') or 28 not in post_purchase_gate.list_var('rebuy_horizons_days')) %}
{%- do exceptions.raise_compiler_error("rebuy_horizons_days must hold 14 and 28, the days that line_replenishment shows; it may hold more.") %}
{%- endif %}
select
    -- ids
    cast(lines.order_line_id as {{ dbt.type_string() }}) as order_line_id,
    cast(lines.order_id as {{ dbt.type_string() }}) as order_id,
    cast(lines.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(lines.sku as {{ dbt.type_string() }}) as sku,
    lines.as_of,
    -- text
    cast(lines.basis as {{ dbt.type_string() }}) as basis,
    -- numbers
    cast(lines.units as decimal(18, 4)) as units,
    cast(lines.own_gaps as integer) as own_gaps,
    cast(lines.expected_interval_days as decimal(18, 4)) as expected_interval_days,
    cast(lines.age_days as integer) as age_days,
    cast(lines.rebuy_probability_14_days as decimal(18, 6)) as rebuy_probability_14_days,
    cast(lines.rebuy_probability_28_days as decimal(18, 6)) as rebuy_probability_28_days,
    cast(lines.sku_factor as decimal(18, 6)) as observed_over_expected,
    -- timestamps
    cast(lines.ordered_at as {{ dbt.type_timestamp() }}) as ordered_at,
    cast(lines.due_at as {{ dbt.type_timestamp() }}) as due_at,
    cast(depletion.depletion_at as {{ dbt.type_timestamp() }}) as depletion_at
from {{ ref('int_line_replenishment') }} as lines
inner join {{ ref('int_points') }} as points
    on lines.order_line_id = points.order_line_id and points.is_live
left join {{ ref('int_point_depletion') }} as depletion
    on points.point_id = depletion.point_id
