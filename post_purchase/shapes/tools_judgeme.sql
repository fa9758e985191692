-- A shop whose reviews are in Judge.me and whose text messages are Postscript's, beside its store in Fivetran's GraphQL shape. Judge.me knows the product
-- and the reviewer; Postscript, as its warehouse tables have it, the number. `native` holds the demo shop and the store's numbers.
create schema "judgeme";

create table judgeme.reviews as
    select 700 + row_number() over (order by reviews.review_id) as id, cast(reviews.rating as integer) as rating, 'It came' as title,
    'ok' as curated, true as published, false as hidden, cast(products.id as varchar) as product_external_id,
    lower(reviews.sku) as product_handle,
    json_object('id', people.id, 'email', people.email, 'external_id', people.shop_id, 'accepts_marketing', false,
        'unsubscribed_at', case when said.status = 'unsubscribed' then strftime(cast(said.occurred_at as timestamp), '%Y-%m-%dT%H:%M:%S+00:00') end
    ) as reviewer,
    strftime(cast(reviews.submitted_at as timestamp), '%Y-%m-%dT%H:%M:%S+00:00') as created_at,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.reviews as reviews
    inner join native.people as people using (customer_id)
    left join native.products_number as products on reviews.sku = products.sku
    left join native.last_consents as said on reviews.customer_id = said.customer_id and said.channel = 'email';

-- Who gets text messages has given the store a number, and has told Postscript to stop since.
create table native.texts as
    select messages.message_id, messages.flow || ' ' || messages.action as message_name, messages.sent_at, people.shop_id,
    's_' || people.id as subscriber_id, '+1212555' || people.shop_id as phone
    from native.messages as messages inner join native.people as people using (customer_id)
    where messages.channel = 'sms';

update {schema}.customer set phone = texts.phone from native.texts as texts where customer.id = texts.shop_id;

create schema "postscript";

create table postscript.dim_subscribers as
    select distinct subscriber_id, phone as phone_number, false as promotional_can_send, timestamp '2026-01-01 09:00:00' as created_at,
    timestamp '2026-05-20 09:00:00' as updated_at, timestamp '2026-06-30 11:30:00' as _loaded_at
    from native.texts;

create table postscript.fct_messages as
    select message_id, subscriber_id, 'outbound' as direction, sent_at as created_at, timestamp '2026-06-30 11:30:00' as _loaded_at
    from native.texts;

create table postscript.dim_messages as
    select message_id, message_name as type_name, false as failed, cast(null as timestamp) as failed_at,
    timestamp '2026-06-30 11:30:00' as _loaded_at
    from native.texts;

delete from native.message_events where message_id in (select message_id from native.texts);
delete from native.messages where message_id in (select message_id from native.texts);
