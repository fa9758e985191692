{{ post_purchase_gate.judge_rows(
    'payments',
    parents={
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id'},
    },
    impossible={
        'negative_amount': "amount < 0",
    },
) }}
