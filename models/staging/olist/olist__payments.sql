{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- Olist approves an order's payment as a whole: captured at the approval, until then authorized at the purchase.
select
    payments.order_id || '-' || cast(payments.payment_sequential as {{ dbt.type_string() }}) as payment_id,
    payments.order_id,
    case when facts.approved_at is not null then 'captured' else 'authorized' end as status,
    payments.payment_type as method,
    payments.payment_value as amount,
    {{ post_purchase_gate.null_as(post_purchase_gate.contract_type('decimal')) }} as fee,
    coalesce(facts.approved_at, facts.ordered_at) as occurred_at
from {{ source('olist', 'order_payments') }} as payments
left join {{ ref('olist_order_facts') }} as facts
    on payments.order_id = facts.order_id
