{{ config(
    materialized='mart_log',
    unique_key='event_id',
) }}
-- The outbox: entries, exits and notices are only ever added, under an id that another build would give them again. The one thing that touches an
-- older event is an erasure, which leaves of it that it happened. An account that is merely gone from the source was not erased: its history stays.
-- depends_on: {{ ref('int_accounts') }}
{%- set texts = ['email', 'phone', 'channel', 'first_name', 'skus', 'recommended_sku', 'incentive_id', 'incentive_disclosure'] %}
{%- set times = ['due_at', 'expires_at', 'send_after', 'valid_until'] %}
with

happened as (
    select * from {{ ref('int_audience_events') }}
)
{%- if post_purchase_gate.adds_to_served() %},

erased_persons as (
    select person_id
    from {{ ref('int_accounts') }}
    where is_erased
    group by person_id
),

erased as (
    select events.*
    from {{ this }} as events
    left join {{ ref('int_accounts') }} as customers
        on events.customer_id = customers.customer_id
    left join erased_persons
        on events.person_id = erased_persons.person_id
    where
        events.order_id is not null
        and (customers.is_erased or (customers.customer_id is null and erased_persons.person_id is not null))
)
{%- endif %}

select
    cast(happened.event_id as {{ dbt.type_string() }}) as event_id,
    cast(happened.audience_member_id as {{ dbt.type_string() }}) as audience_member_id,
    cast(happened.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(happened.audience as {{ dbt.type_string() }}) as audience,
    cast(happened.audience_class as {{ dbt.type_string() }}) as audience_class,
    cast(happened.action as {{ dbt.type_string() }}) as action,
    cast(happened.event_type as {{ dbt.type_string() }}) as event_type,
    cast(happened.entry_number as integer) as entry_number,
    cast(happened.as_of as {{ dbt.type_timestamp() }}) as occurred_at,
    {%- for trait in texts %}
    cast(happened.{{ trait }} as {{ dbt.type_string() }}) as {{ trait }},
    {%- endfor %}
    {%- for trait in times %}
    cast(happened.{{ trait }} as {{ dbt.type_timestamp() }}) as {{ trait }},
    {%- endfor %}
    cast(happened.decision_id as {{ dbt.type_string() }}) as decision_id,
    cast(happened.order_id as {{ dbt.type_string() }}) as order_id,
    cast(happened.person_id as {{ dbt.type_string() }}) as person_id,
    cast(happened.fulfillment_id as {{ dbt.type_string() }}) as fulfillment_id
from happened  -- noqa: LT02
{%- if post_purchase_gate.adds_to_served() %}
left join {{ this }} as already
    on happened.event_id = already.event_id
where already.event_id is null
union all
select
    event_id,
    audience_member_id,
    customer_id,
    audience,
    audience_class,
    action,
    event_type,
    entry_number,
    occurred_at,
    {%- for trait in texts %}
    cast(null as {{ dbt.type_string() }}) as {{ trait }},
    {%- endfor %}
    {%- for trait in times %}
    cast(null as {{ dbt.type_timestamp() }}) as {{ trait }},
    {%- endfor %}
    cast(null as {{ dbt.type_string() }}) as decision_id,
    cast(null as {{ dbt.type_string() }}) as order_id,
    cast(null as {{ dbt.type_string() }}) as person_id,
    cast(null as {{ dbt.type_string() }}) as fulfillment_id
from erased
{%- endif %}
