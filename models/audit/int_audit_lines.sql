{{ config(enabled=post_purchase_gate.decides(['message', 'calendar'], one_is_enough=true), materialized='view') }}
-- The lines that a past message, or a step of a sequence for an order, was about, and what the gate said of each at that moment.
select
    points.origin,
    case
        when points.origin = 'message' then points.message_id
        else {{ dbt.concat(["points.calendar_sequence", "':'", "points.calendar_step", "':'", "points.order_id"]) }}
    end as audited_id,
    points.point_id,
    points.audited_action as action,
    verdicts.verdict,
    verdicts.reason_codes,
    verdicts.override_id
from {{ ref('int_points') }} as points
inner join {{ ref('int_verdicts') }} as verdicts
    on points.point_id = verdicts.point_id and points.audited_action = verdicts.action
where points.origin in ('message', 'calendar')
