{{ post_purchase_gate.judge_rows(
    'refunds',
    parents={
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id'},
        'order_line_id': {'relation': ref('stg_order_lines'), 'key': 'order_line_id'},
    },
    impossible={
        'negative_amount': "amount < 0",
        'negative_quantity': "quantity < 0",
    },
) }}
