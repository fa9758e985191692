{#- A refund whose line is not there counts for its order. -#}
{{ post_purchase_gate.judge_rows(
    'refunds',
    forgiving={
        'order_id': {'relation': ref('stg_orders'), 'key': 'order_id'},
        'order_line_id': {'relation': ref('stg_order_lines'), 'key': 'order_line_id', 'take': {'order_id': 'order_id'}},
    },
) }}
