-- The demo shop as a WooCommerce store in the API's own nesting: orders with their lines, refunds with negative amounts, an order's status instead of
-- transactions, and no parcels. `native` holds the demo shop and the store's numbers.
create table native.paid as
    select number.id, min(case when payments.status = 'captured' then cast(payments.occurred_at as timestamp) end) as paid_at,
    max(case when payments.status = 'captured' then payments.method end) as captured_by,
    coalesce(bool_or(payments.status = 'authorized'), false) as is_authorized,
    coalesce(bool_or(payments.status in ('failed', 'voided')), false) as has_failed,
    max(cast(payments.occurred_at as timestamp)) filter (where payments.status not in ('chargeback', 'chargeback_won')) as moved_at
    from native.orders as orders
    inner join native.orders_number as number using (order_id)
    left join native.payments as payments using (order_id)
    group by 1;

create table native.given_back as
    select refunds.number as id, order_number.id as order_id, line_number.id as order_line_id, lines.product_id, lines.sku,
    coalesce(cast(cast(refunds.quantity as double) as integer), 0) as units, cast(refunds.amount as double) as net,
    cast(refunds.amount as double) * (coalesce(gross.gross_per_net, 1) - 1) as tax, refunds.reason,
    cast(refunds.refunded_at as timestamp) as refunded_at
    from native.refund_numbers as refunds
    inner join native.orders_number as order_number using (order_id)
    left join native.order_lines_number as line_number using (order_line_id)
    left join native.shop_lines as lines on line_number.id = lines.id
    left join native.order_gross as gross using (order_id)
    where refunds.refunded_at is not null;

create table {schema}.orders as
    select orders.id, orders.name as number, coalesce(orders.customer_id, 0) as customer_id,
    case
        when orders.cancelled_at is not null then 'cancelled'
        when paid.paid_at is not null or orders.total_price = 0 then 'processing'
        when paid.is_authorized then 'on-hold'
        when paid.has_failed then 'failed'
        else 'pending'
    end as status,
    case orders.order_type when 'subscription_renewal' then 'subscription' when 'replacement' then 'admin' else 'checkout' end as created_via,
    case when orders.order_type in ('replacement', 'exchange') then to_json([json_object('id', 1, 'key', '_' || orders.order_type, 'value', 'yes'),
    json_object('id', 2, 'key', 'original_order', 'value', orders.parent_order_id)]) else json('[]') end as meta_data, orders.currency,
    strftime(orders.processed_at, '%Y-%m-%dT%H:%M:%S') as date_created_gmt,
    strftime(coalesce(orders.cancelled_at, paid.moved_at, orders.processed_at), '%Y-%m-%dT%H:%M:%S') as date_modified_gmt,
    strftime(case when orders.total_price = 0 then orders.processed_at else paid.paid_at end, '%Y-%m-%dT%H:%M:%S') as date_paid_gmt,
    cast(cast(orders.total_price as decimal(12, 2)) as varchar) as total,
    cast(cast(orders.total_tax as decimal(12, 2)) as varchar) as total_tax,
    cast(cast(orders.total_shipping as decimal(12, 2)) as varchar) as shipping_total,
    case when coalesce(paid.captured_by, 'card') = 'card' then 'stripe' else paid.captured_by end as payment_method,
    json_object('email', orders.email, 'country', orders.country_code, 'state', orders.province_code) as billing,
    json_object('country', orders.country_code, 'state', orders.province_code) as shipping,
    coalesce(lines.line_items, json('[]')) as line_items, coalesce(refunds.refunds, json('[]')) as refunds,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.shop_orders as orders
    left join native.paid as paid using (id)
    left join (
        select order_id, to_json(list(json_object('id', id, 'name', title, 'product_id', product_id, 'variation_id', 0, 'quantity', quantity,
        'sku', sku, 'subtotal', cast(cast(quantity * unit_price as decimal(12, 2)) as varchar),
        'total', cast(cast(quantity * unit_price - discount as decimal(12, 2)) as varchar)))) as line_items
        from native.shop_lines group by 1
    ) as lines on orders.id = lines.order_id
    left join (
        select order_id, to_json(list(json_object('id', id, 'reason', reason,
        'total', cast(cast(-(net + tax) as decimal(12, 2)) as varchar)))) as refunds
        from native.given_back group by 1
    ) as refunds on orders.id = refunds.order_id;

-- an amount that no line explains is all there is of goodwill
create table {schema}.refunds as
    select id, cast(cast(net + tax as decimal(12, 2)) as varchar) as amount, reason,
    strftime(refunded_at, '%Y-%m-%dT%H:%M:%S') as date_created_gmt,
    case when order_line_id is null then json('[]') else to_json([json_object('id', id + 500, 'product_id', product_id, 'variation_id', 0,
    'quantity', -units, 'sku', sku, 'total', cast(cast(-net as decimal(12, 2)) as varchar),
    'total_tax', cast(cast(-tax as decimal(12, 2)) as varchar),
    'meta_data', to_json([json_object('id', id, 'key', '_refunded_item_id', 'value', cast(order_line_id as varchar))]))]) end as line_items,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.given_back;

-- whom the shop has erased keeps an account whose address leads nowhere
create table {schema}.customers as
    select numbers.id,
    case when customers.erased_at is not null then 'deleted-' || numbers.id || '@site.invalid' else customers.email end as email,
    customers.first_name,
    json_object('phone', customers.phone, 'country', customers.country, 'state', customers.region) as billing,
    replace(customers.created_at, ' ', 'T') as date_created_gmt,
    replace(coalesce(customers.erased_at, customers.created_at), ' ', 'T') as date_modified_gmt,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.customers as customers inner join native.customers_number as numbers using (customer_id);

create table {schema}.products as
    select id, title as name, handle as slug, case when is_gift_card then 'gift-card' else 'simple' end as type,
    case when status = 'active' then 'publish' else 'private' end as status, sku, cast(price as varchar) as price,
    inventory_quantity is not null as manage_stock, inventory_quantity as stock_quantity,
    case when inventory_quantity = 0 then 'outofstock' else 'instock' end as stock_status, false as backorders_allowed,
    is_digital as virtual, is_digital as downloadable,
    to_json([json_object('id', 1, 'name', product_type, 'slug', product_type)]) as categories,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.shop_products;

create table {schema}.product_variations (id bigint, sku varchar, _airbyte_extracted_at timestamptz);

-- what customers ask for, as an extension for returns keeps it
create table {schema}.return_requests as
    select refunds.number as id, order_number.id as order_id, line_number.id as order_line_id, refunds.quantity, refunds.reason,
    refunds.requested_at, refunds.rejected_at, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.refund_numbers as refunds
    inner join native.orders_number as order_number using (order_id)
    left join native.order_lines_number as line_number using (order_line_id)
    where refunds.refunded_at is null;
