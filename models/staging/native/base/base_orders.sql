{#- An order without an account is that of a guest, known by the e-mail address. -#}
{{ post_purchase_gate.judge_rows(
    'orders',
    parents={
        'customer_id': {'relation': ref('stg_customers'), 'key': 'customer_id'},
        'order_id': {'relation': ref('base_order_ids_with_lines'), 'key': 'order_id', 'reason': 'order_without_lines'},
    },
    impossible={
        'negative_total': "total < 0",
    },
    nulled={
        'shipping_charged': "source_rows.shipping_charged < 0",
    },
    derived={
        'customer_id': post_purchase_gate.guest_customer_id(
            'cast(raw__email as ' ~ dbt.type_string() ~ ')', post_purchase_gate.read_id('cast(raw__order_id as ' ~ dbt.type_string() ~ ')')
        ),
    },
) }}
