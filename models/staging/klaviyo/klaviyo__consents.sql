{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- The ledger that the account's events tell, and what each profile permits now. Being on a list says nothing, and leaving one says what the seed
-- connector_words says of that list; of a list that it does not name, nobody knows what leaving it meant. An opt-out without a time is as old as can
-- be said. Who agreed did so with the stores that the account serves; who left, left all.
with

people as (
    select * from {{ ref('src_klaviyo__person') }}
),

policies as (
    select
        lower(trim(value)) as value,
        means
    from {{ ref('connector_words') }}
    where connector = 'klaviyo' and subject = 'list_opt_out'
),

list_exclusions as (
    select
        exclusions.*,
        coalesce(lists.name, exclusions.list_id) as list_name
    from {{ ref('klaviyo_list_exclusions') }} as exclusions
    left join {{ ref('src_klaviyo__list') }} as lists
        on exclusions._store = lists._store and exclusions.list_id = lists.id
    where lower(exclusions.reason) in ('unsubscribed', 'unsubscribe')
),

changes as (
    select
        events._store,
        events.channel,
        case when events.channel = 'sms' then people.phone_number else people.email end as address,
        case when events.says = 'list' then coalesce(events.list_name, '') end as left_list,
        events.says as status,
        events.consent_method as method,
        events.occurred_at,
        events._loaded_at
    from {{ ref('klaviyo_told_events') }} as events
    left join people
        on events._store = people._store and events.person_id = people.id
    where events.subject = 'consent_metric'
    {%- for channel, address in [('email', 'email'), ('sms', 'phone_number')] %}
    union all
    select
        _store,
        '{{ channel }}' as channel,
        {{ address }} as address,
        cast(null as {{ dbt.type_string() }}) as left_list,
        lower({{ channel }}_consent) as status,
        {{ channel }}_consent_method as method,
        coalesce({{ channel }}_consent_at, case when lower({{ channel }}_consent) <> 'subscribed' then coalesce(updated_at, _loaded_at) end) as occurred_at,
        _loaded_at
    from people
    where lower({{ channel }}_consent) <> 'never_subscribed' and {{ address }} is not null
    {%- endfor %}
    union all
    select
        _store,
        'email' as channel,
        email as address,
        cast(null as {{ dbt.type_string() }}) as left_list,
        'unsubscribed' as status,
        cast(null as {{ dbt.type_string() }}) as method,
        coalesce(since, _loaded_at) as occurred_at,
        _loaded_at
    from {{ ref('klaviyo_exclusions') }}
    where is_opt_out
    union all
    select
        _store,
        'email' as channel,
        email as address,
        list_name as left_list,
        'list' as status,
        cast(null as {{ dbt.type_string() }}) as method,
        coalesce(since, _loaded_at) as occurred_at,
        _loaded_at
    from list_exclusions
),

judged as (
    select
        changes._store,
        changes.channel,
        changes.address,
        case when changes.left_list is not null then coalesce(policies.means, 'left list ' || changes.left_list) else changes.status end as status,
        case when changes.status = 'subscribed' then lower(changes.method) end as basis,
        changes.occurred_at,
        changes._loaded_at
    from changes
    left join policies
        on lower(trim(changes.left_list)) = policies.value
)

-- what several events say at one second is one word; on a basis of which they differ, nobody knows
select
    cast(null as {{ dbt.type_string() }}) as customer_id,
    judged.address,
    stores.store_id,
    judged.channel,
    judged.status,
    case when count(*) = count(judged.basis) and min(judged.basis) = max(judged.basis) then min(judged.basis) end as basis,
    judged.occurred_at,
    max(judged._loaded_at) as _loaded_at
from judged
left join {{ ref('connected_stores') }} as stores
    on case when judged.status = 'subscribed' then judged._store end = stores._store and stores.connector = 'klaviyo'
where judged.status <> 'nothing'
group by judged.address, stores.store_id, judged.channel, judged.status, judged.occurred_at
