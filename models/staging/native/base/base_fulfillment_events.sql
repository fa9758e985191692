{{ post_purchase_gate.judge_rows(
    'fulfillment_events',
    parents={
        'fulfillment_id': {'relation': ref('stg_fulfillments'), 'key': 'fulfillment_id'},
    },
) }}
