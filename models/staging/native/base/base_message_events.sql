{{ post_purchase_gate.judge_rows(
    'message_events',
    parents={
        'message_id': {'relation': ref('stg_messages'), 'key': 'message_id'},
    },
) }}
