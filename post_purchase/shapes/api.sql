-- The API's own nesting, as Airbyte keeps it: lines and attributes inside their order, disputes, no events of shipments.
create table {schema}."orders" as
            select
                orders.id, name, email, {'id': customer_id} as customer, strftime(processed_at,
                '%Y-%m-%dT%H:%M:%S+00:00') as processed_at,
                strftime(processed_at, '%Y-%m-%dT%H:%M:%S+00:00') as created_at, strftime(processed_at,
                '%Y-%m-%dT%H:%M:%S+00:00') as updated_at, strftime(cancelled_at,
                '%Y-%m-%dT%H:%M:%S+00:00') as cancelled_at,
                currency, total_price, total_tax, {'shop_money': {'amount': cast(total_price as varchar),
                'currency_code': currency}} as total_price_set,
                {'shop_money': {'amount': cast(total_shipping as varchar),
                'currency_code': currency}} as total_shipping_price_set, false as taxes_included, test, source_name,
                'paid' as financial_status, cast(null as varchar) as fulfillment_status,
                {'country_code': country_code, 'province_code': province_code} as shipping_address,
                case order_type when 'subscription_renewal' then 'Subscription Recurring Order, vip' when 'purchase' then ''
                    else order_type end as tags,
                list_filter([
                    case when is_gift then {'name': 'gift', 'value': 'true'} end,
                    case when parent_order_id is not null then {'name': 'original_order',
                    'value': parent_order_id} end
                ], item -> item is not null) as note_attributes,
                cast(coalesce(lines.line_items, '[]') as json) as line_items,
                timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
                '{schema}.myshopify.com' as shop_url
            from native.shop_orders as orders
            left join (
                select order_id, json_group_array(json_object(
                    'id', id, 'product_id', product_id, 'variant_id', variant_id, 'sku', sku, 'title', title,
                    'quantity', quantity,
                    'price', cast(unit_price as varchar), 'gift_card', is_gift_card, 'requires_shipping',
                    not is_digital,
                    'discount_allocations', case when discount > 0 then json_array(json_object('amount',
                    cast(discount as varchar))) else json_array() end,
                    'tax_lines', json_array()
                )) as line_items
                from native.shop_lines group by 1
            ) as lines on orders.id = lines.order_id;

create table {schema}."transactions" as select id, order_id, refund_id, kind, status, amount, currency, gateway,
    strftime(processed_at, '%Y-%m-%dT%H:%M:%S+00:00') as processed_at, strftime(processed_at,
    '%Y-%m-%dT%H:%M:%S+00:00') as created_at, false as test,
    timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
    '{schema}.myshopify.com' as shop_url from native.shop_transactions;

create table {schema}."disputes" as select id, order_id, type, status, amount, currency, strftime(initiated_at,
    '%Y-%m-%dT%H:%M:%S+00:00') as initiated_at, strftime(finalized_on, '%Y-%m-%dT%H:%M:%S+00:00') as finalized_on,
    timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
    '{schema}.myshopify.com' as shop_url from native.shop_disputes;

create table {schema}."fulfillments" as
            select
                shipments.id, shipments.order_id, shipments.status, shipments.shipment_status,
                carrier as tracking_company, tracking_number, strftime(shipments.created_at,
                '%Y-%m-%dT%H:%M:%S+00:00') as created_at,
                strftime(shipments.updated_at, '%Y-%m-%dT%H:%M:%S+00:00') as updated_at,
                cast(coalesce(contents.line_items, '[]') as json) as line_items,
                timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
                '{schema}.myshopify.com' as shop_url
            from native.shop_fulfillments as shipments
            left join (
                select fulfillment_id, json_group_array(json_object('id', order_line_id, 'quantity',
                quantity)) as line_items
                from native.shop_contents group by 1
            ) as contents on shipments.id = contents.fulfillment_id;

create table {schema}."order_refunds" as
            select
                refunds.number as id, order_number.id as order_id, strftime(cast(requested_at as timestamp),
                '%Y-%m-%dT%H:%M:%S+00:00') as created_at,
                strftime(cast(refunded_at as timestamp), '%Y-%m-%dT%H:%M:%S+00:00') as processed_at, reason as note,
                case when line_number.id is not null then cast(json_array(json_object(
                    'id', refunds.number, 'line_item_id', line_number.id, 'quantity',
                    coalesce(cast(quantity as double), 0),
                    'subtotal', cast(amount as double), 'total_tax',
                    cast(amount as double) * (coalesce(gross_per_net, 1) - 1),
                    'restock_type', 'no_restock'
                )) as json) else cast('[]' as json) end as refund_line_items,
                cast('[]' as json) as order_adjustments, cast('[]' as json) as transactions,
                timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
                '{schema}.myshopify.com' as shop_url
            from native.refund_numbers as refunds
            inner join native.orders_number as order_number using (order_id)
            left join native.order_lines_number as line_number using (order_line_id)
            left join native.order_gross using (order_id)
            where refunded_at is not null;

create table {schema}."customers" as
            select
                id, email, phone, first_name, strftime(created_at, '%Y-%m-%dT%H:%M:%S+00:00') as created_at,
                strftime(created_at, '%Y-%m-%dT%H:%M:%S+00:00') as updated_at,
                {'state': email_state, 'opt_in_level': email_level, 'consent_updated_at': strftime(email_at,
                '%Y-%m-%dT%H:%M:%S+00:00')} as email_marketing_consent,
                {'state': sms_state, 'opt_in_level': sms_level, 'consent_updated_at': strftime(sms_at,
                '%Y-%m-%dT%H:%M:%S+00:00')} as sms_marketing_consent,
                timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
                '{schema}.myshopify.com' as shop_url
            from native.shop_customers;

create table {schema}."products" as select id, title, handle, product_type, status,
    timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
    '{schema}.myshopify.com' as shop_url from native.shop_products;

create table {schema}."product_variants" as select variant_id as id, id as product_id, inventory_item_id, sku,
    'Default Title' as title, price, inventory_quantity, 'deny' as inventory_policy,
    timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
    '{schema}.myshopify.com' as shop_url from native.shop_products;

create table {schema}."inventory_items" as select inventory_item_id as id, sku, cast(null as double) as cost,
    inventory_quantity is not null as tracked, not is_digital as requires_shipping,
    timestamp '2026-06-30 11:30:00' as _airbyte_extracted_at, gen_random_uuid() as _airbyte_raw_id,
    '{schema}.myshopify.com' as shop_url from native.shop_products;
