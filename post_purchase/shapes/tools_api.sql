-- The tools around the demo shop as their interfaces write them, beside its store in Fivetran's GraphQL shape, whose ids they name: Gorgias, Recharge,
-- AfterShip, Loop and Okendo. What they bring, the store's own tables then lack. `native` holds the demo shop and the store's numbers.
create table native.ticket_numbers as
    select ticket_id, 4000 + row_number() over (order by ticket_id) as id from native.tickets;

-- Gorgias knows open and closed; whoever waits for the customer leaves the ticket open. What the demo shop tells of later days is not known yet.
create table native.statuses as
    select numbers.id, cast(events.occurred_at as timestamp) as occurred_at, events.status, events.satisfaction,
    row_number() over (partition by numbers.id order by cast(events.occurred_at as timestamp)) as position,
    row_number() over (partition by numbers.id order by cast(events.occurred_at as timestamp) desc) as recency
    from native.ticket_events as events inner join native.ticket_numbers as numbers using (ticket_id)
    where cast(events.occurred_at as timestamp) <= timestamp '2026-06-30 12:00:00';

create schema "gorgias";

create table gorgias.tickets as
    select numbers.id, tickets.subject, 'email' as channel,
    json_object('id', numbers.id + 9000, 'email', coalesce(tickets.requester_email, people.email)) as customer,
    json_object('order', json_object('value', tickets.order_id), 'reason', json_object('value', tickets.topic)) as custom_fields,
    coalesce(last.status = 'spam', false) as spam,
    case when last.status in ('solved', 'closed', 'snoozed', 'deleted', 'spam') then 'closed' else 'open' end as status,
    cast(tickets.opened_at as timestamp) as created_datetime,
    coalesce(last.occurred_at, cast(tickets.opened_at as timestamp)) as updated_datetime,
    case when last.status in ('solved', 'closed') then last.occurred_at end as closed_datetime,
    case when last.status = 'deleted' then last.occurred_at end as trashed_datetime,
    case when last.status = 'snoozed' then timestamp '2026-07-06 09:00:00' end as snooze_datetime,
    json('[]') as tags, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.tickets as tickets
    inner join native.ticket_numbers as numbers using (ticket_id)
    left join native.people as people using (customer_id)
    left join native.statuses as last on numbers.id = last.id and last.recency = 1
    where cast(tickets.opened_at as timestamp) <= timestamp '2026-06-30 12:00:00';

create table gorgias.messages as
    select numbers.id + 10000 as id, numbers.id as ticket_id, false as from_agent, 'sms' as channel,
    json_object('from', json_object('address', tickets.requester_phone)) as source, json('[]') as intents,
    cast(tickets.opened_at as timestamp) as created_datetime, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.tickets as tickets inner join native.ticket_numbers as numbers using (ticket_id)
    where tickets.requester_phone is not null;

create table gorgias.events as
    select id * 100 + position as id, id as object_id, 'Ticket' as object_type,
    case when position = 1 and status in ('new', 'open') then 'ticket-created' when status in ('solved', 'closed') then 'ticket-closed'
        when status = 'snoozed' then 'ticket-snoozed' when status = 'spam' then 'ticket-marked-spam'
        when status = 'deleted' then 'ticket-trashed' else 'ticket-reopened' end as type,
    occurred_at as created_datetime, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.statuses;

create table gorgias.satisfaction_surveys as
    select id * 100 + position as id, id as ticket_id, case satisfaction when 'good' then 5 else 1 end as score,
    occurred_at as scored_datetime, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.statuses where satisfaction is not null;

create schema "recharge";

create table recharge.customers as
    select id, json_object('ecommerce', cast(shop_id as varchar)) as external_customer_id, email,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at from native.people;

create table recharge.subscriptions as
    select 3000 + row_number() over (order by subscriptions.subscription_id) as id, people.id as customer_id,
    json_object('ecommerce', cast(products.id + 100000 as varchar)) as external_variant_id, subscriptions.sku,
    case when subscriptions.cancelled_at is null then 'active' else 'cancelled' end as status,
    subscriptions.started_at as created_at, subscriptions.cancelled_at, subscriptions.next_charge_at as next_charge_scheduled_at,
    timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.subscriptions as subscriptions
    inner join native.people as people using (customer_id)
    inner join native.products_number as products on subscriptions.sku = products.sku;

-- What the store does not follow: the loader leaves events of shipments out.
drop table {schema}.fulfillment_event;

create schema "aftership";

create table native.tags as
    select fulfillment_id, happened_at,
    case status when 'label_created' then 'InfoReceived' when 'delivered' then 'Delivered' when 'picked_up' then 'Delivered'
        when 'out_for_delivery' then 'OutForDelivery' when 'attempted_delivery' then 'AttemptFail'
        when 'available_for_pickup' then 'AvailableForPickup' when 'in_transit' then 'InTransit' else 'Exception' end as tag,
    case status when 'picked_up' then 'Delivered_002' when 'exception_address' then 'Exception_002'
        when 'exception_customs' then 'Exception_004' when 'delayed' then 'Exception_005'
        when 'returned_to_sender' then 'Exception_010' when 'damaged' then 'Exception_012'
        when 'lost' then 'Exception_013' when 'failed' then 'Exception_003' end as subtag
    from native.shop_events;

create table aftership.trackings as
    select 't' || shipments.id as id, 'TRACK' || shipments.id as tracking_number, shipments.carrier as slug, orders.name as order_number,
    coalesce(last.tag, 'Pending') as tag, last.subtag, strftime(shipments.created_at, '%Y-%m-%dT%H:%M:%S+00:00') as created_at,
    strftime(shipments.updated_at, '%Y-%m-%dT%H:%M:%S+00:00') as updated_at,
    json_object('datetime', fulfillments.expected_delivery_at) as latest_estimated_delivery,
    coalesce(checkpoints.checkpoints, json('[]')) as checkpoints, timestamptz '2026-06-30 11:30:00+00' as _airbyte_extracted_at
    from native.shop_fulfillments as shipments
    inner join native.shop_orders as orders on shipments.order_id = orders.id
    inner join native.fulfillments_number as numbers on shipments.id = numbers.id
    inner join native.fulfillments as fulfillments using (fulfillment_id)
    left join (
        select fulfillment_id, max_by(tag, happened_at) as tag, max_by(subtag, happened_at) as subtag from native.tags group by 1
    ) as last on shipments.id = last.fulfillment_id
    left join (
        select fulfillment_id, to_json(list(json_object('tag', tag, 'subtag', subtag,
        'checkpoint_time', strftime(happened_at, '%Y-%m-%dT%H:%M:%S+00:00'),
        'created_at', strftime(happened_at, '%Y-%m-%dT%H:%M:%S+00:00')))) as checkpoints
        from native.tags group by 1
    ) as checkpoints on shipments.id = checkpoints.fulfillment_id
    where shipments.status <> 'cancelled';

-- What customers ask for stands in Loop, and not in the store.
drop table {schema}."return";
drop table {schema}."return_line_item";

create schema "loop";

create table native.asked as
    select refunds.number, order_number.id as order_id, orders.order_id as order_name, line_number.id as order_line_id,
    cast(refunds.requested_at as timestamp) as requested_at, cast(refunds.rejected_at as timestamp) as rejected_at,
    greatest(coalesce(cast(cast(refunds.quantity as double) as integer), 1), 1) as units,
    case refunds.reason when 'damaged' then 'Arrived damaged' when 'sizing' then 'Too small' when 'changed_mind' then 'Changed my mind'
        when 'not_received' then 'Never arrived' when 'not_as_described' then 'Not as described' else 'Other' end as reason
    from native.refund_numbers as refunds
    inner join native.orders as orders using (order_id)
    inner join native.orders_number as order_number using (order_id)
    left join native.order_lines_number as line_number using (order_line_id)
    where refunds.refunded_at is null;

create table "loop".return_list as
    select number as id, order_id as provider_order_id, order_name, 'refund' as outcome,
    case when rejected_at is not null then 'cancelled' else 'open' end as state, requested_at as created_at,
    coalesce(rejected_at, requested_at) as updated_at, timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.asked;

create table "loop".return_list_line_item as
    select number as return_list_id, number * 100 + unit as line_item_id, order_line_id as provider_line_item_id, 'refund' as outcome,
    reason as return_reason, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.asked cross join lateral (select unnest(range(1, units + 1)) as unit) as each where order_line_id is not null;

create schema "okendo";

create table okendo.review as
    select 'r' || row_number() over (order by reviews.review_id) as id, orders.id as order_id, reviews.order_id as order_number,
    products.id as product_id, reviews.sku as variant_sku, people.shop_id as external_customer_id, people.email as reviewer_email,
    reviews.rating, reviews.incentive_id, cast(reviews.submitted_at as timestamp) as date_created,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.reviews as reviews
    left join native.orders_number as orders using (order_id)
    left join native.products_number as products on reviews.sku = products.sku
    left join native.people as people using (customer_id);
