{{ config(enabled=post_purchase_gate.decides(['message', 'calendar'], one_is_enough=true)) }}
-- The reasons of a send as one text, and which problems are among them; the problem of the first reason is its problem.
with

problems as (
    select
        origin,
        audited_id,
        problem,
        min(reason_position) as problem_position
    from {{ ref('int_audit_reasons') }}
    group by origin, audited_id, problem
),

problem_lists as (
    select
        origin,
        audited_id,
        {{ post_purchase_gate.ordered_list('problem', 'problem_position') }} as problems
    from problems
    group by origin, audited_id
),

reason_lists as (
    select
        origin,
        audited_id,
        {%- for problem in post_purchase_gate.audit_problems() %}
        max(case when problem = '{{ problem }}' then 1 else 0 end) = 1 as has_{{ problem }},
        {%- endfor %}
        {{ post_purchase_gate.ordered_list("check_name || ':' || state", 'reason_position') }} as reason_codes
    from {{ ref('int_audit_reasons') }}
    group by origin, audited_id
)

select
    reason_lists.*,
    problem_lists.problems,
    {{ post_purchase_gate.split_part() }}(problem_lists.problems, ',', 1) as problem
from reason_lists
inner join problem_lists
    on reason_lists.origin = problem_lists.origin and reason_lists.audited_id = problem_lists.audited_id
