{#- Whether this build stands at an instant before the last change of an audience or of the outbox: then it changes nothing. -#}
{%- set events = post_purchase_gate.served_relation('audience_events') -%}
{%- set members = post_purchase_gate.served_relation('audience_members') -%}
with

changes as (
    select cast(null as {{ dbt.type_timestamp() }}) as changed_at
    {%- if events %}
    union all
    select max(occurred_at) as changed_at
    from {{ events }}
    {%- endif %}
    {%- if members %}
    union all
    select max(updated_at) as changed_at
    from {{ members }}
    {%- endif %}
)

select
    {{ post_purchase_gate.as_of() }} as as_of,
    max(changed_at) as last_changed_at,
    coalesce(max(changed_at) > {{ post_purchase_gate.as_of() }}, false) as is_replay
from changes
