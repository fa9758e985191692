-- What each open issue of an order holds back, what the best row of it would earn, and when it could go out if the issue were closed now: after the
-- days of rest that follow, and after whatever else holds it.
with

lines as (
    select
        order_id,
        check_name,
        point_id,
        action,
        min(point_at) as point_at,
        min(priority) as priority,
        min(expected_contribution_profit) as expected_contribution_profit,
        max(case when not ends_with_it and clears_at is null then 1 else 0 end) as needs_more,
        max(case when not ends_with_it then clears_at end) as others_clear_at,
        max(case
            when ends_with_it and holder in ('damage', 'sizing') then {{ var('report_cool_off_days') }}
            when ends_with_it and holder = 'ticket' then {{ var('ticket_cool_off_days') }}
            else 0
        end) as rest_days
    from {{ ref('int_issue_holders') }}
    group by order_id, check_name, point_id, action
)

select
    order_id,
    check_name,
    action,
    min(priority) as priority,
    max(expected_contribution_profit) as expected_contribution_profit,
    min(case
        when needs_more = 0
            then {{ post_purchase_gate.greatest() }}({{ post_purchase_gate.add_days('rest_days', 'point_at') }}, coalesce(others_clear_at, point_at))
    end) as released_at
from lines
group by order_id, check_name, action
