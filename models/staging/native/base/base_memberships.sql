{{ post_purchase_gate.judge_rows(
    'memberships',
    parents={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
    },
) }}
