-- A shop whose reviews and requests for them are Yotpo's and which writes offers with Attentive, beside its store in Fivetran's GraphQL shape. What
-- they sent and who told them to stop, nobody else then knows. `native` holds the demo shop and the store's numbers.
create schema "yotpo";

create table yotpo.reviews as
    select 700 + row_number() over (order by reviews.review_id) as id, people.email, cast(products.id as varchar) as sku,
    cast(reviews.rating as integer) as score, strftime(cast(reviews.submitted_at as timestamp), '%Y-%m-%dT%H:%M:%S.000Z') as created_at,
    reviews.incentive_id is not null as is_incentivized, reviews.incentive_id as incentive_type, false as deleted,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.reviews as reviews
    inner join native.people as people using (customer_id)
    left join native.products_number as products on reviews.sku = products.sku;

create table native.asks as
    select messages.message_id, messages.order_id, messages.order_line_id, messages.sent_at, people.email,
    max(case when events.event_type = 'opened' then events.occurred_at end) as opened_at,
    max(case when events.event_type = 'unsubscribed' then events.occurred_at end) as unsubscribed_at
    from native.messages as messages
    inner join native.people as people using (customer_id)
    left join native.message_events as events using (message_id)
    where messages.action = 'review_request' and messages.channel = 'email'
    group by all;

-- a row per product that a mail asked about
create table yotpo.raw_data as
    select asks.email as email_address, 'mail_after_purchase' as email_type, cast(orders.id as varchar) as order_id,
    cast(products.id as varchar) as product_id, cast(products.id as varchar) as sku, 0 as reminder_num,
    asks.sent_at as email_sent_timestamp, asks.opened_at as opened_timestamp, asks.unsubscribed_at as unsubscribed_timestamp,
    cast(null as varchar) as arrived_early_timestamp, 'shopify' as platform,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.asks as asks
    inner join native.orders_number as orders using (order_id)
    inner join native.order_lines as lines
        on asks.order_id = lines.order_id and coalesce(asks.order_line_id = lines.order_line_id, true)
    left join native.products_number as products on lines.sku = products.sku;

-- a list without dates, as it was when it was loaded
create table yotpo.unsubscribers as
    select row_number() over (order by email) as id, email as user_email, 1 as email_type_id, 'user' as unsubscribed_by_name,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.asks where cast(unsubscribed_at as timestamp) <= timestamp '2026-06-30 11:30:00' group by email;

create schema "attentive";

create table native.offers as
    select messages.message_id, messages.channel, messages.flow || ' ' || messages.action as message_name, messages.sent_at, people.shop_id,
    people.email, case messages.channel when 'sms' then '+1212555' || people.shop_id end as phone
    from native.messages as messages inner join native.people as people using (customer_id)
    where messages.channel = 'sms' or messages.action in ('cross_sell', 'other');

-- who gets text messages has given the store a number
update {schema}.customer set phone = offers.phone from native.offers as offers
    where customer.id = offers.shop_id and offers.phone is not null;

create table attentive.sms_sent as
    select md5(message_name) as message_id, message_name, 'sms.sent' as type, 'MARKETING' as message_type, cast(sent_at as timestamp) as timestamps,
    cast(shop_id as varchar) as subscriber_external_id, phone as subscriber_phone, email as subscriber_email,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.offers where channel = 'sms';

create table attentive.email_sent as
    select md5(message_name) as message_id, message_name, 'email.sent' as type, 'MARKETING' as message_type, cast(sent_at as timestamp) as timestamps,
    cast(shop_id as varchar) as subscriber_external_id, phone as subscriber_phone, email as subscriber_email,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.offers where channel = 'email';

-- Who signed up at Attentive, and whoever left since; of these the store has heard nothing.
create table native.told as
    select consents.status, cast(consents.occurred_at as timestamp) as occurred_at, people.shop_id, people.email
    from native.consents as consents inner join native.people as people using (customer_id)
    where consents.channel = 'email' and people.email is not null
      and consents.customer_id not in (select customer_id from native.consents where basis = 'soft_opt_in')
      and consents.customer_id not in (select customer_id from native.customers where erased_at is not null);

create table attentive.sms_email_subscribed as
    select 'email.subscribed' as type, 'MARKETING' as subscription_type, 'CHECKOUT' as creative_type, occurred_at as timestamps,
    cast(shop_id as varchar) as subscriber_external_id, cast(null as varchar) as subscriber_phone, email as subscriber_email,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.told where status = 'subscribed';

create table attentive.sms_email_unsubscribed as
    select 'email.unsubscribed' as type, 'MARKETING' as subscription_type, occurred_at as timestamps,
    cast(shop_id as varchar) as subscriber_external_id, cast(null as varchar) as subscriber_phone, email as subscriber_email,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.told where status = 'unsubscribed';

update {schema}.customer set email_marketing_consent_state = 'NOT_SUBSCRIBED', email_marketing_consent_opt_in_level = null,
    email_marketing_consent_updated_at = null
    where id in (select shop_id from native.told);

delete from native.message_events
    where message_id in (select message_id from native.asks union all select message_id from native.offers);
delete from native.messages
    where message_id in (select message_id from native.asks union all select message_id from native.offers);
