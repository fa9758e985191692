{{ config(enabled=post_purchase_gate.uses_connector('loop')) }}
-- Why a line came back, where the store's own refund answers a return: when it was first asked for, and the reason of the last one.
with

numbered as (
    select
        order_line_id,
        case when outcome like '%exchange%' then 'exchange' else reason end as reason,
        requested_at,
        min(requested_at) over (partition by order_line_id) as first_requested_at,
        row_number() over (partition by order_line_id order by requested_at desc, return_id desc, loop_line_id desc) as recency
    from {{ ref('loop_return_lines') }}
    where is_answered and state not in ('cancelled', 'canceled', 'expired')
)

select
    order_line_id,
    reason,
    first_requested_at
from numbered
where recency = 1
