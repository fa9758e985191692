{{ post_purchase_gate.judge_rows(
    'sku_relations',
    parents={
        'sku': {'relation': ref('stg_products'), 'key': 'sku'},
        'related_sku': {'relation': ref('stg_products'), 'key': 'sku'},
    },
) }}
