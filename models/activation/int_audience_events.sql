-- The outbox of this build: exits before entries, and what is told once per order or parcel. A change that the guard refuses is none.
{%- set string = dbt.type_string() %}
{%- set texts = ['channel', 'first_name', 'skus', 'recommended_sku', 'incentive_id', 'incentive_disclosure'] %}
{%- set times = ['due_at', 'expires_at', 'send_after', 'valid_until'] %}
with

changes as (
    select changes.*
    from {{ ref('int_audience_changes') }} as changes
    inner join {{ ref('int_audience_guard') }} as guard
        on changes.audience = guard.audience and guard.verdict <> 'refused'
),

entries as (
    select
        changes.audience_member_id,
        'entered' as event_type,
        changes.last_entry_number + 1 as entry_number,
        changes.person_id,
        candidates.customer_id,
        changes.audience,
        changes.audience_class,
        changes.action,
        candidates.email,
        candidates.phone,
        {%- for trait in texts + times %}
        candidates.{{ trait }},
        {%- endfor %}
        candidates.decision_id,
        candidates.order_id,
        changes.as_of
    from changes
    inner join {{ ref('int_audience_candidates') }} as candidates
        on changes.candidate_id = candidates.audience_member_id
    where changes.has_entered
),

-- who left is named, so that a tool finds the account; nothing else goes with it, and of an erased person nothing
exits as (
    select
        changes.audience_member_id,
        'left' as event_type,
        changes.last_entry_number as entry_number,
        changes.person_id,
        changes.last_customer_id as customer_id,
        changes.audience,
        changes.audience_class,
        changes.action,
        case when not customers.is_erased then customers.email end as email,
        case when not customers.is_erased then customers.phone end as phone,
        {%- for trait in texts %}
        cast(null as {{ string }}) as {{ trait }},
        {%- endfor %}
        {%- for trait in times %}
        cast(null as {{ dbt.type_timestamp() }}) as {{ trait }},
        {%- endfor %}
        case when not coalesce(customers.is_erased, false) then changes.last_decision_id end as decision_id,
        case when not coalesce(customers.is_erased, false) then changes.last_order_id end as order_id,
        changes.as_of
    from changes
    left join {{ ref('int_accounts') }} as customers
        on changes.last_customer_id = customers.customer_id
    where changes.has_left
),

memberships as (
    select * from exits
    union all
    select * from entries
)

select
    {{ post_purchase_gate.text_key(['audience_member_id', 'entry_number', 'event_type']) }} as event_id,
    memberships.*,  -- noqa: AM04
    cast(null as {{ string }}) as fulfillment_id
from memberships
union all
select
    services.service_action_id as event_id,
    cast(null as {{ string }}) as audience_member_id,
    'due' as event_type,
    cast(null as integer) as entry_number,
    services.person_id,
    services.customer_id,
    services.audience,
    services.audience_class,
    services.action,
    services.email,
    services.phone,
    services.channel,
    services.first_name,
    services.skus,
    cast(null as {{ string }}) as recommended_sku,
    cast(null as {{ string }}) as incentive_id,
    cast(null as {{ string }}) as incentive_disclosure,
    services.due_at,
    services.expires_at,
    services.send_after,
    services.valid_until,
    services.decision_id,
    services.order_id,
    clock.as_of,
    services.fulfillment_id
from {{ ref('int_service_events') }} as services
cross join {{ ref('int_audience_clock') }} as clock
