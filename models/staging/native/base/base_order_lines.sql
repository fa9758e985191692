{{ post_purchase_gate.judge_rows(
    'order_lines',
    parents={
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id'},
    },
    impossible={
        'quantity_not_positive': "quantity <= 0",
        'line_value': "abs(cast(quantity as decimal(28, 4)) * cast(unit_price as decimal(28, 4))) >= " ~ post_purchase_gate.contract_bounds().below,
        'negative_discount': "discount < 0",
        'discount_above_price': "unit_price >= 0 and discount > quantity * unit_price",
    },
) }}
