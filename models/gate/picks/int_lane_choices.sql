-- The lanes of an order that have something in them, with the row that is first in each: support, then what must be told, then what may be offered.
with

lanes as (
    select
        'support' as lane,
        1 as lane_number,
        order_id,
        order_line_id,
        point_id,
        action as decided_action,
        'support_recovery' as action,
        'support' as decision,
        false as is_customer_pick,
        cast(null as {{ dbt.type_string() }}) as waits_for
    from {{ ref('int_support_choices') }}
    union all
    select
        'service' as lane,
        2 as lane_number,
        order_id,
        order_line_id,
        point_id,
        action as decided_action,
        action,
        'send' as decision,
        false as is_customer_pick,
        cast(null as {{ dbt.type_string() }}) as waits_for
    from {{ ref('int_service_actions') }}
    where service_rank = 1
    union all
    select
        'marketing' as lane,
        3 as lane_number,
        order_id,
        order_line_id,
        point_id,
        action as decided_action,
        action,
        decision,
        is_customer_pick,
        waits_for
    from {{ ref('int_marketing_choices') }}
)

select
    order_id,
    order_line_id,
    point_id,
    lane,
    decided_action,
    action,
    decision,
    is_customer_pick,
    waits_for,
    cast(row_number() over (partition by order_id order by lane_number) as integer) as lane_rank
from lanes
