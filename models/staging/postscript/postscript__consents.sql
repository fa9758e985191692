{{ config(enabled=post_purchase_gate.uses_connector('postscript')) }}
-- What each subscriber permits now, and the messages that asked to stop. Postscript lets nobody in who has not confirmed; that somebody is still in says
-- nothing later than the first agreement. An opt-out without a time is as old as can be said.
with

subscribers as (
    select
        *,
        case
            when lower(can_promote) in ({{ post_purchase_gate.words_for_yes() }}) then 'subscribed'
            when lower(can_promote) in ({{ post_purchase_gate.words_for_no() }}) then 'unsubscribed'
            else lower(can_promote)
        end as status
    from {{ ref('src_postscript__subscriber') }}
),

words as (
    select
        _store,
        phone as address,
        case when opted_out_at is not null and status is null then 'unsubscribed' else status end as status,
        case
            when status = 'subscribed' then created_at
            else coalesce(opted_out_at, updated_at, created_at, _loaded_at)
        end as occurred_at,
        _loaded_at
    from subscribers
    where status is not null or opted_out_at is not null
    union all
    select
        stops._store,
        coalesce(stops.phone, subscribers.phone) as address,
        'unsubscribed' as status,
        coalesce(stops.created_at, stops._loaded_at) as occurred_at,
        stops._loaded_at
    from {{ ref('src_postscript__incoming_message') }} as stops
    left join subscribers
        on stops._store = subscribers._store and stops.subscriber_id = subscribers.id
    where lower(stops.is_opt_out) in ({{ post_purchase_gate.words_for_yes() }})
)

select
    cast(null as {{ dbt.type_string() }}) as customer_id,
    words.address,
    stores.store_id,
    'sms' as channel,
    words.status,
    case when words.status = 'subscribed' then 'express' end as basis,
    words.occurred_at,
    max(words._loaded_at) as _loaded_at
from words
left join {{ ref('connected_stores') }} as stores
    on case when words.status = 'subscribed' then words._store end = stores._store and stores.connector = 'postscript'
group by words.address, stores.store_id, words.status, words.occurred_at
