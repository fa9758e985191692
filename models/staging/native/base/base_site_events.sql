{{ post_purchase_gate.judge_rows(
    'site_events',
) }}
