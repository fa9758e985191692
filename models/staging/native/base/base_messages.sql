{#- A message that names an order, a line or an account which is not there was sent all the same: it is kept, for the person's orders before it. -#}
{{ post_purchase_gate.judge_rows(
    'messages',
    forgiving={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id', 'or_name': 'order_name', 'take': {'customer_id': 'customer_id'}},
        'order_line_id': {'relation': ref('stg_order_lines'), 'key': 'order_line_id', 'take': {'order_id': 'order_id'}},
    },
    addresses=['address'],
) }}
