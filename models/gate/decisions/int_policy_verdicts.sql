{{ config(materialized='table' if post_purchase_gate.decides(['message', 'calendar', 'due'], one_is_enough=true) else 'view') }}
-- Support if any reason says support, else pause if any says pause, else send. An override replaces the verdict, but never one that rests
-- on what no person may overrule.
with

policies as (
    select policy
    from {{ ref('int_policy_cells') }}
    group by policy
),

gated as (
    select
        policies.policy,
        actions.point_id,
        actions.action,
        actions.action_class,
        actions.stage,
        actions.priority,
        actions.scope_id,
        actions.due_at,
        actions.expires_at,
        case when sets.asks_support then 'support' when sets.point_id is not null then 'pause' else 'send' end as verdict,
        case when not sets.asks_support and not sets.needs_event then sets.clears_at end as recheck_at,
        coalesce(codes.reason_codes, '') as reason_codes,
        coalesce(sets.is_spent or sets.final_until >= actions.expires_at, false) as is_spent,
        coalesce(sets.is_held_out, false) as is_held_out,
        coalesce(sets.is_held_otherwise, false) as is_held_otherwise,
        case when not coalesce(sets.blocks_override, false) then overrides.override_id end as override_id,
        overrides.decision as override_decision,
        overrides.set_by as override_set_by,
        overrides.expires_at as override_expires_at
    from {{ ref('int_point_actions') }} as actions
    cross join policies
    left join {{ ref('int_reason_sets') }} as sets
        on actions.point_id = sets.point_id and actions.action = sets.action and policies.policy = sets.policy
    left join {{ ref('int_reason_codes') }} as codes
        on
            sets.policy = codes.policy
            and sets.action = codes.action
            and sets.word_0 = codes.word_0
            and sets.word_1 = codes.word_1
            and sets.word_2 = codes.word_2
    left join {{ ref('int_overrides') }} as overrides
        on actions.point_id = overrides.point_id and actions.action = overrides.action
),

issue_codes as (
    select
        point_id,
        {{ post_purchase_gate.ordered_list("check_name || ':' || state", 'issue_rank') }} as reason_codes
    from {{ ref('int_issues') }}
    group by point_id
)

select
    policy,
    point_id,
    action,
    action_class,
    stage,
    priority,
    scope_id,
    due_at,
    expires_at,
    case when override_id is not null then override_decision else verdict end as verdict,
    case
        when override_id is null then recheck_at
        when override_decision = 'pause' then override_expires_at
    end as recheck_at,
    case when override_id is not null then 'override:' || override_set_by else reason_codes end as reason_codes,
    -- done, too late, owned and the like: it can never act
    override_id is null and is_spent as is_spent,
    is_held_out,
    override_id is null and is_held_out and not is_held_otherwise and verdict = 'pause' as would_have_sent,
    override_id
from gated
union all
-- an issue is routed to support whatever a matrix says
select
    policies.policy,
    routes.point_id,
    actions.action,
    actions.action_class,
    actions.stage,
    cast(actions.priority as integer) as priority,
    routes.issue_id as scope_id,
    routes.since as due_at,
    cast(null as {{ dbt.type_timestamp() }}) as expires_at,
    'support' as verdict,
    cast(null as {{ dbt.type_timestamp() }}) as recheck_at,
    issue_codes.reason_codes,
    false as is_spent,
    false as is_held_out,
    false as would_have_sent,
    cast(null as {{ dbt.type_string() }}) as override_id
from {{ ref('int_support_routes') }} as routes
cross join policies
inner join issue_codes
    on routes.point_id = issue_codes.point_id
inner join {{ ref('actions') }} as actions
    on actions.action = 'support_recovery'
