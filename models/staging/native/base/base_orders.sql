{{ post_purchase_gate.judge_rows(
    'orders',
    parents={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
        'order_id': {'relation': ref('base_order_ids_with_lines'), 'key': 'order_id', 'reason': 'order_without_lines'},
    },
    impossible={
        'negative_total': "total < 0",
        'negative_shipping_charged': "shipping_charged < 0",
    },
) }}
