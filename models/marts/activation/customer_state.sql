with

customers as (
    select
        customer_id,
        person_id,
        not coalesce(created_at > {{ post_purchase_gate.as_of() }}, false) as is_recorded
    from {{ ref('int_accounts') }}
    where not is_test and not is_erased
),

-- what comes first for the person: an open issue, what must be told, the pick
ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by
                case lane when 'support' then 1 when 'service' then 2 else 3 end asc,
                support_due_at asc nulls last,
                case when is_customer_pick then 0 else 1 end asc,
                due_at asc nulls last,
                order_id asc
        ) as person_rank
    from {{ post_purchase_gate.built(ref('next_actions')) }}
),

picks as (
    select * from ranked
    where person_rank = 1
),

issues as (
    select
        points.person_id,
        issues.check_name,
        min(issues.matrix_position) as matrix_position
    from {{ ref('int_issues') }} as issues
    inner join {{ ref('int_points') }} as points
        on issues.point_id = points.point_id and points.is_live
    group by points.person_id, issues.check_name
),

open_issues as (
    select
        person_id,
        {{ post_purchase_gate.ordered_list('check_name', 'matrix_position, check_name') }} as open_issues
    from issues
    group by person_id
),

consents as (
    select
        customer_id,
        max(case when channel = 'email' then consent end) as consent_email,
        max(case when channel = 'sms' then consent end) as consent_sms,
        max(case when channel = 'push' then consent end) as consent_push
    from {{ ref('int_customer_consents') }}
    group by customer_id
),

profits as (
    select
        customer_id,
        sum(contribution_profit) as contribution_profit,
        sum(case when contribution_profit is null then 1 else 0 end) as order_lines_without_profit
    from {{ post_purchase_gate.built(ref('order_line_profit')) }}
    where not is_test
    group by customer_id
)

select
    customers.customer_id,
    customers.person_id,
    {{ post_purchase_gate.as_of() }} as as_of,
    cast(coalesce(picks.stage, 'no_live_order') as {{ dbt.type_string() }}) as stage,
    cast(open_issues.open_issues as {{ dbt.type_string() }}) as open_issues,
    cast(contact.last_action as {{ dbt.type_string() }}) as last_action,
    cast(contact.last_action_at as {{ dbt.type_timestamp() }}) as last_action_at,
    picks.order_id as next_order_id,
    picks.action as next_action,
    picks.decision as next_decision,
    cast(case picks.decision
        when 'send' then picks.send_after
        when 'pause' then picks.recheck_at
        when 'support' then picks.support_due_at
    end as {{ dbt.type_timestamp() }}) as next_action_at,
    cast(consents.consent_email as {{ dbt.type_string() }}) as consent_email,
    cast(consents.consent_sms as {{ dbt.type_string() }}) as consent_sms,
    cast(consents.consent_push as {{ dbt.type_string() }}) as consent_push,
    cast(case
        when feeds.state not in ('fresh', 'not_kept') then null
        else {{ post_purchase_gate.greatest() }}({{ var('frequency_max_messages') }} - coalesce(contact.commercial_messages, 0), 0)
    end as integer) as commercial_messages_left,
    cast(case
        when feeds.state not in ('fresh', 'not_kept') then null
        else coalesce(contact.next_commercial_at, {{ post_purchase_gate.as_of() }})
    end as {{ dbt.type_timestamp() }}) as next_commercial_message_at,
    cast(case when profits.order_lines_without_profit = 0 then profits.contribution_profit end as decimal(18, 4)) as contribution_profit,
    cast(coalesce(profits.order_lines_without_profit, 0) as integer) as order_lines_without_profit,
    cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
    picks.recommended_sku,
    room.list_price,
    room.margin_floor,
    room.keeps_margin_floor,
    room.largest_discount
from customers
inner join {{ post_purchase_gate.built(ref('feed_health')) }} as feeds
    on feeds.feed = 'messages'
left join picks
    on customers.person_id = picks.person_id
left join open_issues
    on customers.person_id = open_issues.person_id
left join {{ ref('int_customer_contact') }} as contact
    on customers.person_id = contact.person_id
left join consents
    on customers.customer_id = consents.customer_id
left join profits
    on customers.customer_id = profits.customer_id
left join {{ ref('int_discount_room') }} as room
    on picks.recommended_sku = room.sku
-- a customer may be recorded after the first order
where customers.is_recorded or profits.customer_id is not null
