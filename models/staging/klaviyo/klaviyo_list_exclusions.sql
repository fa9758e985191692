{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- Addresses that a list leaves out, from the table of them and from the profiles that carry them.
{%- set item = 'listed.item' %}
select
    _store,
    list_id,
    email,
    reason,
    since,
    _loaded_at
from {{ ref('src_klaviyo__list_exclusion') }}
union all
select
    people._store,
    {{ post_purchase_gate.json_text(item, ['list_id']) }} as list_id,
    people.email,
    {{ post_purchase_gate.json_text(item, ['reason']) }} as reason,
    {{ post_purchase_gate.json_text(item, ['timestamp']) }} as since,
    people._loaded_at
from {{ ref('src_klaviyo__person') }} as people
{{ post_purchase_gate.join_items('people.list_suppressions', 'listed') }}
where people.email is not null
