-- What the store's tables are made of, in any shape. `native` holds the demo shop, and a number for each of its rows.
create table native.refund_numbers as select *, 80000 + row_number() over (order by refund_id) as number
    from native.refunds;

create table native.last_consents as select *
    from native.consents qualify row_number() over (partition by customer_id,
    channel order by cast(occurred_at as timestamp) desc, status desc) = 1;

create table native.shop_orders as
    select
        number.id,
        orders.order_id as name,
        customer_number.id as customer_id,
        customers.email,
        cast(orders.ordered_at as timestamp) as processed_at,
        cast(orders.cancelled_at as timestamp) as cancelled_at,
        orders.currency,
        cast(orders.total as double) as total_price,
        cast(orders.total as double) - coalesce(goods.amount, 0) - coalesce(cast(orders.shipping_charged as double),
        0) as total_tax,
        cast(orders.shipping_charged as double) as total_shipping,
        cast(coalesce(orders.is_test, 'false') as boolean) or cast(coalesce(customers.is_test,
        'false') as boolean) as test,
        coalesce(orders.sales_channel, 'web') as source_name,
        customers.country as country_code,
        customers.region as province_code,
        orders.order_type,
        cast(coalesce(orders.is_gift, 'false') as boolean) as is_gift,
        orders.parent_order_id
    from native.orders as orders
    inner join native.orders_number as number using (order_id)
    left join native.customers as customers using (customer_id)
    left join native.customers_number as customer_number using (customer_id)
    left join (
        select order_id,
        sum(cast(quantity as double) * cast(unit_price as double) - cast(discount as double)) as amount
        from native.order_lines group by 1
    ) as goods using (order_id);

create table native.shop_lines as
    select
        number.id,
        order_number.id as order_id,
        product_number.id as product_id,
        product_number.id + 100000 as variant_id,
        lines.sku,
        products.title,
        cast(lines.quantity as integer) as quantity,
        cast(lines.unit_price as double) as unit_price,
        cast(lines.discount as double) as discount,
        coalesce(cast(products.is_digital as boolean), false) as is_digital,
        coalesce(products.category = 'gift_cards', false) as is_gift_card,
        lines.order_line_id
    from native.order_lines as lines
    inner join native.order_lines_number as number using (order_line_id)
    inner join native.orders_number as order_number using (order_id)
    left join native.products_number as product_number on lines.sku = product_number.sku
    left join native.products as products on lines.sku = products.sku;

create table native.shop_contents as
    select number.id as fulfillment_id, line_number.id as order_line_id,
    cast(contents.quantity as integer) as quantity
    from native.fulfillment_lines as contents
    inner join native.fulfillments_number as number using (fulfillment_id)
    inner join native.order_lines_number as line_number using (order_line_id)
    union all
    select number.id, line_number.id, cast(lines.quantity as integer)
    from native.fulfillments as fulfillments
    inner join native.fulfillments_number as number using (fulfillment_id)
    inner join native.order_lines as lines using (order_id)
    inner join native.order_lines_number as line_number using (order_line_id)
    left join native.products as products on lines.sku = products.sku
    where fulfillments.fulfillment_id not in (select fulfillment_id from native.fulfillment_lines)
      and not coalesce(cast(products.is_digital as boolean), false);

create table native.shop_events as
    select
        60000 + row_number() over (order by event.event_id) as id,
        number.id as fulfillment_id,
        event.status,
        event.happened_at,
        event.happened_at as created_at,
        cast(event.estimated as timestamp) as estimated_delivery_at
    from (
        select
            events.event_id,
            events.fulfillment_id,
            case events.event_type when 'exception_delay' then 'delayed' else events.event_type end as status,
            cast(events.occurred_at as timestamp) as happened_at,
            fulfillments.expected_delivery_at as estimated
        from native.fulfillment_events as events
        inner join native.fulfillments as fulfillments using (fulfillment_id)
        union all
        select fulfillment_id || '-delivered', fulfillment_id, 'delivered', cast(delivered_at as timestamp),
        expected_delivery_at
        from native.fulfillments
        where delivered_at is not null
    ) as event
    inner join native.fulfillments_number as number using (fulfillment_id);

create table native.last_words as
    select fulfillment_id, status, happened_at
    from native.shop_events
    qualify row_number() over (partition by fulfillment_id order by happened_at desc, id desc) = 1;

create table native.shop_products as
    select
        number.id,
        number.id + 100000 as variant_id,
        number.id + 200000 as inventory_item_id,
        products.sku,
        products.title,
        lower(products.sku) as handle,
        products.category as product_type,
        case when coalesce(cast(products.is_active as boolean), true) then 'active' else 'archived' end as status,
        cast(products.list_price as double) as price,
        products.currency,
        cast(products.inventory_quantity as integer) as inventory_quantity,
        coalesce(cast(products.is_digital as boolean), false) as is_digital,
        coalesce(products.category = 'gift_cards', false) as is_gift_card
    from native.products as products
    inner join native.products_number as number using (sku);

create table native.shop_customers as
    select
        number.id,
        customers.email,
        customers.phone,
        customers.first_name,
        cast(customers.created_at as timestamp) as created_at,
        case when customers.erased_at is not null then 'redacted' else email.status end as email_state,
        case when email.basis = 'express' then 'single_opt_in' else email.basis end as email_level,
        cast(coalesce(customers.erased_at, email.occurred_at) as timestamp) as email_at,
        sms.status as sms_state,
        case when sms.basis = 'express' then 'single_opt_in' else sms.basis end as sms_level,
        cast(sms.occurred_at as timestamp) as sms_at
    from native.customers as customers
    inner join native.customers_number as number using (customer_id)
    left join native.last_consents as email on customers.customer_id = email.customer_id and email.channel = 'email'
    left join native.last_consents as sms on customers.customer_id = sms.customer_id and sms.channel = 'sms';

create table native.shop_fulfillments as
    select
        number.id,
        order_number.id as order_id,
        case when fulfillments.cancelled_at is not null then 'cancelled' else 'success' end as status,
        last_words.status as shipment_status,
        fulfillments.carrier,
        cast(null as varchar) as tracking_number,
        cast(coalesce(fulfillments.shipped_at, fulfillments.delivered_at,
        orders.ordered_at) as timestamp) as created_at,
        cast(coalesce(fulfillments.cancelled_at, cast(last_words.happened_at as varchar), fulfillments.shipped_at,
        orders.ordered_at) as timestamp) as updated_at
    from native.fulfillments as fulfillments
    inner join native.fulfillments_number as number using (fulfillment_id)
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    left join native.last_words as last_words on number.id = last_words.fulfillment_id
    where fulfillments.shipped_at is not null or fulfillments.delivered_at is not null;

create table native.shop_disputes as
    select
        payments.payment_id as id,
        order_number.id as order_id,
        'chargeback' as type,
        case when exists (
            select 1 from native.payments as won where won.order_id = payments.order_id
            and won.status = 'chargeback_won'
        ) then 'won' else 'under_review' end as status,
        cast(payments.amount as double) as amount,
        orders.currency,
        cast(payments.occurred_at as timestamp) as initiated_at,
        (select max(cast(won.occurred_at as timestamp)) from native.payments as won
         where won.order_id = payments.order_id and won.status = 'chargeback_won') as finalized_on
    from native.payments as payments
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    where payments.status = 'chargeback';

create table native.order_gross as select name as order_id, case when total_tax > 0
    and total_price > total_tax then total_price / (total_price - total_tax) end as gross_per_net
    from native.shop_orders;

create table native.shop_transactions as
    select
        90000 + row_number() over (order by payments.payment_id) as id,
        order_number.id as order_id,
        cast(null as bigint) as refund_id,
        case payments.status when 'authorized' then 'authorization' when 'voided' then 'void' else 'sale' end as kind,
        case payments.status when 'failed' then 'failure' when 'pending' then 'pending' else 'success' end as status,
        cast(payments.amount as double) as amount,
        orders.currency,
        case payments.method when 'card' then 'shopify_payments' else payments.method end as gateway,
        cast(payments.occurred_at as timestamp) as processed_at
    from native.payments as payments
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    where payments.status not in ('chargeback', 'chargeback_won')
    union all
    select
        95000 + row_number() over (order by refunds.refund_id),
        order_number.id,
        refunds.number,
        'refund',
        'success',
        -- what went back to the buyer carries the tax that the order's prices leave out
        round(cast(refunds.amount as double) * coalesce(owed.gross_per_net, 1), 2),
        orders.currency,
        'shopify_payments',
        cast(refunds.refunded_at as timestamp)
    from native.refund_numbers as refunds
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    left join native.order_gross as owed using (order_id)
    where refunds.refunded_at is not null and cast(refunds.amount as double) > 0;

-- The accounts of the store, by the numbers that tools around it know them by.
create table native.people as
    select customers.customer_id, customers.email, customers.phone, numbers.id as shop_id, numbers.id + 8000 as id
    from native.customers as customers inner join native.customers_number as numbers using (customer_id);
