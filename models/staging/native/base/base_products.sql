{{ post_purchase_gate.judge_rows(
    'products',
    impossible={
        'negative_list_price': "list_price < 0",
        'consumable_days_not_positive': "consumable_days <= 0",
    },
) }}
