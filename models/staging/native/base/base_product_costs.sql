{#- What a SKU cost stays true when the catalogue has dropped it: its lines still earn or lose. -#}
{{ post_purchase_gate.judge_rows(
    'product_costs',
    impossible={
        'negative_landed_cost': "landed_cost < 0",
    },
) }}
