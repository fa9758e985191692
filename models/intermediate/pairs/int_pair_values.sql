-- The value of recommending, V, with 90 % bounds by MOVER. A declared pair is measured once its anchors could have shown the conversion
-- that is assumed of it; until then it stands on the assumption.
with

pairs as (
    select
        expected.sku,
        expected.related_sku,
        relations.sku is not null
        and coalesce(estimates.support, 0) < {{ var('pair_min_support') }}
        and expected.anchors * (coalesce(estimates.base_probability, 0) + assumptions.declared_pair_probability)
        < {{ var('pair_min_support') }} as is_assumed,
        estimates.incremental_probability as measured_increase,
        estimates.distance_down,
        estimates.distance_up,
        contribution.expected_contribution_profit,
        coalesce(contribution.contribution_variance, 0) as contribution_variance,
        assumptions.declared_pair_probability,
        assumptions.treated_conversion,
        assumptions.planned_discount,
        assumptions.send_cost,
        assumptions.unsubscribe_increase,
        assumptions.unsubscribe_loss
    from {{ ref('int_pair_expected') }} as expected
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    left join {{ ref('int_pair_estimates') }} as estimates
        on expected.sku = estimates.sku and expected.related_sku = estimates.related_sku
    left join {{ ref('int_pair_relations') }} as relations
        on expected.sku = relations.sku and expected.related_sku = relations.related_sku
    left join {{ ref('int_pair_contribution') }} as contribution
        on expected.related_sku = contribution.sku
),

increases as (
    select
        *,
        case when is_assumed then declared_pair_probability else measured_increase end as incremental_conversion,
        -- an assumption has no sampling error
        case when is_assumed then 0 else distance_down end as down,
        case when is_assumed then 0 else distance_up end as up
    from pairs
),

valued as (
    select
        *,
        cast({{ post_purchase_gate.recommendation_value() }} as {{ post_purchase_gate.type_double() }}) as expected_value,
        power(1.645 * cast(incremental_conversion as {{ post_purchase_gate.type_double() }}), 2) * contribution_variance as profit_spread,
        cast(
            expected_contribution_profit * case when expected_contribution_profit >= 0 then down else up end
            as {{ post_purchase_gate.type_double() }}
        ) as value_down,
        cast(
            expected_contribution_profit * case when expected_contribution_profit >= 0 then up else down end
            as {{ post_purchase_gate.type_double() }}
        ) as value_up
    from increases
)

select
    sku,
    related_sku,
    case when is_assumed then 'assumed' else 'observational' end as probability_basis,
    expected_contribution_profit,
    cast(incremental_conversion as decimal(18, 9)) as incremental_probability,
    cast(incremental_conversion - down as decimal(18, 9)) as incremental_probability_lower_bound,
    cast(expected_value as decimal(18, 6)) as recommendation_value,
    cast(expected_value - sqrt(power(value_down, 2) + profit_spread) as decimal(18, 6)) as value_lower_bound,
    cast(expected_value + sqrt(power(value_up, 2) + profit_spread) as decimal(18, 6)) as value_upper_bound
from valued
