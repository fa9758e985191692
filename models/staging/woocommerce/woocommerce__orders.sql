{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- WooCommerce has no gifts and no test orders to tell: those columns are left out, so that their checks stay unknown until the owner says that there are
-- none.
select
    -- ids
    orders._store || '-' || orders.order_id as order_id,
    orders.number as order_name,
    -- an account that the store no longer has is a guest, known by the address
    customers._store || '-' || customers.id as customer_id,
    orders._store as store_id,
    cast(null as {{ dbt.type_string() }}) as parent_order_id,
    -- text
    case when lower(orders.email) not like '%@site.invalid' then orders.email end as email,
    orders.currency,
    case when orders.created_via = 'subscription' then 'subscription_renewal' end as order_type,
    orders.created_via as sales_channel,
    -- the shop says itself when it is done
    case orders.status when 'completed' then 'fulfilled' when 'refunded' then null else 'unfulfilled' end as fulfillment_status,
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
