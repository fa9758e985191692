-- Same-basket pairs are not counted: they are what is added to a cart, not what is bought next.
select
    anchors.snapshot_at,
    anchors.sku,
    responses.sku as related_sku,
    count(*) as support
from {{ ref('int_pair_purchases') }} as anchors
inner join {{ ref('int_pair_purchases') }} as responses
    on
        anchors.snapshot_at = responses.snapshot_at
        and anchors.customer_id = responses.customer_id
        and anchors.order_number < responses.order_number
        and anchors.horizon_ends_at >= responses.ordered_at
where anchors.is_anchor
group by anchors.snapshot_at, anchors.sku, responses.sku
