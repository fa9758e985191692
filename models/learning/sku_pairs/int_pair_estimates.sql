-- Probabilities with their 90 % bounds: the pair's own, shrunk to the base rate times the lift of its categories, and what like customers do
-- without. Two SKUs of one taste are bought after each other in either order; what leads to the other is bought first. How strongly a declared pair is
-- shrunk, and to what, the shop's declared pairs say.
with

counted as (
    select
        expected.snapshot_at,
        expected.sku,
        expected.related_sku,
        relations.sku is not null as is_declared,
        cast(expected.anchors as {{ post_purchase_gate.type_double() }}) as anchors,
        cast(coalesce(counts.support, 0) as {{ post_purchase_gate.type_double() }}) as support,
        cast(expected.expected as {{ post_purchase_gate.type_double() }}) as expected,
        expected.expected / nullif(cast(expected.anchors as {{ post_purchase_gate.type_double() }}), 0) as base_probability,
        coalesce(category_lifts.category_lift, 1) as category_lift,
        related_skus.later_customers,
        cast(coalesce(reverse_counts.support, 0) as {{ post_purchase_gate.type_double() }}) as reverse_support,
        cast(reverse_expected.expected as {{ post_purchase_gate.type_double() }}) as reverse_expected
    from {{ ref('int_pair_expected') }} as expected
    left join {{ ref('int_pair_counts') }} as counts
        on
            expected.snapshot_at = counts.snapshot_at
            and expected.sku_key = counts.sku_key
            and expected.related_sku_key = counts.related_sku_key
    left join {{ ref('int_pair_counts') }} as reverse_counts
        on
            expected.snapshot_at = reverse_counts.snapshot_at
            and expected.sku_key = reverse_counts.related_sku_key
            and expected.related_sku_key = reverse_counts.sku_key
    left join {{ ref('int_pair_expected') }} as reverse_expected
        on
            expected.snapshot_at = reverse_expected.snapshot_at
            and expected.sku_key = reverse_expected.related_sku_key
            and expected.related_sku_key = reverse_expected.sku_key
    left join {{ ref('int_pair_relations') }} as relations
        on
            expected.sku = relations.sku
            and expected.related_sku = relations.related_sku
            and not relations.is_substitute
            and coalesce(relations.compatibility, 'compatible') <> 'incompatible'
    left join {{ ref('int_pair_skus') }} as skus
        on expected.snapshot_at = skus.snapshot_at and expected.sku_key = skus.sku_key
    left join {{ ref('int_pair_skus') }} as related_skus
        on expected.snapshot_at = related_skus.snapshot_at and expected.related_sku_key = related_skus.sku_key
    left join {{ ref('int_pair_category_lifts') }} as category_lifts
        on
            expected.snapshot_at = category_lifts.snapshot_at
            and skus.category = category_lifts.category
            and related_skus.category = category_lifts.related_category
),

{{ post_purchase_gate.pair_bounds('counted') }}

select
    snapshot_at,
    sku,
    related_sku,
    cast(anchors as bigint) as anchors,
    cast(support as bigint) as support,
    cast(expected as decimal(18, 6)) as expected,
    cast(probability as decimal(18, 9)) as probability,
    cast(base_probability as decimal(18, 9)) as base_probability,
    cast(support / nullif(expected, 0) as decimal(18, 6)) as lift,
    cast({{ post_purchase_gate.lift_lower_bound('support', 'expected') }} as decimal(18, 6)) as lift_lower_bound,
    cast(reverse_support as bigint) as reverse_support,
    cast({{ post_purchase_gate.symmetry_lower_bound('support', 'reverse_support', 'expected', 'reverse_expected') }} as decimal(18, 6)) as symmetry_lower_bound,
    cast(
        {{ post_purchase_gate.symmetry_p_value('support', 'reverse_support', 'expected', 'reverse_expected', var('pair_min_symmetry')) }}
        as {{ post_purchase_gate.type_double() }}
    ) as order_p_value,
    cast({{ post_purchase_gate.log_likelihood_ratio('support', 'expected', 'anchors') }} as decimal(18, 4)) as log_likelihood_ratio,
    cast(probability - base_probability as decimal(18, 9)) as incremental_probability,
    -- distances to the bounds, by MOVER: those of the two probabilities, squared and added
    cast(sqrt(
        power(probability - probability_low, 2) + power({{ post_purchase_gate.greatest() }}(base_high - base_probability, 0), 2)
    ) as decimal(18, 9)) as distance_down,
    cast(sqrt(
        power(probability_high - probability, 2) + power({{ post_purchase_gate.greatest() }}(base_probability - base_low, 0), 2)
    ) as decimal(18, 9)) as distance_up
from pair_bounds
