{#-
    The verdict of a policy, once: the same SQL judges by the matrix in force and by a candidate, so that a comparison of two policies
    compares nothing else.
-#}

{#- The wide seed, one column per action, made long. The seed's own columns are read, so that a new action is one column. -#}
{% macro policy_cells(matrix) -%}
{%- set fixed = ['position', 'check_name', 'state'] -%}
{%- set actions = [] -%}
{%- if execute -%}
    {%- for column in adapter.get_columns_in_relation(matrix) if column.name | lower not in fixed -%}
        {%- do actions.append(column.name | lower) -%}
    {%- endfor -%}
{%- endif -%}
with

cells as (
    {%- for action in actions %}
    select
        position as matrix_position,
        check_name,
        state,
        '{{ action }}' as action,
        cast({{ action }} as {{ dbt.type_string() }}) as verdict
    from {{ matrix }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as integer) as matrix_position,
        cast(null as {{ dbt.type_string() }}) as check_name,
        cast(null as {{ dbt.type_string() }}) as state,
        cast(null as {{ dbt.type_string() }}) as action,
        cast(null as {{ dbt.type_string() }}) as verdict
    {%- endfor %}
)

select *
from cells
where verdict is not null
{%- endmacro %}

{#- Findings that a matrix (relation of policy_cells) gives a verdict for an action. -#}
{% macro judge_findings(matrix) -%}
with

findings as (
    select
        findings.*,
        points.point_at,
        points.is_live,
        checks.delays_review_at_most,
        checks.is_live_only
    from {{ ref('int_findings') }} as findings
    inner join {{ ref('int_points') }} as points
        on findings.point_id = points.point_id
    inner join {{ ref('checks') }} as checks
        on findings.check_name = checks.check_name
),

-- where a check answers for every action and for one of them apart, the answer for the one holds
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

judged as (
    select
        findings.*,
        matrix.action as held_action,
        matrix.verdict,
        matrix.matrix_position
    from findings
    inner join {{ matrix }} as matrix
        on
            findings.check_name = matrix.check_name
            and findings.state = matrix.state
            and (findings.action is null or findings.action = matrix.action)
    left join own_answers
        on
            findings.point_id = own_answers.point_id
            and findings.check_name = own_answers.check_name
            and matrix.action = own_answers.action
    where
        (findings.action is not null or own_answers.point_id is null)
        and (findings.is_live or not findings.is_live_only)
        and not (
            matrix.action = 'review_request'
            and findings.delays_review_at_most
            -- an issue's own start, its youngest if there are several; what is unread has none
            and coalesce(
                {{ post_purchase_gate.add_days(var('max_pause_days'), 'findings.pause_since') }} <= findings.point_at, false
            )
        )
)

select
    judged.point_id,
    judged.held_action as action,
    judged.matrix_position,
    judged.check_name,
    judged.state,
    judged.verdict,
    judged.detail,
    judged.since,
    judged.clears_at,
    judged.evidence_table,
    judged.evidence_id
from judged
inner join {{ ref('int_point_actions') }} as actions
    on judged.point_id = actions.point_id and judged.held_action = actions.action
{%- endmacro %}

{#- The order of a row's reasons: those that ask for support first, for they decide; each part in matrix order. -#}
{% macro reason_rank(reasons) -%}
case when {{ reasons }}.verdict = 'support' then 0 else 1000000 end + {{ reasons }}.matrix_position
{%- endmacro %}

{#-
    One verdict per point and action from its reasons (relation of judge_findings).

    The text of a row's reasons depends on which they are, and few different sets of them occur: each reason of an action is a power of
    two, a set is their sum, and its text is put together once. Texts sorted within every one of millions of groups take five times as
    long, and the sort of a group cannot leave memory. A check gives one answer per row, so that no power is added twice; a word of 50
    powers stays exact in a double, by which some engines divide.
-#}
{% macro combine_reasons(reasons) -%}
{%- set word_size = 50 -%}
{%- set answers = ['problem', 'waiting', 'unknown'] -%}
{%- set words = range(((post_purchase_gate.check_models() | length) * (answers | length) / word_size) | round(0, 'ceil') | int) -%}
with

ranked_reasons as (
    select
        reasons.action,
        reasons.check_name,
        reasons.state,
        max(case when checks.blocks_override then 1 else 0 end) as is_protected,
        min({{ post_purchase_gate.reason_rank('reasons') }}) as rank_key
    from {{ reasons }} as reasons
    inner join {{ ref('checks') }} as checks
        on reasons.check_name = checks.check_name
    group by reasons.action, reasons.check_name, reasons.state
),

numbered_reasons as (
    select
        action,
        check_name,
        state,
        is_protected,
        row_number() over (partition by action order by rank_key, check_name, state) - 1 as position
    from ranked_reasons
),

weighted_reasons as (
    select
        action,
        check_name,
        state,
        is_protected,
        position,
        {%- for word in words %}
        case
            when position between {{ word * word_size }} and {{ (word + 1) * word_size - 1 }}
                then cast(power(2, position - {{ word * word_size }}) as {{ dbt.type_bigint() }})
            else 0
        end as weight_{{ word }}{{ ',' if not loop.last }}
        {%- endfor %}
    from numbered_reasons
),

summed as (
    select
        reasons.point_id,
        reasons.action,
        max(case when reasons.verdict = 'support' then 1 else 0 end) as asks_support,
        max(weighted.is_protected) as is_protected,
        max(case when reasons.clears_at is null then 1 else 0 end) as needs_event,
        max(reasons.clears_at) as clears_at,
        max(case when reasons.state = 'problem' and reasons.check_name in ('due', 'already_done') then 1 else 0 end) as is_spent,
        max(case when reasons.check_name = 'holdout' then 1 else 0 end) as is_held_out,
        max(case when reasons.check_name = 'holdout' then 0 else 1 end) as is_held_otherwise,
        {%- for word in words %}
        cast(sum(weighted.weight_{{ word }}) as {{ dbt.type_bigint() }}) as set_{{ word }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ reasons }} as reasons
    inner join weighted_reasons as weighted
        on
            reasons.action = weighted.action
            and reasons.check_name = weighted.check_name
            and reasons.state = weighted.state
    group by reasons.point_id, reasons.action
),

reason_sets as (
    select
        action,
        {%- for word in words %}
        set_{{ word }}{{ ',' if not loop.last }}
        {%- endfor %}
    from summed
    group by action{% for word in words %}, set_{{ word }}{% endfor %}
),

reason_texts as (
    select
        sets.action,
        {%- for word in words %}
        sets.set_{{ word }},
        {%- endfor %}
        {{ post_purchase_gate.ordered_list("weighted.check_name || ':' || weighted.state", 'weighted.position') }} as reason_codes
    from reason_sets as sets
    inner join weighted_reasons as weighted
        on sets.action = weighted.action
    where
        {%- for word in words %}
        {{ 'or ' if not loop.first }}case
            when weighted.weight_{{ word }} > 0
                then mod(cast(floor(sets.set_{{ word }} / weighted.weight_{{ word }}) as {{ dbt.type_bigint() }}), 2)
            else 0
        end = 1
        {%- endfor %}
    group by sets.action{% for word in words %}, sets.set_{{ word }}{% endfor %}
),

gated as (
    select
        actions.point_id,
        actions.action,
        actions.action_class,
        actions.stage,
        actions.priority,
        actions.scope_id,
        actions.due_at,
        actions.expires_at,
        case when summed.asks_support = 1 then 'support' when summed.point_id is not null then 'pause' else 'send' end as verdict,
        case when summed.asks_support = 0 and summed.needs_event = 0 then summed.clears_at end as recheck_at,
        coalesce(reason_texts.reason_codes, '') as reason_codes,
        coalesce(summed.is_spent, 0) = 1 as is_spent,
        coalesce(summed.is_held_out, 0) = 1 as is_held_out,
        coalesce(summed.is_held_otherwise, 0) = 1 as is_held_otherwise,
        case when coalesce(summed.is_protected, 0) = 0 then overrides.override_id end as override_id,
        overrides.decision as override_decision,
        overrides.set_by as override_set_by,
        overrides.expires_at as override_expires_at
    from {{ ref('int_point_actions') }} as actions
    left join summed
        on actions.point_id = summed.point_id and actions.action = summed.action
    left join reason_texts
        on
            summed.action = reason_texts.action
            {%- for word in words %}
            and summed.set_{{ word }} = reason_texts.set_{{ word }}
            {%- endfor %}
    left join {{ ref('int_overrides') }} as overrides
        on actions.point_id = overrides.point_id and actions.action = overrides.action
),

issue_codes as (
    select
        point_id,
        {{ post_purchase_gate.ordered_list("check_name || ':' || state", 'issue_rank') }} as reason_codes
    from {{ ref('int_issues') }}
    group by point_id
),

recoveries as (
    select
        routes.point_id,
        actions.action,
        actions.action_class,
        actions.stage,
        cast(actions.priority as integer) as priority,
        routes.issue_id as scope_id,
        routes.since as due_at,
        issue_codes.reason_codes
    from {{ ref('int_support_routes') }} as routes
    inner join issue_codes
        on routes.point_id = issue_codes.point_id
    inner join {{ ref('actions') }} as actions
        on actions.action = 'support_recovery'
)

select
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
    -- too late or done already: it will not act again
    override_id is null and is_spent as is_spent,
    is_held_out,
    override_id is null and is_held_out and not is_held_otherwise and verdict = 'pause' as would_have_sent,
    override_id
from gated
union all
select
    point_id,
    action,
    action_class,
    stage,
    priority,
    scope_id,
    due_at,
    cast(null as {{ dbt.type_timestamp() }}) as expires_at,
    'support' as verdict,
    cast(null as {{ dbt.type_timestamp() }}) as recheck_at,
    reason_codes,
    false as is_spent,
    false as is_held_out,
    false as would_have_sent,
    cast(null as {{ dbt.type_string() }}) as override_id
from recoveries
{%- endmacro %}
