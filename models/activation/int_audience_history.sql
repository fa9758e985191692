{#-
    Each membership as the last build left it, read from the log itself: no build can depend on what it makes. A person may have several of one
    audience whose accounts were not known to be one person's when they entered; is_newest is the one that goes on.
-#}
{%- set events = post_purchase_gate.served_relation('audience_events') %}
-- depends_on: {{ ref('int_persons') }}
with

{% if events -%}
state as (
    {{ post_purchase_gate.audience_state(events) }}
)

select
    state.*,
    coalesce(persons.person_id, state.customer_id) as person_id,
    row_number() over (
        partition by coalesce(persons.person_id, state.customer_id), state.audience
        order by
            case when state.left_at is null then 0 else 1 end asc,
            state.entered_at desc,
            state.entry_number desc,
            state.audience_member_id asc
    ) = 1 as is_newest
from state
left join {{ ref('int_persons') }} as persons
    on state.customer_id = persons.customer_id
{%- else -%}
nothing as (
    select
        {%- for column in ['audience_member_id', 'customer_id', 'audience', 'audience_class', 'action', 'decision_id', 'order_id', 'person_id'] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {%- for column in ['entered_at', 'left_at'] %}
        cast(null as {{ dbt.type_timestamp() }}) as {{ column }},
        {%- endfor %}
        cast(null as integer) as entry_number,
        cast(null as boolean) as is_newest
)

select *
from nothing
where 1 = 0
{%- endif %}
