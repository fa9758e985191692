{%- set string = dbt.type_string() -%}
select
    cast(decisions.decision_id as {{ string }}) as decision_id,
    cast(decisions.as_of as {{ dbt.type_timestamp() }}) as as_of,
    cast(decisions.policy_version as {{ string }}) as policy_version,
    decisions.customer_id,
    decisions.person_id,
    decisions.order_id,
    decisions.order_line_id,
    decisions.sku,
    cast(decisions.action as {{ string }}) as action,
    cast(decisions.action_class as {{ string }}) as action_class,
    cast(decisions.sender as {{ string }}) as sender,
    cast(decisions.channel as {{ string }}) as channel,
    cast(decisions.decision as {{ string }}) as decision,
    cast(decisions.primary_reason as {{ string }}) as primary_reason,
    cast(decisions.reason_codes as {{ string }}) as reason_codes,
    decisions.due_at,
    decisions.expires_at,
    decisions.recheck_at,
    decisions.valid_until,
    decisions.recommended_sku,
    decisions.expected_contribution_profit,
    decisions.support_queue,
    decisions.support_owner,
    decisions.support_due_at,
    decisions.route_is_new,
    decisions.is_overdue,
    decisions.is_held_out,
    decisions.would_have_sent,
    cast(coalesce(choices.propensity, 1) as decimal(9, 6)) as propensity
from {{ ref('int_decisions') }} as decisions
left join {{ ref('int_offer_choices') }} as choices
    on decisions.point_id = choices.point_id and decisions.action = choices.action
