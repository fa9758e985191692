with

pairs as (
    select * from {{ ref('int_pairs') }}
)

select
    -- ids
    cast(pairs.sku as {{ dbt.type_string() }}) as sku,
    cast(pairs.related_sku as {{ dbt.type_string() }}) as related_sku,
    cast(pairs.snapshot_at as {{ dbt.type_timestamp() }}) as as_of,
    -- text
    cast(pairs.relation as {{ dbt.type_string() }}) as relation,
    cast(pairs.compatibility as {{ dbt.type_string() }}) as compatibility,
    cast(pairs.probability_basis as {{ dbt.type_string() }}) as probability_basis,
    cast(pairs.refusal_reasons as {{ dbt.type_string() }}) as refusal_reasons,
    -- numbers
    cast(pairs.anchors as bigint) as anchors,
    cast(pairs.support as bigint) as support,
    cast(pairs.probability as decimal(18, 6)) as probability,
    cast(pairs.base_probability as decimal(18, 6)) as base_probability,
    cast(pairs.expected as decimal(18, 4)) as expected,
    cast(pairs.lift as decimal(18, 4)) as lift,
    cast(pairs.lift_lower_bound as decimal(18, 4)) as lift_lower_bound,
    cast(pairs.reverse_support as bigint) as reverse_support,
    cast(pairs.symmetry_lower_bound as decimal(18, 4)) as symmetry_lower_bound,
    cast(pairs.false_share as decimal(9, 6)) as false_share,
    cast(pairs.log_likelihood_ratio as decimal(18, 4)) as log_likelihood_ratio,
    cast(pairs.incremental_probability as decimal(18, 6)) as incremental_probability,
    cast(pairs.incremental_probability_lower_bound as decimal(18, 6)) as incremental_probability_lower_bound,
    cast(pairs.expected_contribution_profit as decimal(18, 4)) as expected_contribution_profit,
    cast(pairs.recommendation_value as decimal(18, 6)) as recommendation_value,
    cast(pairs.value_lower_bound as decimal(18, 6)) as value_lower_bound,
    cast(pairs.value_upper_bound as decimal(18, 6)) as value_upper_bound,
    -- booleans
    pairs.is_declared,
    pairs.is_proven,
    pairs.is_recommendable
from pairs
inner join {{ ref('int_snapshots') }} as snapshots
    on pairs.snapshot_at = snapshots.snapshot_at
where snapshots.is_current
