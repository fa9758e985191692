{{ post_purchase_gate.judge_rows(
    'reviews',
    parents={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
    },
    impossible={
        'rating_outside_1_to_5': "rating < 1 or rating > 5",
    },
) }}
