{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- What the store has refunded, line by line, for the tools that ask for refunds.
select
    lines._store || '-' || lines.order_line_id as order_line_id,
    lines.units as quantity,
    {{ post_purchase_gate.parse_utc('refunds.created_at') }} as refunded_at
from {{ ref('woocommerce_refund_lines') }} as lines
inner join {{ ref('src_woocommerce__refund') }} as refunds
    on lines._store = refunds._store and lines.refund_id = refunds.id
