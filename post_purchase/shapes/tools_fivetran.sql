-- The demo shop's helpdesk and sending tool in Fivetran's tables: Zendesk and Klaviyo. `native` holds the demo shop.
create schema zendesk;

create table native.people as
    select customer_id, email, phone, 9000 + row_number() over (order by customer_id) as id from native.customers
    where customer_id is not null
    qualify row_number() over (partition by customer_id order by email) = 1;

create table native.requesters as
    select tickets.ticket_id, 9500 + row_number() over (order by tickets.ticket_id) as id,
    coalesce(tickets.requester_email, people.email) as email, coalesce(tickets.requester_phone, people.phone) as phone
    from native.tickets as tickets left join native.people as people using (customer_id);

create table native.ticket_numbers as
    select ticket_id, 4000 + row_number() over (order by ticket_id) as id from native.tickets;

-- Zendesk knows no snooze and no spam: who is asked to wait is pending, what is spam is thrown away.
create table native.statuses as
    select numbers.id, cast(events.occurred_at as timestamp) as occurred_at, events.satisfaction,
    case events.status when 'on_hold' then 'hold' when 'snoozed' then 'pending' when 'spam' then 'deleted'
        else events.status end as status
    from native.ticket_events as events inner join native.ticket_numbers as numbers using (ticket_id);

create table zendesk.ticket as
    select numbers.id, requesters.id as requester_id, tickets.subject,
    coalesce(last.status, 'open') as status, cast(tickets.opened_at as timestamp) as created_at,
    coalesce(last.occurred_at, cast(tickets.opened_at as timestamp)) as updated_at,
    tickets.order_id as custom_order_number, tickets.topic as custom_contact_reason, '[]' as merged_ticket_ids,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.tickets as tickets
    inner join native.ticket_numbers as numbers using (ticket_id)
    inner join native.requesters as requesters using (ticket_id)
    left join (
        select id, max_by(status, occurred_at) as status, max(occurred_at) as occurred_at from native.statuses group by id
    ) as last on numbers.id = last.id;

create table zendesk.ticket_field_history as
    select id as ticket_id, 'status' as field_name, status as "value", occurred_at as updated,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from native.statuses
    union all
    select id, 'satisfaction_score', satisfaction, occurred_at, timestamp '2026-06-30 11:30:00' from native.statuses
    where satisfaction is not null;

create table zendesk."user" as
    select id, email, phone, 'end-user' as role, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.requesters;

create schema klaviyo;

create table klaviyo.person as
    select 'P' || id as id, email, phone as phone_number, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.people;

-- A flow sends one thing, so that the seed flow_map can say what.
create table native.sends as
    select messages.*, 'P' || people.id as person_id,
    case when action = 'newsletter' then null else flow || ' ' || action end as flow_name,
    epoch(cast(messages.sent_at as timestamp))::bigint || ':M' || row_number() over (order by message_id) as cohort
    from native.messages as messages inner join native.people as people using (customer_id);

create table klaviyo.flow as
    select distinct 'F' || md5(flow_name) as id, flow_name as name, timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.sends where flow_name is not null;

create table native.told as
    select cohort || '-sent' as id, person_id, case channel when 'sms' then 'Received SMS' else 'Received Email' end as type,
    cast(sent_at as timestamp) as "timestamp", message_id, cohort, null as bounce_type, null as method
    from native.sends
    where message_id not in (select message_id from native.message_events where event_type = 'hard_bounced')
    union all
    select events.event_id, sends.person_id,
    case events.event_type when 'opened' then 'Opened Email' when 'clicked' then 'Clicked Email'
        when 'unsubscribed' then 'Unsubscribed' when 'complained' then 'Marked Email as Spam'
        when 'hard_bounced' then 'Bounced Email' end,
    cast(events.occurred_at as timestamp), sends.message_id, sends.cohort,
    case when events.event_type = 'hard_bounced' then 'Hard' end, null
    from native.message_events as events inner join native.sends as sends using (message_id)
    where events.event_type <> 'delivered'
    union all
    select 'C' || row_number() over (order by customer_id, channel, occurred_at), 'P' || people.id,
    case status when 'subscribed' then 'Subscribed to Email Marketing' else 'Unsubscribed from Email Marketing' end,
    cast(occurred_at as timestamp), null, null, null, case basis when 'express' then 'Klaviyo Form' else basis end
    from native.consents inner join native.people as people using (customer_id);

create table klaviyo.event as
    select told.id, told.person_id, 'M' || md5(told.type) as metric_id, told.type, told."timestamp",
    case when sends.action = 'newsletter' then 'Campaign' end as campaign_id, 'F' || md5(sends.flow_name) as flow_id,
    sends.action as flow_message_id, told.cohort as property_cohort_message_send_cohort,
    told.bounce_type as property_bounce_type, told.method as property_method,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced
    from native.told as told left join native.sends as sends on told.message_id = sends.message_id;

create table klaviyo.metric as
    select distinct metric_id as id, type as name, 'Klaviyo' as integration_name,
    timestamp '2026-06-30 11:30:00' as _fivetran_synced from klaviyo.event;

create table klaviyo.campaign as
    select 'Campaign' as id, 'campaign' as name, timestamp '2026-06-30 11:30:00' as _fivetran_synced;

create table klaviyo.global_exclusion (
    email varchar, reason varchar, "timestamp" timestamp, _fivetran_synced timestamp
);
