{{ config(enabled=post_purchase_gate.decides(['message', 'calendar'], one_is_enough=true)) }}
-- Why a send was not right: the reasons of the lines that decided its verdict, each once, and the problem that the seed calls it.
with

deciding_lines as (
    select
        lines.origin,
        lines.audited_id,
        lines.point_id,
        lines.action,
        lines.override_id,
        lines.reason_codes
    from {{ ref('int_audit_lines') }} as lines
    inner join {{ ref('int_audit_verdicts') }} as verdicts
        on lines.origin = verdicts.origin and lines.audited_id = verdicts.audited_id and lines.verdict = verdicts.verdict
    where verdicts.verdict <> 'send'
),

reasons as (
    select
        lines.origin,
        lines.audited_id,
        lines.action,
        reasons.check_name,
        reasons.state,
        min(reasons.reason_rank) as reason_position
    from deciding_lines as lines
    inner join {{ ref('int_reasons') }} as reasons
        on lines.point_id = reasons.point_id and lines.action = reasons.action
    where lines.override_id is null
    group by lines.origin, lines.audited_id, lines.action, reasons.check_name, reasons.state
    union all
    select
        origin,
        audited_id,
        action,
        'override' as check_name,
        substring(min(reason_codes), 10) as state,
        0 as reason_position
    from deciding_lines
    where override_id is not null
    group by origin, audited_id, action
)

select
    reasons.origin,
    reasons.audited_id,
    reasons.check_name,
    reasons.state,
    cast(reasons.reason_position as integer) as reason_position,
    case
        when reasons.check_name = 'override' then 'held_by_a_person'
        else coalesce(own.problem, general.problem)
    end as problem
from reasons
left join {{ ref('audit_problems') }} as own
    on reasons.check_name = own.check_name and reasons.state = own.state and reasons.action = own.action
left join {{ ref('audit_problems') }} as general
    on reasons.check_name = general.check_name and reasons.state = general.state and general.action = '*'
