-- One probability for what was bought before and what was not: that the customer's coming trip holds the SKU.
with

coming as (
    select
        hazards.*,
        hazards.probability * coalesce(factors.factor, 1) as raw_probability
    from {{ ref('int_next_hazards') }} as hazards
    left join {{ ref('int_next_sku_factors') }} as factors
        on hazards.sku = factors.sku
    where hazards.is_coming
),

candidates as (
    select
        coming.customer_id,
        coming.sku,
        'repeat' as kind,
        cast(least(coming.raw_probability * coalesce(calibration.ratio, 1), 0.999) as decimal(18, 9)) as probability,
        coming.purchases,
        coming.trips_since,
        coming.last_bought_on,
        cast(null as {{ dbt.type_string() }}) as from_sku,
        cast(null as decimal(18, 6)) as lift
    from coming
    left join {{ ref('int_next_calibration') }} as calibration
        on {{ post_purchase_gate.next_rate_step('coming.raw_probability') }} = calibration.probability_step
    union all
    select
        customer_id,
        sku,
        'new' as kind,
        probability,
        cast(0 as integer) as purchases,
        cast(null as integer) as trips_since,
        cast(null as date) as last_bought_on,
        from_sku,
        lift
    from {{ ref('int_next_new') }}
),

ranked as (
    select
        *,
        cast(row_number() over (partition by customer_id order by probability desc, sku asc) as integer) as position,
        cast(row_number() over (partition by customer_id, kind order by probability desc, sku asc) as integer) as position_in_kind
    from candidates
)

select
    customer_id,
    sku,
    kind,
    probability,
    purchases,
    trips_since,
    last_bought_on,
    from_sku,
    lift,
    position,
    position_in_kind
from ranked
where position_in_kind <= {{ var('next_skus_per_customer') }}
