{{ post_purchase_gate.judge_rows(
    'reviews',
    forgiving={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id', 'or_name': 'order_name', 'take': {'customer_id': 'customer_id'}},
    },
    addresses=['reviewer_email'],
    nulled={
        'rating': "source_rows.rating < 1 or source_rows.rating > 5",
    },
) }}
