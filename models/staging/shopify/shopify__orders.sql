{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
with

orders as (
    select * from {{ ref('src_shopify__order') }}
),

-- what people call an order, where only one is called so
names as (
    select
        _store,
        lower(replace(name, '#', '')) as name,
        min(id) as order_id
    from orders
    where name is not null
    group by _store, lower(replace(name, '#', ''))
    having count(*) = 1
),

contradicted as (
    select distinct
        _store,
        order_id
    from {{ ref('shopify_line_units') }}
    where is_contradicted
)

select
    -- ids
    orders._store || '-' || orders.id as order_id,
    orders.name as order_name,
    -- an account that the store no longer has is a guest, known by the address
    customers._store || '-' || customers.id as customer_id,
    orders._store as store_id,
    coalesce(parents._store || '-' || parents.order_id, exchanges.parent_order_id) as parent_order_id,
    -- text
    orders.email,
    orders.currency,
    coalesce(marks.order_type, case when exchanges.order_id is not null then 'exchange' end) as order_type,
    case when marks.is_marketplace then 'marketplace' else orders.source_name end as sales_channel,
    case when marks.is_pickup then 'pickup' end as delivery_method,
    -- a word that nobody maps: nothing of such an order may be presumed
    case
        when contradicted.order_id is not null then 'parcels_do_not_add_up'
        else coalesce(lower(orders.fulfillment_status), 'unfulfilled')
    end as fulfillment_status,
    -- numbers
    coalesce(
        cast(cast(round({{ post_purchase_gate.read_number('orders.total_shipping') }} * taxes.net_share, 4) as decimal(18, 4)) as {{ dbt.type_string() }}),
        orders.total_shipping
    ) as shipping_charged,
    orders.total_price as total,
    -- booleans
    coalesce(marks.is_gift, false) as is_gift,
    case when marks.is_test then 'true' else orders.is_test end as is_test,
    false as prices_include_tax,
    -- timestamps
    orders.processed_at as ordered_at,
    orders.cancelled_at,
    orders._loaded_at
from orders
left join {{ ref('src_shopify__customer') }} as customers
    on orders._store = customers._store and orders.customer_id = customers.id
left join {{ ref('shopify_order_marks') }} as marks
    on orders._store = marks._store and orders.id = marks.order_id
left join contradicted
    on orders._store = contradicted._store and orders.id = contradicted.order_id
left join {{ ref('shopify_order_taxes') }} as taxes
    on orders._store = taxes._store and orders.id = taxes.order_id
left join names as parents
    on marks._store = parents._store and lower(replace(trim(marks.parent_order_name), '#', '')) = parents.name
left join {{ ref('connected_exchanges') }} as exchanges
    on orders._store || '-' || orders.id = exchanges.order_id
