{{ post_purchase_gate.judge_rows(
    'products',
    impossible={
        'consumable_days_not_positive': "consumable_days <= 0",
    },
    nulled={
        'list_price': "source_rows.list_price < 0",
    },
) }}
