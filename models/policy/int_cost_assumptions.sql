{#- One row, one column per assumption: economics read names, not keys. -#}
{%- set names = [
    'payment_fee_share', 'payment_fee_fixed', 'payment_fee_not_returned_share', 'outbound_shipping_cost', 'shipping_charged',
    'return_shipping_cost', 'return_processing_cost', 'salvage_share', 'ticket_cost', 'refund_probability', 'refund_prior_units',
    'refund_window_days', 'declared_pair_probability', 'same_sku_probability', 'assumed_probability_error', 'planned_discount', 'treated_conversion',
    'send_cost', 'unsubscribe_increase', 'unsubscribe_loss',
] -%}
select
    {%- for name in names %}
    max(case when assumption = '{{ name }}' then cast(value as decimal(18, 6)) end) as {{ name }},
    {%- endfor %}
    count(*) as assumptions
from {{ ref('cost_assumptions') }}
