{{ post_purchase_gate.judge_rows(
    'suppressions',
) }}
