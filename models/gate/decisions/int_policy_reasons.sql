{{ config(pre_hook="{{ post_purchase_gate.join_by_hashes() }}") }}
-- What an action hears of consent and deliverability is of the channel that it goes over: of another than the default the checks say nothing.
-- Findings that a policy's matrix gives a verdict for an action. An objective issue may delay a review request for max_pause_days from
-- its start; then it no longer holds the ask back, whatever anybody thought of the product.
with

-- few: only where an action lists channels and another than the default was chosen
elsewhere as (
    select * from {{ ref('int_channel_findings') }}
),

found as (
    select
        point_id,
        check_name,
        action,
        state,
        detail,
        since,
        pause_since,
        clears_at,
        evidence_table,
        evidence_id,
        'default' as asked_of
    from {{ ref('int_findings') }}
    union all
    select
        point_id,
        check_name,
        action,
        state,
        detail,
        cast(null as {{ dbt.type_timestamp() }}) as since,
        cast(null as {{ dbt.type_timestamp() }}) as pause_since,
        cast(null as {{ dbt.type_timestamp() }}) as clears_at,
        cast(null as {{ dbt.type_string() }}) as evidence_table,
        cast(null as {{ dbt.type_string() }}) as evidence_id,
        'elsewhere' as asked_of
    from elsewhere
    where state <> 'ok'
),

findings as (
    select
        findings.*,
        points.point_at,
        checks.delays_review_at_most
    from found as findings
    inner join {{ ref('int_points') }} as points
        on findings.point_id = points.point_id
    inner join {{ ref('checks') }} as checks
        on findings.check_name = checks.check_name
    where points.is_live or not checks.is_live_only
),

-- a check may answer for all actions and for one of them apart; the answer for the one then counts for it
general_checks as (
    select check_name
    from findings
    where action is null
    group by check_name
),

own_answers as (
    select
        findings.point_id,
        findings.check_name,
        findings.action
    from findings
    inner join general_checks
        on findings.check_name = general_checks.check_name
    where findings.action is not null
    group by findings.point_id, findings.check_name, findings.action
),

-- what a check answers of one action meets the cells of that action alone, and what it answers of all meets those of each
asked as (
    {%- for whose in ['findings.action = matrix.action', 'findings.action is null'] %}
    select
        findings.*,
        matrix.policy,
        matrix.action as held_action,
        matrix.verdict,
        matrix.matrix_position,
        matrix.reason_rank,
        matrix.blocks_override,
        matrix.is_final,
        matrix.word,
        matrix.weight
    from findings
    inner join {{ ref('int_policy_cells') }} as matrix
        on findings.check_name = matrix.check_name and findings.state = matrix.state and {{ whose }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    asked.policy,
    asked.point_id,
    asked.held_action as action,
    asked.check_name,
    asked.state,
    asked.verdict,
    asked.detail,
    asked.since,
    -- an issue delays a review ask no longer than for the longest pause
    case
        when asked.held_action = 'review_request' and asked.delays_review_at_most and asked.pause_since is not null
            then {{ post_purchase_gate.least() }}(asked.clears_at, {{ post_purchase_gate.add_days(var('max_pause_days'), 'asked.pause_since') }})
        else asked.clears_at
    end as clears_at,
    asked.evidence_table,
    asked.evidence_id,
    asked.matrix_position,
    asked.reason_rank,
    asked.blocks_override,
    asked.is_final,
    asked.word,
    asked.weight
from asked
inner join {{ ref('int_point_actions') }} as actions
    on asked.point_id = actions.point_id and asked.held_action = actions.action
left join elsewhere
    on
        asked.point_id = elsewhere.point_id
        and asked.check_name = elsewhere.check_name
        and asked.held_action = elsewhere.action
left join own_answers
    on
        asked.point_id = own_answers.point_id
        and asked.check_name = own_answers.check_name
        and asked.held_action = own_answers.action
where
    (asked.action is not null or own_answers.point_id is null)
    and (elsewhere.point_id is null or asked.asked_of = 'elsewhere')
    and not (
        asked.held_action = 'review_request'
        and asked.delays_review_at_most
        -- the start of its youngest issue; what is unread has none
        and coalesce({{ post_purchase_gate.add_days(var('max_pause_days'), 'asked.pause_since') }} <= asked.point_at, false)
    )
