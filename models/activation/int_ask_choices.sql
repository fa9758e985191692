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
        decisions.decision_id,
        decisions.person_id,
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

-- what ranks alone: the wide columns are joined to the rows that won
ranked as (
    select
        decision_id,
        address_key,
        waits_for_pick,
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
    -- ids
    decisions.point_id,
    decisions.decision_id,
    decisions.policy_version,
    decisions.person_id,
    decisions.customer_id,
    decisions.order_id,
    decisions.order_line_id,
    decisions.override_id,
    ranked.address_key,
    -- text
    decisions.channel,
    decisions.action,
    decisions.action_class,
    decisions.sender,
    decisions.decision,
    decisions.reason_codes,
    decisions.recommended_sku,
    ranked.waits_for_pick,
    -- timestamps
    decisions.as_of,
    decisions.recheck_at,
    decisions.expires_at,
    -- what is asked later than this, a newer build must answer, whatever this one says
    coalesce(
        decisions.valid_until, {{ post_purchase_gate.add_time('hour', var('send_valid_hours'), 'decisions.as_of') }}
    ) as valid_until,
    -- what must be told of an order has no opening hours
    case when decisions.action_class <> 'transactional' then hours.send_after end as opens_at,
    case when decisions.action_class <> 'transactional' then hours.closes_at end as closes_at,
    case when decisions.action_class <> 'transactional' then hours.reopens_at end as reopens_at
from ranked
inner join {{ ref('int_decisions') }} as decisions
    on ranked.decision_id = decisions.decision_id
inner join {{ ref('int_customer_hours') }} as hours
    on decisions.customer_id = hours.customer_id and decisions.channel = hours.channel
where ranked.choice = 1
