{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- Lines of refunds by the line of the order that they are of: the one that WooCommerce notes, else the order's only line of what was given back.
{%- set number = post_purchase_gate.read_number %}
with

refunds as (
    select
        refunds._store,
        refunds.id as refund_id,
        coalesce(refunds.order_id, listed.order_id) as order_id
    from {{ ref('src_woocommerce__refund') }} as refunds
    left join {{ ref('src_woocommerce__order_refund') }} as listed
        on refunds._store = listed._store and refunds.id = listed.id
),

notes as (
    select
        _store,
        refund_line_id,
        max(value) as order_line_id
    from {{ ref('src_woocommerce__refund_line_note') }}
    where name = '_refunded_item_id'
    group by _store, refund_line_id
),

only_lines as (
    select
        _store,
        order_id,
        product_id,
        variation_id,
        min(id) as order_line_id
    from {{ ref('src_woocommerce__order_line') }}
    group by _store, order_id, product_id, variation_id
    having count(*) = 1
)

select
    lines._store,
    lines.refund_id,
    lines.id as refund_line_id,
    refunds.order_id,
    coalesce(lines.order_line_id, notes.order_line_id, only_lines.order_line_id) as order_line_id,
    abs({{ number('lines.quantity') }}) as units,
    abs({{ number('lines.total') }}) as net,
    abs({{ number('lines.total') }}) + abs(coalesce({{ number('lines.total_tax') }}, 0)) as gross,
    lines._loaded_at
from {{ ref('src_woocommerce__refund_line') }} as lines
left join refunds
    on lines._store = refunds._store and lines.refund_id = refunds.refund_id
left join notes
    on lines._store = notes._store and lines.id = notes.refund_line_id
left join only_lines
    on
        refunds._store = only_lines._store
        and refunds.order_id = only_lines.order_id
        and lines.product_id = only_lines.product_id
        and coalesce(lines.variation_id, '0') = coalesce(only_lines.variation_id, '0')
