{{ post_purchase_gate.judge_rows(
    'overrides',
    parents={
        'order_line_id': {'relation': ref('stg_order_lines'), 'key': 'order_line_id'},
    },
    impossible={
        'ends_before_it_starts': "expires_at < set_at",
        'unknown_decision': "decision = 'unknown'",
    },
) }}
