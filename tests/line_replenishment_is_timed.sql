-- Without it the due date could leave its own interval, or say another thing than the gate: replenishment is due so many days before the
-- units are used up as the seed says, for every line.
{%- set seconds = dbt.datediff('lines.ordered_at', 'lines.due_at', 'second') %}
{%- set gate_due_at = post_purchase_gate.add_days('cast(actions.due_offset_days as integer)', 'lines.depletion_at') %}
select
    lines.order_line_id,
    lines.depletion_at,
    decisions.due_at
from {{ post_purchase_gate.built(ref('line_replenishment')) }} as lines
inner join {{ ref('actions') }} as actions
    on actions.action = 'replenishment'
left join {{ post_purchase_gate.built(ref('gate_decisions')) }} as decisions
    on lines.order_line_id = decisions.order_line_id and actions.action = decisions.action
where
    abs({{ seconds }} - lines.expected_interval_days * 86400) > 9
    or decisions.order_line_id is null
    or (
        actions.due_anchor = 'depletion'
        and lines.depletion_at is not null
        and (decisions.due_at is null or decisions.due_at <> {{ gate_due_at }})
    )
