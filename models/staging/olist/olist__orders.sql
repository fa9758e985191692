{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- Olist keeps no time of cancellation: it is set one second after the last thing known of the order, so that the payment's approval
-- never counts as money taken after it.
{%- set known_times = [
    'order_purchase_timestamp', 'order_approved_at', 'order_delivered_carrier_date', 'order_delivered_customer_date',
] %}
with

orders as (
    select
        *,
        {{ post_purchase_gate.greatest(known_times | length) }}(
            {%- for column in known_times %}
            coalesce(
                {{ post_purchase_gate.parse_utc('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }},
                cast('1900-01-01' as {{ dbt.type_timestamp() }})
            ){{ ',' if not loop.last }}
            {%- endfor %}
        ) as last_known_at
    from {{ source('olist', 'orders') }}
)

select
    -- ids
    orders.order_id,
    coalesce(facts.customer_id, orders.customer_id) as customer_id,
    'olist' as store_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as parent_order_id,
    -- text
    'BRL' as currency,
    'purchase' as order_type,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as sales_channel,
    -- numbers
    totals.shipping_charged,
    totals.total,
    -- booleans
    {{ post_purchase_gate.null_as('boolean') }} as is_gift,
    {{ post_purchase_gate.null_as('boolean') }} as is_test,
    -- timestamps
    orders.order_purchase_timestamp as ordered_at,
    case
        when orders.order_status = 'canceled' then {{ post_purchase_gate.add_time('second', 1, 'orders.last_known_at') }}
    end as cancelled_at
from orders
left join {{ ref('olist_order_facts') }} as facts
    on orders.order_id = facts.order_id
left join {{ ref('olist_order_totals') }} as totals
    on orders.order_id = totals.order_id
