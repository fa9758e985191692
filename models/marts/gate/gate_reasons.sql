-- What held each decision, with its evidence. A row under override shows the override alone; a support recovery shows its issues.
with

reasons as (
    select
        point_id,
        action,
        reason_rank as sort_key,
        check_name,
        state,
        verdict,
        detail,
        since,
        clears_at,
        evidence_table,
        evidence_id
    from {{ ref('int_reasons') }}
    union all
    select
        point_id,
        'support_recovery' as action,
        matrix_position as sort_key,
        check_name,
        state,
        'support' as verdict,
        detail,
        since,
        cast(null as {{ dbt.type_timestamp() }}) as clears_at,
        evidence_table,
        evidence_id
    from {{ ref('int_issues') }}
    union all
    select
        overrides.point_id,
        overrides.action,
        0 as sort_key,
        'override' as check_name,
        overrides.set_by as state,
        overrides.decision as verdict,
        -- what a person wrote may name a customer; the evidence says where it stands
        'set_by_a_person' as detail,
        overrides.set_at as since,
        overrides.expires_at as clears_at,
        'overrides' as evidence_table,
        overrides.override_id as evidence_id
    from {{ ref('int_overrides') }} as overrides
)

select
    decisions.decision_id,
    decisions.order_line_id,
    decisions.action,
    cast(reasons.sort_key as integer) as reason_position,
    cast(reasons.check_name as {{ dbt.type_string() }}) as check_name,
    cast(reasons.state as {{ dbt.type_string() }}) as state,
    cast(reasons.verdict as {{ dbt.type_string() }}) as verdict,
    cast(reasons.detail as {{ dbt.type_string() }}) as detail,
    reasons.since,
    reasons.clears_at,
    cast(case
        when reasons.evidence_id is not null then reasons.evidence_table || ':' || reasons.evidence_id
    end as {{ dbt.type_string() }}) as evidence
from reasons
inner join {{ ref('int_decisions') }} as decisions
    on reasons.point_id = decisions.point_id and reasons.action = decisions.action
-- an override in force is the one reason of its decision
where
    case when decisions.primary_reason like 'override:%' then 1 else 0 end
    = case when reasons.check_name = 'override' then 1 else 0 end
