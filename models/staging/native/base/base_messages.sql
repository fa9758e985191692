{#- A line and a parcel say whose they are: a message that names nothing else counts for their order and its customer. -#}
{%- set of_customers = {} -%}
{%- for key, model in {'order_line_id': 'stg_order_lines', 'fulfillment_id': 'stg_fulfillments'}.items() -%}
{%- set rows -%}
    (
        select
            named.{{ key }},
            named.order_id,
            orders.customer_id
        from {{ ref(model) }} as named
        inner join {{ ref('stg_orders') }} as orders
            on named.order_id = orders.order_id
    )
{%- endset -%}
{%- do of_customers.update({key: {'relation': rows, 'key': key, 'take': {'order_id': 'order_id', 'customer_id': 'customer_id'}}}) -%}
{%- endfor -%}

{#- A message that names an order, a line, a parcel or an account which is not there was sent all the same: it is kept, for the person's orders before it. -#}
{{ post_purchase_gate.judge_rows(
    'messages',
    forgiving={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id', 'or_name': 'order_name', 'take': {'customer_id': 'customer_id'}},
        'order_line_id': of_customers['order_line_id'],
        'fulfillment_id': of_customers['fulfillment_id'],
    },
    addresses=['address'],
) }}
