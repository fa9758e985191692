-- The support lane: of each order the open issue that is due first. A verdict that a person gave stands in it too.
with

open_issues as (
    select
        person_id,
        order_id,
        order_line_id,
        point_id,
        action,
        row_number() over (
            partition by order_id order by support_due_at asc nulls last, priority asc, order_line_id asc
        ) as choice
    from {{ ref('int_decisions') }}
    where action = 'support_recovery' or (decision = 'support' and override_id is not null)
)

select
    person_id,
    order_id,
    order_line_id,
    point_id,
    action
from open_issues
where choice = 1
