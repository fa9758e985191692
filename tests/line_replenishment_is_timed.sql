-- Without it the due date could leave its own interval, or say another thing than the gate: replenishment is due so many days before the
-- units are used up as the seed says, for every line.
select
    lines.order_line_id,
    lines.depletion_at,
    decisions.due_at
from {{ ref('line_replenishment') }} as lines
cross join {{ ref('actions') }} as actions
left join {{ ref('gate_decisions') }} as decisions
    on lines.order_line_id = decisions.order_line_id and decisions.action = 'replenishment'
where
    actions.action = 'replenishment'
    and (
        abs({{ dbt.datediff('lines.ordered_at', 'lines.due_at', 'second') }} - lines.expected_interval_days * 86400) > 9
        or decisions.order_line_id is null
        or (
            actions.due_anchor = 'depletion'
            and lines.depletion_at is not null
            and (
                decisions.due_at is null
                or decisions.due_at <> {{ post_purchase_gate.add_days('cast(actions.due_offset_days as integer)', 'lines.depletion_at') }}
            )
        )
    )
