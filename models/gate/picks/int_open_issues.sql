-- Every open issue of a live order, once per check: where it goes, since when, and what it holds back. An action that is done, too late or
-- out of the question is held back by nothing. The worth is what the best row of each action held back would earn, were it to convert; an
-- issue whose end releases none of them holds back no worth.
with

issues as (
    select
        *,
        row_number() over (partition by order_id, check_name order by since asc nulls last, order_line_id asc) as seniority
    from {{ ref('int_issue_queues') }}
),

merged as (
    select
        order_id,
        check_name,
        min(point_at) as as_of,
        min(customer_id) as customer_id,
        min(person_id) as person_id,
        min(matrix_position) as matrix_position,
        min(since) as since,
        min(due_at) as due_at,
        {{ post_purchase_gate.ordered_list('order_line_id', 'order_line_id') }} as order_line_ids,
        max(case when seniority = 1 then detail end) as detail,
        max(case when seniority = 1 then support_queue end) as support_queue,
        max(case when seniority = 1 then support_owner end) as support_owner,
        max(case when seniority = 1 then ticket_id end) as ticket_id,
        max(case when seniority = 1 then topic end) as topic,
        max(case when seniority = 1 then evidence_table end) as evidence_table,
        max(case when seniority = 1 then evidence_id end) as evidence_id
    from issues
    group by order_id, check_name
),

held_back as (
    select
        order_id,
        check_name,
        count(*) as actions_held_back,
        {{ post_purchase_gate.ordered_list('action', 'priority') }} as holds_back,
        case
            when max(released_at) is not null then sum(case when expected_contribution_profit > 0 then expected_contribution_profit end)
        end as worth
    from {{ ref('int_issue_holds') }}
    group by order_id, check_name
)

select
    merged.order_id,
    merged.check_name,
    merged.customer_id,
    merged.person_id,
    merged.as_of,
    merged.detail,
    merged.matrix_position,
    merged.since,
    merged.support_queue,
    merged.support_owner,
    merged.due_at,
    coalesce(merged.due_at <= merged.as_of, false) as is_overdue,
    coalesce({{ post_purchase_gate.add_days(var('max_pause_days'), 'merged.since') }} <= merged.as_of, false) as is_past_longest_pause,
    merged.ticket_id,
    merged.topic,
    merged.ticket_id is null as is_new,
    merged.order_line_ids,
    merged.evidence_table,
    merged.evidence_id,
    coalesce(held_back.actions_held_back, 0) as actions_held_back,
    held_back.holds_back,
    coalesce(held_back.worth, 0) as worth,
    row_number() over (
        partition by merged.order_id order by merged.due_at asc nulls last, merged.matrix_position asc, merged.check_name asc
    ) as order_rank
from merged
left join held_back
    on merged.order_id = held_back.order_id and merged.check_name = held_back.check_name
