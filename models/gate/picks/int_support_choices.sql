-- The support lane: of each order the open issue that is due first. A verdict of support that a person gave stands in it too, behind them.
with

cases as (
    select
        order_id,
        order_line_id,
        point_id,
        'support_recovery' as action,
        check_name,
        support_queue,
        support_owner,
        due_at as support_due_at,
        ticket_id is null as route_is_new,
        0 as is_given,
        matrix_position
    from {{ ref('int_issue_queues') }}
    union all
    select
        order_id,
        order_line_id,
        point_id,
        action,
        cast(null as {{ dbt.type_string() }}) as check_name,
        support_queue,
        support_owner,
        support_due_at,
        route_is_new,
        1 as is_given,
        priority as matrix_position
    from {{ ref('int_decisions') }}
    where decision = 'support' and override_id is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            order by
                is_given asc,
                support_due_at asc nulls last,
                matrix_position asc,
                check_name asc,
                action asc,
                order_line_id asc
        ) as choice
    from cases
)

select
    order_id,
    order_line_id,
    point_id,
    action,
    check_name,
    support_queue,
    support_owner,
    support_due_at,
    route_is_new
from ranked
where choice = 1
