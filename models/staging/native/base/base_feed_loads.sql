{{ post_purchase_gate.judge_rows(
    'feed_loads',
) }}
