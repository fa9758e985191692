select
    snapshot_at,
    sku_key,
    order_bucket,
    order_month,
    count(*) as anchors
from {{ ref('int_pair_purchases') }}
where is_anchor
group by snapshot_at, sku_key, order_bucket, order_month
