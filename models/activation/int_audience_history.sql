{#- Each customer and audience as the last build left it, read from the log itself: no build can depend on what it makes. -#}
{%- set events = post_purchase_gate.served_relation('audience_events') -%}
{%- set members = post_purchase_gate.served_relation('audience_members') -%}
with

{% if events -%}
state as (
    {{ post_purchase_gate.audience_state(events) }}
),

changes as (
    select max(occurred_at) as changed_at
    from {{ events }}
    {%- if members %}
    union all
    select max(updated_at) as changed_at
    from {{ members }}
    {%- endif %}
)

select
    state.*,
    last_change.changed_at as last_changed_at
from state
cross join (
    select max(changed_at) as changed_at
    from changes
) as last_change
{%- else -%}
nothing as (
    select
        {%- for column in ['audience_member_id', 'customer_id', 'audience', 'audience_class', 'action', 'decision_id', 'order_id'] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {%- for column in ['entered_at', 'left_at', 'last_changed_at'] %}
        cast(null as {{ dbt.type_timestamp() }}) as {{ column }},
        {%- endfor %}
        cast(null as integer) as entry_number
)

select *
from nothing
where 1 = 0
{%- endif %}
