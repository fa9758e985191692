-- Fivetran's GraphQL shape: line totals, upper-case words, returns, the names that new connections have.
create table {schema}."order" as select id, name, customer_id, email, processed_at, processed_at as created_at,
    processed_at as updated_at, cancelled_at, currency as currency_code, total_price as total_price_set_shop_amount,
    total_tax as total_tax_set_shop_amount, total_shipping as total_shipping_price_set_shop_amount,
    false as taxes_included, test, source_name,
    case when cancelled_at is null then 'PAID' else 'VOIDED' end as display_financial_status,
    'UNFULFILLED' as display_fulfillment_status, country_code as shipping_address_country_code,
    province_code as shipping_address_province_code, false as _fivetran_deleted,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_orders;

create table {schema}."order_custom_attribute" as select id as order_id, 'gift' as key, 'true' as value,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_orders where is_gift union all select id,
    'original_order', parent_order_id, timestamp '2026-06-30 11:30:00' from native.shop_orders
    where parent_order_id is not null;

create table {schema}."order_line" as select id, order_id, product_id, variant_id, sku, title,
    cast(null as varchar) as variant_title, quantity, quantity * unit_price as original_total_set_shop_amount,
    cast(null as integer) as unfulfilled_quantity, is_gift_card, not is_digital as requires_shipping,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_lines;

create table {schema}."discount_allocation" as select id as order_line_id, 0 as index,
    discount as allocated_amount_set_shop_amount, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.shop_lines where discount > 0;

create table {schema}."transaction" as select id, order_id, refund_id, upper(kind) as kind, upper(status) as status,
    amount as amount_set_shop_amount, currency as amount_set_shop_currency_code, gateway, processed_at,
    processed_at as created_at, false as test, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.shop_transactions;

create table {schema}."fulfillment" as select id, order_id, upper(status) as status, shipment_status as display_status,
    created_at, updated_at, timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_fulfillments;

create table {schema}."fulfillment_tracking_info" as select id as fulfillment_id, 1 as index, carrier as company,
    'TRACK' || id as number, 'https://track.example/TRACK' || id as url, timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_fulfillments;

create table {schema}."refund_line_item" as select refunds.number as id, refunds.number as refund_id,
    line_number.id as order_line_id, coalesce(cast(quantity as double), 0) as quantity,
    cast(amount as double) as subtotal_set_shop_amount, cast(amount as double) * (coalesce(gross_per_net,
    1) - 1) as total_tax_set_shop_amount, 'no_restock' as restock_type,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.refund_numbers as refunds
    inner join native.order_lines_number as line_number using (order_line_id)
    left join native.order_gross using (order_id) where refunded_at is not null;

create table {schema}."return" as select refunds.number as id, order_number.id as order_id,
    case when rejected_at is not null then 'DECLINED' else 'REQUESTED' end as status,
    cast(requested_at as timestamp) as created_at, cast(rejected_at as timestamp) as closed_at,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.refund_numbers as refunds
    inner join native.orders_number as order_number using (order_id) where refunded_at is null;

create table {schema}."return_line_item" as select refunds.number as id, refunds.number as return_id,
    line_number.id as order_line_id, coalesce(cast(quantity as double), 0) as quantity,
    upper(reason) as return_reason, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.refund_numbers as refunds
    left join native.order_lines_number as line_number using (order_line_id) where refunded_at is null;

create table {schema}."customer" as select id, email, phone, first_name, created_at, created_at as updated_at,
    upper(email_state) as email_marketing_consent_state, upper(email_level) as email_marketing_consent_opt_in_level,
    email_at as email_marketing_consent_updated_at, upper(sms_state) as sms_marketing_consent_state,
    upper(sms_level) as sms_marketing_consent_opt_in_level, sms_at as sms_marketing_consent_updated_at,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_customers;
