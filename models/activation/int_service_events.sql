{#- What the gate tells through the outbox: once per order or parcel. An earlier version of this project told it as an entry into an audience. -#}
{%- set events = post_purchase_gate.served_relation('audience_events') -%}
with

{% if events -%}
told_by_entry as (
    select
        order_id,
        action,
        max(occurred_at) as told_at
    from {{ events }}
    where event_type = 'entered' and audience_class = 'service' and order_id is not null
    group by order_id, action
),
{%- else -%}
told_by_entry as (
    select
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as {{ dbt.type_string() }}) as action,
        cast(null as {{ dbt.type_timestamp() }}) as told_at
),
{%- endif %}

due as (
    select services.*
    from {{ ref('int_service_actions') }} as services
    cross join {{ ref('int_audience_clock') }} as clock
    left join {{ ref('int_late_facts') }} as late_facts
        on services.order_line_id = late_facts.order_line_id and services.action = late_facts.action
    where
        services.sender = 'gate'
        and services.valid_until > clock.as_of
        and not clock.is_replay
        and late_facts.order_line_id is null
)

select
    due.service_action_id,
    due.customer_id,
    due.person_id,
    due.order_id,
    due.fulfillment_id,
    due.action,
    {{ dbt.concat([post_purchase_gate.audience_class('actions.action_class'), "'_'", "due.action"]) }} as audience,
    {{ post_purchase_gate.audience_class('actions.action_class') }} as audience_class,
    decisions.channel,
    customers.email,
    customers.phone,
    customers.first_name,
    due.skus,
    due.due_at,
    due.expires_at,
    due.send_after,
    due.valid_until,
    due.decision_id
from due
inner join {{ ref('actions') }} as actions
    on due.action = actions.action
inner join {{ ref('int_decisions') }} as decisions
    on due.decision_id = decisions.decision_id
inner join {{ ref('int_accounts') }} as customers
    on due.customer_id = customers.customer_id
left join told_by_entry
    on due.order_id = told_by_entry.order_id and due.action = told_by_entry.action
where
    not customers.is_erased
    and (told_by_entry.order_id is null or (actions.scope <> 'order' and due.due_at > told_by_entry.told_at))
