{{ config(
    materialized='incremental',
    full_refresh=false,
    unique_key='event_id',
    incremental_strategy='merge' if target.type in ['spark', 'databricks'] else 'delete+insert',
    on_schema_change='append_new_columns',
) }}
-- The outbox: entries and exits are only ever added, under an id that another build would give them again. The one thing that touches an
-- older event is an erasure, which leaves of it that it happened.
{%- set traits = {
    'channel': 'string', 'email': 'string', 'phone': 'string', 'first_name': 'string', 'skus': 'string', 'recommended_sku': 'string',
    'due_at': 'timestamp', 'expires_at': 'timestamp', 'send_after': 'timestamp', 'valid_until': 'timestamp',
    'incentive_id': 'string', 'incentive_disclosure': 'string',
} %}
with

changes as (
    select changes.*
    from {{ ref('int_audience_changes') }} as changes
    inner join {{ ref('int_audience_guard') }} as guard
        on changes.audience = guard.audience and guard.verdict <> 'refused'
),

entries as (
    select
        changes.*,
        'entered' as event_type,
        changes.last_entry_number + 1 as entry_number,
        candidates.decision_id,
        candidates.order_id,
        {%- for trait in traits %}
        candidates.{{ trait }}{{ ',' if not loop.last }}
        {%- endfor %}
    from changes
    inner join {{ ref('int_audience_candidates') }} as candidates
        on changes.audience_member_id = candidates.audience_member_id
    where changes.has_entered
),

-- who left is named, so that a tool finds him; nothing about him goes with it
exits as (
    select
        changes.*,
        'left' as event_type,
        changes.last_entry_number as entry_number,
        changes.last_decision_id as decision_id,
        changes.last_order_id as order_id,
        {%- for trait, type in traits.items() %}
        {{ {'email': 'lower(trim(customers.email))', 'phone': 'trim(customers.phone)'}.get(
            trait, post_purchase_gate.null_as(dbt.type_string() if type == 'string' else dbt.type_timestamp())) }} as {{ trait }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from changes
    left join {{ ref('stg_customers') }} as customers
        on changes.customer_id = customers.customer_id
    where changes.has_left
),

happened as (
    select * from entries
    union all
    select * from exits
),

numbered as (
    select
        {{ post_purchase_gate.text_key(['audience_member_id', 'entry_number', 'event_type']) }} as event_id,
        happened.*,
        happened.as_of as occurred_at
    from happened
){% if is_incremental() %},

erased as (
    select events.*
    from {{ this }} as events
    left join {{ ref('stg_customers') }} as customers
        on events.customer_id = customers.customer_id
    where
        (customers.customer_id is null or customers.erased_at <= {{ post_purchase_gate.as_of() }})
        and (events.order_id is not null or events.email is not null)
)
{%- endif %}

select
    cast(numbered.event_id as {{ dbt.type_string() }}) as event_id,
    cast(numbered.audience_member_id as {{ dbt.type_string() }}) as audience_member_id,
    cast(numbered.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(numbered.audience as {{ dbt.type_string() }}) as audience,
    cast(numbered.audience_class as {{ dbt.type_string() }}) as audience_class,
    cast(numbered.action as {{ dbt.type_string() }}) as action,
    cast(numbered.event_type as {{ dbt.type_string() }}) as event_type,
    cast(numbered.entry_number as integer) as entry_number,
    cast(numbered.occurred_at as {{ dbt.type_timestamp() }}) as occurred_at,
    cast(numbered.decision_id as {{ dbt.type_string() }}) as decision_id,
    cast(numbered.order_id as {{ dbt.type_string() }}) as order_id
    {%- for trait, type in traits.items() %},
    cast(numbered.{{ trait }} as {{ dbt.type_string() if type == 'string' else dbt.type_timestamp() }}) as {{ trait }}
    {%- endfor %}
from numbered
{%- if is_incremental() %}
left join {{ this }} as already
    on numbered.event_id = already.event_id
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
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as decision_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_id
    {%- for trait, type in traits.items() %},
    {{ post_purchase_gate.null_as(dbt.type_string() if type == 'string' else dbt.type_timestamp()) }} as {{ trait }}
    {%- endfor %}
from erased
{%- endif %}
