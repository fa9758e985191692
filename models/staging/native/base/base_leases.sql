{{ post_purchase_gate.judge_rows(
    'leases',
    parents={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
    },
    impossible={
        'ends_before_it_starts': "ends_at < leased_at",
    },
) }}
