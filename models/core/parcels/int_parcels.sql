-- A parcel whose shop gives no time of hand-over was handed over when first seen on its way.
with

states as (
    select * from {{ ref('int_parcel_states') }}
),

first_words as (
    select
        fulfillment_id,
        min(case when has_left then from_at end) as left_at
    from states
    group by fulfillment_id
)

select
    -- ids
    fulfillments.fulfillment_id,
    fulfillments.order_id,
    orders.root_order_id,
    fulfillments.tracking_number,
    fulfillments.tracking_url,
    -- text
    fulfillments.carrier,
    orders.country,
    -- numbers
    fulfillments.shipping_cost,
    -- booleans
    fulfillments.lines_known,
    -- timestamps
    orders.ordered_at,
    -- a hand-over that is still to come is none yet
    coalesce(
        case when fulfillments.shipped_at <= {{ post_purchase_gate.as_of() }} then fulfillments.shipped_at end,
        first_words.left_at,
        fulfillments.shipped_at
    ) as shipped_at,
    fulfillments.expected_delivery_at,
    states.delivered_at,
    fulfillments.cancelled_at,
    fulfillments._loaded_at
from {{ ref('stg_fulfillments') }} as fulfillments
inner join {{ ref('int_orders') }} as orders
    on fulfillments.order_id = orders.order_id
left join first_words
    on fulfillments.fulfillment_id = first_words.fulfillment_id
-- what is known now; what was known at another instant, int_parcel_states tells
left join states
    on
        fulfillments.fulfillment_id = states.fulfillment_id
        and states.from_at <= {{ post_purchase_gate.as_of() }}
        and states.until_at > {{ post_purchase_gate.as_of() }}
