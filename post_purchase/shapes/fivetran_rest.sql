-- Fivetran's REST shape: unit prices, a refund per line, no returns.
create table {schema}."order" as select id, name, customer_id, email, processed_at, processed_at as created_at,
    processed_at as updated_at, cancelled_at, currency, total_price, total_tax, cast(json_object('shop_money',
    json_object('amount', cast(total_shipping as varchar), 'currency_code',
    currency)) as varchar) as total_shipping_price_set, false as taxes_included, test, source_name,
    case when cancelled_at is null then 'paid' else 'voided' end as financial_status,
    cast(null as varchar) as fulfillment_status, country_code as shipping_address_country_code,
    province_code as shipping_address_province_code, false as _fivetran_deleted,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_orders;

create table {schema}."order_note_attribute" as select id as order_id, 'gift' as name, 'true' as value,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_orders where is_gift union all select id,
    'original_order', parent_order_id, timestamp '2026-06-30 11:30:00' from native.shop_orders
    where parent_order_id is not null;

create table {schema}."order_line" as select id, order_id, product_id, variant_id, sku, title,
    cast(null as varchar) as variant_title, quantity, unit_price as price, 0.0 as total_discount,
    cast(null as integer) as fulfillable_quantity, cast(null as varchar) as fulfillment_status,
    is_gift_card as gift_card, not is_digital as requires_shipping,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_lines;

create table {schema}."discount_allocation" as select id as order_line_id, 0 as index, discount as amount,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_lines where discount > 0;

create table {schema}."transaction" as select id, order_id, refund_id, kind, status, amount, currency, gateway,
    processed_at, processed_at as created_at, false as test, cast(null as double) as currency_exchange_final_amount,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_transactions;

create table {schema}."fulfillment" as select id, order_id, status, shipment_status, carrier as tracking_company,
    tracking_number, created_at, updated_at, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.shop_fulfillments;

create table {schema}."order_line_refund" as select refunds.number as id, refunds.number as refund_id,
    line_number.id as order_line_id, coalesce(cast(quantity as double), 0) as quantity,
    cast(amount as double) as subtotal, cast(amount as double) * (coalesce(gross_per_net, 1) - 1) as total_tax,
    'no_restock' as restock_type, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.refund_numbers as refunds
    inner join native.order_lines_number as line_number using (order_line_id)
    left join native.order_gross using (order_id) where refunded_at is not null;

create table {schema}."customer" as select id, email, phone, first_name, created_at, created_at as updated_at,
    email_state as email_marketing_consent_state, email_level as email_marketing_consent_opt_in_level,
    email_at as email_marketing_consent_consent_updated_at, sms_state as sms_marketing_consent_state,
    sms_level as sms_marketing_consent_opt_in_level, sms_at as sms_marketing_consent_consent_updated_at,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.shop_customers;
