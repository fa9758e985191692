-- The service lane: what must be told, once per order or parcel. Lines that are told together share a row, and nothing competes with it.
with

sendable as (
    select
        decisions.action,
        timing.event_scope_id,
        {{ post_purchase_gate.news_at('actions', 'decisions') }} as news_at,
        timing.fulfillment_id,
        decisions.decision_id,
        decisions.point_id,
        decisions.customer_id,
        decisions.person_id,
        decisions.order_id,
        decisions.order_line_id,
        decisions.sku,
        decisions.as_of,
        decisions.action_class,
        decisions.channel,
        decisions.stage,
        decisions.sender,
        decisions.priority,
        decisions.due_at,
        decisions.expires_at,
        decisions.valid_until
    from {{ ref('int_decisions') }} as decisions
    inner join {{ ref('int_point_actions') }} as timing
        on decisions.point_id = timing.point_id and decisions.action = timing.action
    inner join {{ ref('actions') }} as actions
        on decisions.action = actions.action
    where
        decisions.action_class in ('transactional', 'service')
        and decisions.decision = 'send'
),

numbered as (
    select
        *,
        {{ post_purchase_gate.text_key(['action', 'event_scope_id', 'news_at']) }} as service_action_id,
        row_number() over (partition by action, event_scope_id, news_at order by order_line_id) as line_number
    from sendable
),

first_skus as (
    select
        service_action_id,
        sku,
        min(line_number) as line_number
    from numbered
    where sku is not null
    group by service_action_id, sku
),

sku_lists as (
    select
        service_action_id,
        {{ post_purchase_gate.ordered_list('sku', 'line_number') }} as skus
    from first_skus
    group by service_action_id
)

select
    numbered.service_action_id,
    numbered.decision_id,
    numbered.point_id,
    numbered.customer_id,
    numbered.person_id,
    numbered.order_id,
    numbered.order_line_id,
    numbered.fulfillment_id,
    numbered.event_scope_id,
    numbered.action,
    numbered.stage,
    numbered.sender,
    sku_lists.skus,
    numbered.priority,
    row_number() over (
        partition by numbered.order_id order by numbered.priority, numbered.due_at, numbered.service_action_id
    ) as service_rank,
    numbered.as_of,
    numbered.news_at,
    numbered.due_at,
    numbered.expires_at,
    -- what must be told of an order has no opening hours
    case when numbered.action_class = 'transactional' then numbered.as_of else hours.send_after end as send_after,
    numbered.valid_until
from numbered
inner join {{ ref('int_customer_hours') }} as hours
    on numbered.customer_id = hours.customer_id and numbered.channel = hours.channel
left join sku_lists
    on numbered.service_action_id = sku_lists.service_action_id
where numbered.line_number = 1
