-- Messages by cell and horizon, and how many of those whose horizon is over were followed by what. Each outcome has a denominator of its own:
-- the messages for which its feed would have told.
with

messages as (
    select
        outcomes.*,
        recommended.message_id is not null as has_recommended,
        recommended.recommended_bought_at,
        {{ post_purchase_gate.is_delivered() }} as is_delivered,
        reach.orders_through,
        reach.refunds_through,
        reach.tickets_through,
        reach.messages_through,
        reach.reviews_through
    from {{ ref('int_message_outcomes') }} as outcomes
    cross join {{ ref('int_outcome_reach') }} as reach
    left join {{ ref('int_recommended_purchases') }} as recommended
        on outcomes.message_id = recommended.message_id
),

cells as (
    select
        {{ post_purchase_gate.watch_cell() }},
        sent_at,
        order_id,
        is_delivered,
        has_recommended,
        recommended_bought_at,
        second_purchase_at,
        renewal_at,
        refund_requested_at,
        ticket_opened_at,
        unsubscribed_at,
        complained_at,
        reviewed_at,
        review_rating,
        orders_through,
        refunds_through,
        tickets_through,
        messages_through,
        reviews_through
    from messages
),

counted as (
    {%- for horizon in post_purchase_gate.list_var('watch_horizons_days') %}
    {%- set within = post_purchase_gate.add_days(horizon, 'sent_at') %}
    select
        action,
        flow,
        variant,
        sent_week,
        {{ horizon }} as horizon_days,
        count(*) as sends,
        sum(case when is_delivered then 1 else 0 end) as delivered,
        sum(case when {{ within }} <= {{ post_purchase_gate.as_of() }} then 1 else 0 end) as mature_sends,
        sum(case when {{ within }} <= orders_through then 1 else 0 end) as purchase_messages,
        sum(case when {{ within }} <= orders_through and second_purchase_at <= {{ within }} then 1 else 0 end) as second_purchases,
        sum(case when {{ within }} <= orders_through and renewal_at <= {{ within }} then 1 else 0 end) as renewals,
        sum(case when {{ within }} <= orders_through and has_recommended then 1 else 0 end) as recommending_messages,
        sum(case when {{ within }} <= orders_through and recommended_bought_at <= {{ within }} then 1 else 0 end) as recommended_purchases,
        sum(case when {{ within }} <= refunds_through then 1 else 0 end) as refund_messages,
        sum(case when {{ within }} <= refunds_through and refund_requested_at <= {{ within }} then 1 else 0 end) as refund_requests,
        sum(case when {{ within }} <= tickets_through then 1 else 0 end) as ticket_messages,
        sum(case when {{ within }} <= tickets_through and ticket_opened_at <= {{ within }} then 1 else 0 end) as tickets,
        sum(case when {{ within }} <= messages_through and is_delivered then 1 else 0 end) as delivered_messages,
        sum(case when {{ within }} <= messages_through and unsubscribed_at <= {{ within }} then 1 else 0 end) as unsubscribes,
        sum(case when {{ within }} <= messages_through and complained_at <= {{ within }} then 1 else 0 end) as complaints,
        sum(case when {{ within }} <= reviews_through and order_id is not null then 1 else 0 end) as review_messages,
        sum(case when {{ within }} <= reviews_through and reviewed_at <= {{ within }} then 1 else 0 end) as reviews,
        count(case when {{ within }} <= reviews_through and reviewed_at <= {{ within }} then review_rating end) as ratings,
        coalesce(sum(case when {{ within }} <= reviews_through and reviewed_at <= {{ within }} then review_rating end), 0) as rating_sum
    from cells
    group by action, flow, variant, sent_week
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    counted.*,
    coalesce(purchases.purchases, 0) as purchases,
    coalesce(purchases.revenue_purchases, 0) as revenue_purchases,
    coalesce(purchases.revenue, 0) as revenue,
    coalesce(purchases.profit_purchases, 0) as profit_purchases,
    coalesce(purchases.contribution_profit, 0) as contribution_profit
from counted
left join {{ ref('int_watch_purchases') }} as purchases
    on
        counted.action = purchases.action
        and counted.flow = purchases.flow
        and counted.variant = purchases.variant
        and counted.sent_week = purchases.sent_week
        and counted.horizon_days = purchases.horizon_days
