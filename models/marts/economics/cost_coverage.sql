with

lines as (
    select
        coalesce(category, '(none)') as category,
        net_price,
        is_cost_known
    from {{ post_purchase_gate.built(ref('order_line_profit')) }}
    where not is_cancelled and not is_test
)

select
    cast(category as {{ dbt.type_string() }}) as category,
    cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
    cast(count(*) as integer) as order_lines,
    cast(sum(case when is_cost_known then 0 else 1 end) as integer) as order_lines_without_cost,
    cast(sum(case when net_price is null then 1 else 0 end) as integer) as order_lines_without_price,
    cast(coalesce(sum(net_price), 0) as decimal(18, 4)) as revenue,
    cast(sum(case when is_cost_known then 0 else coalesce(net_price, 0) end) as decimal(18, 4)) as revenue_without_cost,
    cast(
        cast(sum(case when is_cost_known then 0 else coalesce(net_price, 0) end) as decimal(18, 4))
        / nullif(cast(sum(net_price) as decimal(18, 4)), 0) as decimal(9, 6)
    ) as share_of_revenue_without_cost
from lines
group by category
