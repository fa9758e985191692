{{ post_purchase_gate.judge_rows(
    'ticket_events',
    parents={
        'ticket_id': {'relation': ref('stg_tickets'), 'key': 'ticket_id'},
    },
) }}
