{{ post_purchase_gate.judge_rows(
    'limited_offers',
    impossible={
        'negative_price': "price < 0",
    },
) }}
