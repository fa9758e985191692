-- Same-basket pairs are not counted: they are what is added to a cart, not what is bought next.
select
    anchors.snapshot_at,
    anchors.sku_key,
    responses.sku_key as related_sku_key,
    count(*) as support
from {{ ref('int_pair_purchases') }} as anchors
inner join {{ ref('int_pair_purchases') }} as responses
    on
        anchors.snapshot_at = responses.snapshot_at
        and anchors.customer_key = responses.customer_key
        and anchors.order_number < responses.order_number
        and anchors.horizon_ends_at >= responses.ordered_at
-- a first order answers none: said aloud, it halves what is joined
where anchors.is_anchor and responses.order_number > 1
group by anchors.snapshot_at, anchors.sku_key, responses.sku_key
