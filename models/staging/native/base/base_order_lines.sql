{{ post_purchase_gate.judge_rows(
    'order_lines',
    parents={
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id'},
    },
    impossible={
        'quantity_not_positive': "quantity <= 0",
        'negative_discount': "discount < 0",
        'discount_above_price': "unit_price >= 0 and discount > quantity * unit_price",
    },
) }}
