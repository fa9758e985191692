with

answers as (
    select
        point_id,
        action,
        case
            when recommended_sku is null then 'ok'
            when value_lower_bound is null then 'unknown'
            when value_lower_bound <= 0 then 'problem'
            else 'ok'
        end as state,
        case
            when value_lower_bound <= 0 then 'earns_nothing'
            when relation is null then 'no_relation'
            else 'no_cost_or_price'
        end as detail,
        null as since,
        null as clears_at,
        'product_costs' as evidence_table,
        recommended_sku as evidence_id
    from {{ ref('int_targets') }}
)

{{ post_purchase_gate.check_answers('pair_profit', has_action=true) }}
