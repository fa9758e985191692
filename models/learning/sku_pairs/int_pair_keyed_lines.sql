select
    lines.snapshot_at,
    order_keys.customer_key,
    order_keys.order_key,
    sku_keys.sku_key,
    lines.units_kept,
    lines.is_renewal,
    lines.is_gift,
    lines.ordered_at
from {{ ref('int_pair_lines') }} as lines
inner join {{ ref('int_pair_order_keys') }} as order_keys
    on lines.order_id = order_keys.order_id
inner join {{ ref('int_pair_sku_keys') }} as sku_keys
    on lines.sku = sku_keys.sku
