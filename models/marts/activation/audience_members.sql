{{ config(
    materialized='mart_log',
    unique_key='audience_member_id',
    stands_from_the_start=true,
) }}
-- The log folded into its current state, with what a template needs. Only rows that differ are written; updated_at moves with row_hash alone.
{%- set synced = [
    'customer_id', 'audience', 'action', 'channel', 'email', 'phone', 'first_name', 'in_audience', 'entered_at', 'left_at', 'decision_id',
    'order_id', 'skus', 'recommended_sku', 'due_at', 'expires_at', 'incentive_id', 'incentive_disclosure',
] %}
{%- set texts = ['channel', 'email', 'phone', 'first_name', 'skus', 'recommended_sku', 'incentive_id', 'incentive_disclosure'] %}
with

state as (
    {{ post_purchase_gate.audience_state(post_purchase_gate.built(ref('audience_events'))) }}
),

current_members as (
    select
        changes.audience_member_id as member_id,
        candidates.*
    from {{ ref('int_audience_candidates') }} as candidates
    inner join {{ ref('int_audience_changes') }} as changes
        on candidates.audience_member_id = changes.candidate_id
    where changes.is_in and not changes.is_replay
),

-- what is known of a membership that ended stays; of an erased customer the key stays, and that the customer is out. Whose account is merely gone
-- from the source was not erased
rows_now as (
    select
        state.audience_member_id,
        state.customer_id,
        changes.person_id,
        state.audience,
        state.audience_class,
        state.action,
        state.left_at is null as in_audience,
        state.entered_at,
        state.left_at,
        coalesce(members.decision_id, case when not coalesce(known.is_erased, false) then state.decision_id end) as decision_id,
        coalesce(members.order_id, case when not coalesce(known.is_erased, false) then state.order_id end) as order_id,
        {%- for trait in texts %}
        members.{{ trait }},
        {%- endfor %}
        members.due_at,
        members.expires_at,
        members.send_after,
        members.valid_until
    from state
    inner join {{ ref('int_audience_guard') }} as guard
        on state.audience = guard.audience and guard.verdict <> 'refused'
    inner join {{ ref('int_audience_clock') }} as clock
        on not clock.is_replay
    left join {{ ref('int_audience_changes') }} as changes
        on state.audience_member_id = changes.audience_member_id
    left join current_members as members
        on case when state.left_at is null then state.audience_member_id end = members.member_id
    left join {{ ref('int_accounts') }} as known
        on state.customer_id = known.customer_id
),

hashed as (
    select
        *,
        {{ post_purchase_gate.text_key(synced) }} as row_hash
    from rows_now
)

select
    cast(hashed.audience_member_id as {{ dbt.type_string() }}) as audience_member_id,
    cast(hashed.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(hashed.audience as {{ dbt.type_string() }}) as audience,
    cast(hashed.audience_class as {{ dbt.type_string() }}) as audience_class,
    cast(hashed.action as {{ dbt.type_string() }}) as action,
    {%- for trait in texts %}
    cast(hashed.{{ trait }} as {{ dbt.type_string() }}) as {{ trait }},
    {%- endfor %}
    hashed.in_audience,
    cast(hashed.entered_at as {{ dbt.type_timestamp() }}) as entered_at,
    cast(hashed.left_at as {{ dbt.type_timestamp() }}) as left_at,
    cast(hashed.decision_id as {{ dbt.type_string() }}) as decision_id,
    cast(hashed.order_id as {{ dbt.type_string() }}) as order_id,
    cast(hashed.due_at as {{ dbt.type_timestamp() }}) as due_at,
    cast(hashed.expires_at as {{ dbt.type_timestamp() }}) as expires_at,
    cast(hashed.send_after as {{ dbt.type_timestamp() }}) as send_after,
    cast(hashed.valid_until as {{ dbt.type_timestamp() }}) as valid_until,
    {%- if post_purchase_gate.adds_to_served() %}
    case when served.row_hash = hashed.row_hash then served.updated_at else {{ post_purchase_gate.as_of() }} end as updated_at,
    {%- else %}
    {{ post_purchase_gate.as_of() }} as updated_at,
    {%- endif %}
    cast(hashed.row_hash as {{ dbt.type_string() }}) as row_hash,
    cast(hashed.person_id as {{ dbt.type_string() }}) as person_id
from hashed  -- noqa: LT02
{%- if post_purchase_gate.adds_to_served() %}
left join {{ this }} as served
    on hashed.audience_member_id = served.audience_member_id
where
    served.audience_member_id is null
    or served.row_hash <> hashed.row_hash
    {%- if 'person_id' in adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') %}
    or coalesce(served.person_id, '') <> hashed.person_id
    {%- else %}
    -- the table of a version before persons: each row is written once more, and none of them is news
    or 1 = 1
    {%- endif %}
    or {{ post_purchase_gate.text_key(['served.send_after', 'served.valid_until']) }}
    <> {{ post_purchase_gate.text_key(['hashed.send_after', 'hashed.valid_until']) }}  -- noqa: LT02
{%- endif %}
