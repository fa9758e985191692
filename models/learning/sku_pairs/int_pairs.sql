-- Whether a pair may be recommended: what relates the two, and every reason that speaks against it.
with

pairs as (
    select
        expected.snapshot_at,
        expected.sku,
        expected.related_sku,
        expected.anchors,
        coalesce(estimates.support, 0) as support,
        estimates.probability,
        estimates.base_probability,
        coalesce(estimates.expected, 0) as expected,
        estimates.lift,
        estimates.lift_lower_bound,
        estimates.log_likelihood_ratio,
        estimates.reverse_support,
        estimates.symmetry_lower_bound,
        estimates.order_p_value,
        related_values.probability_basis,
        related_values.expected_contribution_profit,
        related_values.incremental_probability,
        related_values.incremental_probability_lower_bound,
        related_values.treated_probability,
        related_values.distance_down,
        related_values.distance_up,
        related_values.recommendation_value,
        related_values.value_lower_bound,
        related_values.value_upper_bound,
        relations.sku is not null as is_declared,
        relations.relations,
        relations.compatibility,
        coalesce(relations.is_substitute, false) or (relations.sku is null and substitutes.sku is not null) as is_substitute,
        coalesce(estimates.support >= {{ var('pair_min_support') }} and estimates.lift_lower_bound > {{ var('pair_min_lift') }}, false) as has_lift,
        coalesce(profiles.needs_compatibility, false) as needs_compatibility
    from {{ ref('int_pair_expected') }} as expected
    inner join {{ ref('int_pair_values') }} as related_values
        on
            expected.snapshot_at = related_values.snapshot_at
            and expected.sku = related_values.sku
            and expected.related_sku = related_values.related_sku
    left join {{ ref('int_pair_estimates') }} as estimates
        on
            expected.snapshot_at = estimates.snapshot_at
            and expected.sku = estimates.sku
            and expected.related_sku = estimates.related_sku
    left join {{ ref('int_pair_relations') }} as relations
        on expected.sku = relations.sku and expected.related_sku = relations.related_sku
    left join {{ ref('int_pair_substitutes') }} as substitutes
        on
            expected.snapshot_at = substitutes.snapshot_at
            and expected.sku = substitutes.sku
            and expected.related_sku = substitutes.related_sku
    left join {{ ref('stg_products') }} as products
        on expected.related_sku = products.sku
    left join {{ ref('use_profiles') }} as profiles
        on lower(products.category) = lower(profiles.applies_to_value) and profiles.applies_to = 'category'
),

-- Two SKUs of one taste lift each other in either order. Among all pairs with a lift the share of those that only look lopsided is estimated from
-- their p-values (Storey): where hardly any comes as often the other way round, taste explains nothing here, and less is asked of a pair; where most
-- do, much is. By Benjamini and Hochberg the pairs that pass are false in at most pair_max_false_share.
lifted as (
    select
        snapshot_at,
        sku,
        related_sku,
        order_p_value,
        row_number() over (partition by snapshot_at order by order_p_value asc, sku asc, related_sku asc) as place,
        {{ post_purchase_gate.pairs_of_either_order('order_p_value', 'partition by snapshot_at') }} as pairs_of_either_order
    from pairs
    where has_lift
),

ordered as (
    select
        snapshot_at,
        sku,
        related_sku,
        order_p_value <= 0.5 as leads,
        min(order_p_value * pairs_of_either_order / place) over (
            partition by snapshot_at order by place desc rows between unbounded preceding and current row
        ) as false_share
    from lifted
),

proved as (
    select
        pairs.*,
        cast(case when ordered.false_share < 1 then ordered.false_share when ordered.sku is not null then 1 end as decimal(9, 6)) as false_share,
        coalesce(ordered.leads and ordered.false_share <= {{ var('pair_max_false_share') }}, false) as is_proven
    from pairs
    left join ordered
        on
            pairs.snapshot_at = ordered.snapshot_at
            and pairs.sku = ordered.sku
            and pairs.related_sku = ordered.related_sku
),

judged as (
    select
        *,
        case when not is_declared and support < {{ var('pair_min_support') }} then ',too_few_customers' else '' end
        || case
            when not is_declared and support >= {{ var('pair_min_support') }} and not has_lift then ',lift_not_proven'
            else ''
        end
        || case
            when not is_declared and has_lift and not is_proven then ',as_often_the_other_way'
            else ''
        end
        || case when is_substitute then ',substitute' else '' end
        || case when compatibility = 'incompatible' then ',incompatible' else '' end
        || case when compatibility = 'unknown' then ',compatibility_unknown' else '' end
        || case when needs_compatibility and compatibility is null then ',compatibility_not_stated' else '' end
        || case when expected_contribution_profit is null then ',no_cost' else '' end
        || case when value_lower_bound <= 0 then ',earns_nothing' else '' end
            as refusals
    from proved
)

select
    *,
    case when is_declared then relations when is_substitute then 'substitute' when is_proven then 'proven' end as relation,
    substring(refusals, 2) as refusal_reasons,
    refusals = '' as is_recommendable
from judged
