{%- set string = dbt.type_string() -%}
select
    cast(person_id as {{ string }}) as person_id,
    {{ post_purchase_gate.as_of() }} as as_of,
    cast('{{ var("reporting_currency") }}' as {{ string }}) as reporting_currency,
    cast(first_purchase_on as date) as first_purchase_on,
    cast(last_purchase_on as date) as last_purchase_on,
    cast(purchases as integer) as purchases,
    cast(own_gaps as integer) as own_gaps,
    cast(own_days_between as decimal(18, 4)) as own_days_between,
    cast(days_between as decimal(18, 4)) as days_between,
    cast(days_between_lower as decimal(18, 4)) as days_between_lower,
    cast(days_between_upper as decimal(18, 4)) as days_between_upper,
    cast(silent_days as integer) as silent_days,
    cast(comparable as bigint) as comparable,
    cast(lapse_probability as decimal(9, 6)) as lapse_probability,
    cast(lapse_probability_lower as decimal(9, 6)) as lapse_probability_lower,
    cast(lapse_probability_upper as decimal(9, 6)) as lapse_probability_upper,
    cast(orders as integer) as orders,
    cast(contribution_profit as decimal(18, 4)) as contribution_profit,
    cast(profit_per_order as decimal(18, 4)) as profit_per_order,
    cast(next_order_value as decimal(18, 4)) as next_order_value,
    cast(horizon_days as integer) as horizon_days
from {{ ref('int_customer_rhythm') }}
