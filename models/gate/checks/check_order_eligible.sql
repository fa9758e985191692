with

judged as (
    select
        point_id,
        order_id,
        ordered_at,
        erased_at,
        case
            when erased_at is not null then 'erased_customer'
            when is_test then 'test'
            when order_type = 'replacement' then 'replacement'
            when order_type = 'unknown' then 'unmapped_order_type'
        end as detail
    from {{ ref('int_points') }}
),

answers as (
    select
        point_id,
        case when detail is null then 'ok' else 'problem' end as state,
        detail,
        coalesce(erased_at, ordered_at) as since,
        null as clears_at,
        'orders' as evidence_table,
        order_id as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('order_eligible') }}
