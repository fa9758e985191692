{{ post_purchase_gate.judge_rows(
    'tickets',
    forgiving={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id', 'or_name': 'order_name'},
        'order_line_id': {'relation': ref('stg_order_lines'), 'key': 'order_line_id', 'take': {'order_id': 'order_id'}},
    },
    addresses=['requester_email', 'requester_phone'],
) }}
