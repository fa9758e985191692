{{ post_purchase_gate.judge_rows(
    'suppressions',
    forgiving={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
    },
    addresses=['address'],
) }}
