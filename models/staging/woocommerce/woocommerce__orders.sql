{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- WooCommerce has no gifts and no test orders to tell: those columns are left out, so that their checks stay unknown until the owner says that there are
-- none. An order that somebody made by hand and that costs nothing is sent again, or a present: where no note says which, it is no word of the contract, and
-- unknown.
with

-- what people call an order, where only one is called so
names as (
    select
        _store,
        lower(replace(number, '#', '')) as name,
        min(order_id) as order_id
    from {{ ref('woocommerce_orders') }}
    where number is not null
    group by _store, lower(replace(number, '#', ''))
    having count(*) = 1
)

select
    -- ids
    orders._store || '-' || orders.order_id as order_id,
    orders.number as order_name,
    -- an account that the store no longer has is a guest, known by the address
    customers._store || '-' || customers.id as customer_id,
    orders._store as store_id,
    coalesce(parents._store || '-' || parents.order_id, exchanges.parent_order_id) as parent_order_id,
    -- text
    case when lower(orders.email) not like '%@site.invalid' then orders.email end as email,
    orders.currency,
    case
        when marks.order_type is not null then marks.order_type
        when exchanges.order_id is not null then 'exchange'
        when orders.created_via = 'subscription' then 'subscription_renewal'
        when orders.created_via = 'admin' and {{ post_purchase_gate.read_number('orders.total') }} = 0 then 'made by hand for nothing'
    end as order_type,
    orders.created_via as sales_channel,
    -- the shop says itself when it is done; a status of its own is handed on, to be looked up and to be named where nobody knows it
    case
        when orders.status = 'completed' then 'fulfilled'
        when orders.status = 'refunded' then null
        when coalesce(orders.status, 'pending') in ('pending', 'processing', 'on-hold', 'cancelled', 'failed') then 'unfulfilled'
        else orders.status
    end as fulfillment_status,
    -- numbers
    orders.shipping_total as shipping_charged,
    orders.total,
    -- booleans
    false as prices_include_tax,
    -- timestamps
    orders.created_at as ordered_at,
    case when orders.status = 'cancelled' then coalesce(orders.updated_at, orders._loaded_at) end as cancelled_at,
    orders._loaded_at
from {{ ref('woocommerce_orders') }} as orders
left join {{ ref('src_woocommerce__customer') }} as customers
    on orders._store = customers._store and orders.account_id = customers.id
left join {{ ref('woocommerce_order_marks') }} as marks
    on orders._store = marks._store and orders.order_id = marks.order_id
left join names as parents
    on marks._store = parents._store and lower(replace(trim(marks.parent_order_name), '#', '')) = parents.name
left join {{ ref('connected_exchanges') }} as exchanges
    on orders._store || '-' || orders.order_id = exchanges.order_id
