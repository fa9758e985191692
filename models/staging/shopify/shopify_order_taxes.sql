{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
-- What part of an order's prices is no tax: 1 where prices leave it out. The contract's prices never carry it.
{%- set fine_decimal = post_purchase_gate.type_decimal(18, 12) %}
with

orders as (
    select
        _store,
        id as order_id,
        currency,
        lower(taxes_included) in ({{ post_purchase_gate.words_for_yes() }}) as taxes_included,
        {{ post_purchase_gate.read_number('total_price') }} as total,
        {{ post_purchase_gate.read_number('total_tax') }} as tax
    from {{ ref('src_shopify__order') }}
)

select
    _store,
    order_id,
    currency,
    coalesce(taxes_included, false) as taxes_included,
    cast(case when taxes_included and tax > 0 and total > tax then (total - tax) / total else 1 end as {{ fine_decimal }}) as net_share,
    cast(case when tax > 0 and total > tax then total / (total - tax) else 1 end as {{ fine_decimal }}) as gross_per_net
from orders
