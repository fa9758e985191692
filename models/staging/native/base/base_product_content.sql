{{ post_purchase_gate.judge_rows(
    'product_content',
) }}
