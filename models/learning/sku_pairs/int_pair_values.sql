-- The value of recommending, V, with 90 % bounds by MOVER. A declared pair is measured once its anchors could have shown the conversion
-- that is assumed of it; until then it stands on the assumption, which may be wrong by the error that is assumed of it.
with

pairs as (
    select
        expected.snapshot_at,
        expected.sku,
        expected.related_sku,
        relations.sku is not null
        and coalesce(estimates.support, 0) < {{ var('pair_min_support') }}
        and expected.anchors * (coalesce(estimates.base_probability, 0) + assumptions.declared_pair_probability)
        < {{ var('pair_min_support') }} as is_assumed,
        estimates.probability,
        estimates.incremental_probability,
        estimates.distance_down,
        estimates.distance_up,
        contribution.expected_contribution_profit,
        contribution.contribution_variance,
        assumptions.declared_pair_probability,
        assumptions.assumed_probability_error,
        assumptions.treated_conversion as assumed_conversion,
        assumptions.planned_discount,
        assumptions.send_cost,
        assumptions.unsubscribe_increase,
        assumptions.unsubscribe_loss
    from {{ ref('int_pair_expected') }} as expected
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    left join {{ ref('int_pair_estimates') }} as estimates
        on
            expected.snapshot_at = estimates.snapshot_at
            and expected.sku = estimates.sku
            and expected.related_sku = estimates.related_sku
    left join {{ ref('int_pair_relations') }} as relations
        on expected.sku = relations.sku and expected.related_sku = relations.related_sku
    left join {{ ref('int_unit_contribution') }} as contribution
        on expected.related_sku = contribution.sku and cast(expected.snapshot_at as date) = contribution.decision_date
),

increases as (
    select
        snapshot_at,
        sku,
        related_sku,
        is_assumed,
        expected_contribution_profit,
        contribution_variance,
        planned_discount,
        send_cost,
        unsubscribe_increase,
        unsubscribe_loss,
        case when is_assumed then declared_pair_probability else incremental_probability end as incremental_conversion,
        -- every converter gets the discount, those who would have bought anyway too
        case when is_assumed then assumed_conversion else probability end as treated_conversion,
        case
            when is_assumed then {{ post_purchase_gate.assumed_distance_down('declared_pair_probability', 'assumed_probability_error') }}
            else distance_down
        end as distance_down,
        case
            when is_assumed then {{ post_purchase_gate.assumed_distance_up('declared_pair_probability', 'assumed_probability_error') }}
            else distance_up
        end as distance_up
    from pairs
),

valued as (
    select
        *,
        {{ post_purchase_gate.recommendation_value() }} as recommendation_value
    from increases
)

select
    snapshot_at,
    sku,
    related_sku,
    case when is_assumed then 'assumed' else 'observational' end as probability_basis,
    expected_contribution_profit,
    cast(incremental_conversion as decimal(18, 9)) as incremental_probability,
    cast(treated_conversion as decimal(18, 9)) as treated_probability,
    cast(distance_down as decimal(18, 9)) as distance_down,
    cast(distance_up as decimal(18, 9)) as distance_up,
    cast(incremental_conversion - distance_down as decimal(18, 9)) as incremental_probability_lower_bound,
    cast(recommendation_value as decimal(18, 6)) as recommendation_value,
    cast({{ post_purchase_gate.value_lower_bound() }} as decimal(18, 6)) as value_lower_bound,
    cast({{ post_purchase_gate.value_upper_bound() }} as decimal(18, 6)) as value_upper_bound
from valued
