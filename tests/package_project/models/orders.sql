-- The gate's marts are read when its build has switched them.
-- depends_on: {{ ref('post_purchase_gate', 'served_build') }}
select
    orders.order_id,
    next_actions.action,
    next_actions.decision,
    members.audience
from {{ ref('stg_orders') }} as orders
left join {{ ref('post_purchase_gate', 'next_actions') }} as next_actions
    on orders.order_id = next_actions.order_id and next_actions.is_headline
left join {{ ref('post_purchase_gate', 'audience_members', v=1) }} as members
    on orders.customer_id = members.customer_id and members.in_audience
