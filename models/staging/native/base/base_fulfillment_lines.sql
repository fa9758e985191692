{{ post_purchase_gate.judge_rows(
    'fulfillment_lines',
    parents={
        'fulfillment_id': {'relation': ref('stg_fulfillments'), 'key': 'fulfillment_id'},
        'order_line_id': {'relation': ref('stg_order_lines'), 'key': 'order_line_id'},
    },
    impossible={
        'quantity_not_positive': "quantity <= 0",
    },
) }}
