-- The entries and exits of this build. A change that the guard refuses is none.
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
        changes.*,
        'entered' as event_type,
        changes.last_entry_number + 1 as entry_number,
        candidates.email,
        candidates.phone,
        {%- for trait in texts + times %}
        candidates.{{ trait }},
        {%- endfor %}
        candidates.decision_id,
        candidates.order_id
    from changes
    inner join {{ ref('int_audience_candidates') }} as candidates
        on changes.audience_member_id = candidates.audience_member_id
    where changes.has_entered
),

-- who left is named, so that a tool finds him; nothing else about him goes with it
exits as (
    select
        changes.*,
        'left' as event_type,
        changes.last_entry_number as entry_number,
        lower(trim(customers.email)) as email,
        trim(customers.phone) as phone,
        {%- for trait in texts %}
        cast(null as {{ dbt.type_string() }}) as {{ trait }},
        {%- endfor %}
        {%- for trait in times %}
        cast(null as {{ dbt.type_timestamp() }}) as {{ trait }},
        {%- endfor %}
        case when customers.customer_id is not null then changes.last_decision_id end as decision_id,
        case when customers.customer_id is not null then changes.last_order_id end as order_id
    from changes
    left join {{ ref('stg_customers') }} as customers
        on
            changes.customer_id = customers.customer_id
            and not coalesce(customers.erased_at <= {{ post_purchase_gate.as_of() }}, false)
    where changes.has_left
),

happened as (
    select * from entries
    union all
    select * from exits
)

select
    {{ post_purchase_gate.text_key(['audience_member_id', 'entry_number', 'event_type']) }} as event_id,
    happened.*  -- noqa: AM04
from happened
