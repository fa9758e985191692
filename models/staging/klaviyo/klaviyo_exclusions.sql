{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- Why an account sends an address no e-mail: a row per reason, from the exclusions, those of lists, and the lists of reasons that profiles carry.
-- Who has unsubscribed may still be written to about an order; every other reason shuts the address.
{%- set item = 'listed.item' %}
with

exclusions as (
    select * from {{ ref('src_klaviyo__exclusion') }}
),

people as (
    select * from {{ ref('src_klaviyo__person') }}
),

with_lists as (
    select
        _store,
        email,
        suppressions,
        _loaded_at
    from exclusions
    where suppressions is not null
    union all
    select
        _store,
        email,
        suppressions,
        _loaded_at
    from people
    where suppressions is not null
),

reasons as (
    select
        _store,
        email,
        reason,
        since,
        _loaded_at
    from exclusions
    -- one that says why in a list says it there
    where suppressions is null or reason is not null
    union all
    select
        with_lists._store,
        with_lists.email,
        {{ post_purchase_gate.json_text(item, ['reason']) }} as reason,
        {{ post_purchase_gate.json_text(item, ['timestamp']) }} as since,
        with_lists._loaded_at
    from with_lists
    {{ post_purchase_gate.join_items('with_lists.suppressions', 'listed') }}
    union all
    select
        _store,
        email,
        reason,
        since,
        _loaded_at
    from {{ ref('klaviyo_list_exclusions') }}
    where coalesce(lower(reason), '') not in ('unsubscribed', 'unsubscribe')
)

select
    _store,
    email,
    coalesce(lower(reason), 'excluded') as reason,
    coalesce(lower(reason) in ('unsubscribed', 'unsubscribe'), false) as is_opt_out,
    since,
    _loaded_at
from reasons
