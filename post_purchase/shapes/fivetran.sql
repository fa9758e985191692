-- What Fivetran writes alike from both of Shopify's APIs.
create table {schema}."order_tag" as select id as order_id, 1 as index, order_type as value,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_orders where order_type in ('replacement',
    'exchange') union all select id, 1, 'Subscription Recurring Order', timestamp '2026-06-30 11:30:00'
    from native.shop_orders where order_type = 'subscription_renewal';

create table {schema}."fulfillment_order_line" as select fulfillment_id, order_line_id, quantity,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_contents;

create table {schema}."fulfillment_event" as select *, false as _fivetran_deleted,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_events;

create table {schema}."refund" as select refunds.number as id, order_number.id as order_id,
    cast(requested_at as timestamp) as created_at, cast(refunded_at as timestamp) as processed_at, reason as note,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.refund_numbers as refunds
    inner join native.orders_number as order_number using (order_id) where refunded_at is not null;

create table {schema}."product" as select id, title, handle, product_type, status, is_gift_card,
    false as _fivetran_deleted, timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_products;

create table {schema}."product_variant" as select variant_id as id, id as product_id, inventory_item_id, sku,
    'Default Title' as title, price, inventory_quantity, 'deny' as inventory_policy,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_products;

create table {schema}."inventory_item" as select inventory_item_id as id, sku,
    cast(null as double) as unit_cost_amount, inventory_quantity is not null as tracked,
    not is_digital as requires_shipping, timestamp '2026-06-30 11:30:00' as updated_at,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_products;
