{{ config(enabled=post_purchase_gate.uses_connector('loop')) }}
-- Requests for refunds and exchanges that the store has not answered by a refund of its own: that one carries the units, the money and, through
-- loop_line_reasons, why. What was called off, or not sent back in time, was not given back. An exchange that was done gives back its units as such.
select
    -- ids
    _store || '-loop-' || return_id || '-' || coalesce(loop_line_id, 'all') as refund_id,
    order_id,
    order_line_id,
    -- text
    case when state = 'closed' and outcome like '%exchange%' then 'exchange' else reason end as reason,
    -- numbers
    units as quantity,
    cast(null as {{ dbt.type_string() }}) as amount,
    -- timestamps
    created_at as requested_at,
    case when state = 'closed' then ended_at end as refunded_at,
    case when state in ('cancelled', 'canceled', 'expired') then ended_at end as rejected_at,
    _loaded_at
from {{ ref('loop_return_lines') }}
where not is_answered
