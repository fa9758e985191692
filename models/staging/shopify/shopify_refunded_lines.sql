{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- What the store has refunded, line by line, for the tools that ask for refunds.
select
    refund_lines._store || '-' || refund_lines.order_line_id as order_line_id,
    {{ post_purchase_gate.read_number('refund_lines.quantity') }} as quantity,
    {{ post_purchase_gate.parse_utc('refunds.created_at') }} as refunded_at
from {{ ref('src_shopify__refund_line') }} as refund_lines
inner join {{ ref('src_shopify__refund') }} as refunds
    on refund_lines._store = refunds._store and refund_lines.refund_id = refunds.id
