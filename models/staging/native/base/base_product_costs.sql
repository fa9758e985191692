{{ post_purchase_gate.judge_rows(
    'product_costs',
    parents={
        'sku': {'relation': ref('stg_products'), 'key': 'sku'},
    },
    impossible={
        'negative_landed_cost': "landed_cost < 0",
    },
) }}
