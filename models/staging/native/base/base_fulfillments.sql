{{ post_purchase_gate.judge_rows(
    'fulfillments',
    parents={
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id'},
    },
    impossible={
        'delivered_before_shipped': "delivered_at < shipped_at",
    },
    nulled={
        'shipping_cost': "source_rows.shipping_cost < 0",
    },
) }}
