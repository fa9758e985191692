with

pairs as (
    select
        estimates.*,
        expected.sku as pair_sku,
        expected.related_sku as pair_related_sku,
        expected.anchors as pair_anchors,
        related_values.probability_basis,
        related_values.expected_contribution_profit,
        related_values.incremental_probability as value_increase,
        related_values.incremental_probability_lower_bound,
        related_values.recommendation_value,
        related_values.value_lower_bound,
        related_values.value_upper_bound,
        relations.sku is not null as is_declared,
        relations.relations,
        relations.compatibility,
        coalesce(relations.is_substitute, false) or (relations.sku is null and substitutes.sku is not null) as is_substitute,
        estimates.support >= {{ var('pair_min_support') }} and estimates.lift_lower_bound > {{ var('pair_min_lift') }} as is_proven,
        coalesce(profiles.needs_compatibility, false) as needs_compatibility
    from {{ ref('int_pair_expected') }} as expected
    inner join {{ ref('int_pair_values') }} as related_values
        on expected.sku = related_values.sku and expected.related_sku = related_values.related_sku
    left join {{ ref('int_pair_estimates') }} as estimates
        on expected.sku = estimates.sku and expected.related_sku = estimates.related_sku
    left join {{ ref('int_pair_relations') }} as relations
        on expected.sku = relations.sku and expected.related_sku = relations.related_sku
    left join {{ ref('int_pair_substitutes') }} as substitutes
        on expected.sku = substitutes.sku and expected.related_sku = substitutes.related_sku
    left join {{ ref('stg_products') }} as products
        on expected.related_sku = products.sku
    left join {{ ref('use_profiles') }} as profiles
        on lower(products.category) = lower(profiles.applies_to_value) and profiles.applies_to = 'category'
),

judged as (
    select
        *,
        case when not is_declared and coalesce(support, 0) < {{ var('pair_min_support') }} then ',too_few_customers' else '' end
        || case
            when not is_declared and support >= {{ var('pair_min_support') }} and not coalesce(is_proven, false) then ',lift_not_proven'
            else ''
        end
        || case when is_substitute then ',substitute' else '' end
        || case when compatibility = 'incompatible' then ',incompatible' else '' end
        || case when needs_compatibility and compatibility is null then ',compatibility_not_stated' else '' end
        || case when expected_contribution_profit is null then ',no_cost' else '' end
        || case when value_lower_bound <= 0 then ',earns_nothing' else '' end
            as refusals
    from pairs
)

select
    -- ids
    cast(pair_sku as {{ dbt.type_string() }}) as sku,
    cast(pair_related_sku as {{ dbt.type_string() }}) as related_sku,
    {{ post_purchase_gate.as_of() }} as as_of,
    -- text
    cast(case when is_declared then relations when is_substitute then 'substitute' when is_proven then 'proven' end as {{ dbt.type_string() }})
        as relation,
    cast(compatibility as {{ dbt.type_string() }}) as compatibility,
    cast(probability_basis as {{ dbt.type_string() }}) as probability_basis,
    cast(substring(refusals, 2) as {{ dbt.type_string() }}) as refusal_reasons,
    -- numbers
    cast(pair_anchors as bigint) as anchors,
    cast(coalesce(support, 0) as bigint) as support,
    cast(probability as decimal(18, 6)) as probability,
    cast(base_probability as decimal(18, 6)) as base_probability,
    cast(coalesce(expected, 0) as decimal(18, 4)) as expected,
    cast(lift as decimal(18, 4)) as lift,
    cast(lift_lower_bound as decimal(18, 4)) as lift_lower_bound,
    cast(log_likelihood_ratio as decimal(18, 4)) as log_likelihood_ratio,
    cast(value_increase as decimal(18, 6)) as incremental_probability,
    cast(incremental_probability_lower_bound as decimal(18, 6)) as incremental_probability_lower_bound,
    cast(expected_contribution_profit as decimal(18, 4)) as expected_contribution_profit,
    cast(recommendation_value as decimal(18, 6)) as recommendation_value,
    cast(value_lower_bound as decimal(18, 6)) as value_lower_bound,
    cast(value_upper_bound as decimal(18, 6)) as value_upper_bound,
    -- booleans
    is_declared,
    coalesce(is_proven, false) as is_proven,
    refusals = '' as is_recommendable
from judged
