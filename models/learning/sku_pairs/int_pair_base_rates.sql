-- What like customers buy anyway: after a first purchase of any other SKU, in the same month and at the same order number.
{%- set fine_decimal = post_purchase_gate.type_decimal(18, 12) %}
with

anchor_orders as (
    select
        snapshot_at,
        customer_key,
        order_number,
        order_bucket,
        order_month,
        horizon_ends_at,
        count(*) as new_skus
    from {{ ref('int_pair_purchases') }}
    where is_anchor
    group by snapshot_at, customer_key, order_number, order_bucket, order_month, horizon_ends_at
),

all_anchors as (
    select
        snapshot_at,
        order_bucket,
        order_month,
        sum(anchors) as anchors
    from {{ ref('int_pair_anchors') }}
    group by snapshot_at, order_bucket, order_month
),

responses as (
    select
        anchor_orders.snapshot_at,
        purchases.sku_key as related_sku_key,
        anchor_orders.order_bucket,
        anchor_orders.order_month,
        sum(anchor_orders.new_skus) as responses
    from anchor_orders
    inner join {{ ref('int_pair_purchases') }} as purchases
        on
            anchor_orders.snapshot_at = purchases.snapshot_at
            and anchor_orders.customer_key = purchases.customer_key
            and anchor_orders.order_number < purchases.order_number
            and anchor_orders.horizon_ends_at >= purchases.ordered_at
    -- a first order answers none: said aloud, it halves what is joined
    where purchases.order_number > 1
    group by anchor_orders.snapshot_at, purchases.sku_key, anchor_orders.order_bucket, anchor_orders.order_month
)

select
    responses.snapshot_at,
    responses.related_sku_key,
    responses.order_bucket,
    responses.order_month,
    cast(responses.responses as bigint) as responses,
    -- a first purchase of the SKU itself cannot be followed by another; decimal, so that sums do not depend on the order of rows
    cast(responses.responses / nullif(cast(all_anchors.anchors - coalesce(own.anchors, 0) as decimal(18, 2)), 0) as {{ fine_decimal }}) as base_rate
from responses
inner join all_anchors
    on
        responses.snapshot_at = all_anchors.snapshot_at
        and responses.order_bucket = all_anchors.order_bucket
        and responses.order_month = all_anchors.order_month
left join {{ ref('int_pair_anchors') }} as own
    on
        responses.snapshot_at = own.snapshot_at
        and responses.related_sku_key = own.sku_key
        and responses.order_bucket = own.order_bucket
        and responses.order_month = own.order_month
