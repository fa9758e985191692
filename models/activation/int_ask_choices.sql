-- Per person, address, channel and action the one decision that answers whoever asks: a send before support, support before a pause, and of pauses
-- the one that can end soonest. Offers of a person compete: while one goes out, the others wait for it.
with

picks as (
    select
        person_id,
        action,
        order_id
    from {{ ref('int_next_actions') }}
    where lane = 'marketing' and is_customer_pick and decision = 'send'
),

addressed as (
    select
        decisions.point_id,
        decisions.decision_id,
        decisions.person_id,
        decisions.override_id,
        addresses.permission_key as address_key,
        decisions.channel,
        decisions.action,
        decisions.order_line_id,
        decisions.decision,
        decisions.is_spent,
        decisions.expected_contribution_profit,
        decisions.due_at,
        decisions.recheck_at,
        case
            when
                decisions.decision = 'send'
                and decisions.action_class = 'commercial'
                and not coalesce(picks.action = decisions.action and picks.order_id = decisions.order_id, false)
                then {{ dbt.concat(["picks.action", "' of order '", "picks.order_id"]) }}
        end as waits_for_pick
    from {{ ref('int_decisions') }} as decisions
    inner join {{ ref('int_permission_addresses') }} as addresses
        on
            decisions.customer_id = addresses.customer_id
            and addresses.kind = {{ post_purchase_gate.address_kind('decisions.channel') }}
    left join picks
        on decisions.person_id = picks.person_id
    where decisions.action <> 'support_recovery'
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id, address_key, channel, action
            order by
                case
                    when decision = 'send' and waits_for_pick is null then 1
                    when decision = 'send' then 2
                    when decision = 'support' then 3
                    when not is_spent then 4
                    else 5
                end asc,
                recheck_at asc nulls last,
                expected_contribution_profit desc nulls last,
                due_at asc nulls last,
                order_line_id asc
        ) as choice
    from addressed
)

select
    point_id,
    decision_id,
    person_id,
    override_id,
    address_key,
    channel,
    action,
    decision,
    waits_for_pick
from ranked
where choice = 1
