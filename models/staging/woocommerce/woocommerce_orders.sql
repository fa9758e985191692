{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
-- Orders that somebody placed: a draft of the checkout is none, and what lies in the trash is deleted. The store's own tables write wc- before a status.
{%- set number = post_purchase_gate.read_number %}
select
    _store,
    id as order_id,
    number,
    -- 0 is a guest
    nullif(customer_id, '0') as account_id,
    email,
    regexp_replace(lower(status), '^wc-', '') as status,
    lower(created_via) as created_via,
    currency,
    created_at,
    updated_at,
    paid_at,
    total,
    shipping_total,
    lower(payment_method) as payment_method,
    country,
    region,
    cast(case
        when {{ number('total_tax') }} > 0 and {{ number('total') }} > {{ number('total_tax') }}
            then {{ number('total') }} / ({{ number('total') }} - {{ number('total_tax') }})
        else 1
    end as {{ post_purchase_gate.type_decimal(18, 12) }}) as gross_per_net,
    _loaded_at
from {{ ref('src_woocommerce__order') }}
where coalesce(regexp_replace(lower(status), '^wc-', ''), '') not in ('checkout-draft', 'auto-draft', 'draft', 'trash')
