{{ config(enabled=post_purchase_gate.uses_connector('attentive')) }}
-- Who agreed to transactional messages did not agree to marketing; who opted out of either has had enough. An agreement counts for the stores that the
-- account serves, an opt-out for all; one without a time is as old as can be said.
with

words as (
    {%- for source, status in [('subscribed', 'subscribed'), ('unsubscribed', 'unsubscribed')] %}
    select
        _store,
        lower({{ post_purchase_gate.split_part() }}(kind, '.', 1)) as channel,
        case when lower({{ post_purchase_gate.split_part() }}(kind, '.', 1)) = 'email' then email else phone end as address,
        '{{ status }}' as status,
        {{ 'lower(source_type)' if status == 'subscribed' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as basis,
        {{ 'occurred_at' if status == 'subscribed' else 'coalesce(occurred_at, _loaded_at) as occurred_at' }},
        _loaded_at
    from {{ ref('src_attentive__' ~ source) }}
    {%- if status == 'subscribed' %}
    where coalesce(lower(subscription_type), 'marketing') <> 'transactional'
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cast(null as {{ dbt.type_string() }}) as customer_id,
    words.address,
    stores.store_id,
    words.channel,
    words.status,
    case when count(*) = count(words.basis) and min(words.basis) = max(words.basis) then min(words.basis) end as basis,
    words.occurred_at,
    max(words._loaded_at) as _loaded_at
from words
left join {{ ref('connected_stores') }} as stores
    on case when words.status = 'subscribed' then words._store end = stores._store and stores.connector = 'attentive'
group by words.address, stores.store_id, words.channel, words.status, words.occurred_at
