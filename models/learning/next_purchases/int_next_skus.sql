{{ config(materialized='view') }}
-- One probability for what was bought before and what was not: that the customer's coming trip holds the SKU.
with

coming as (
    select
        scored.*,
        {{ post_purchase_gate.logistic_log_odds(['intercept', 'log_odds'], 'scored', 'calibration') }} as calibrated
    from {{ ref('int_next_scores') }} as scored
    cross join {{ ref('int_next_calibration') }} as calibration
    where scored.is_coming
),

unseen as (
    select
        scored.*,
        1 / (1 + exp(-1 * cast(
            {{ post_purchase_gate.logistic_log_odds(post_purchase_gate.next_new_features(), 'scored', 'calibration') }}
            as {{ post_purchase_gate.type_double() }}
        ))) as chance
    from {{ ref('int_next_new') }} as scored
    cross join {{ ref('int_next_new_calibration') }} as calibration
    where scored.look = 0
),

candidates as (
    select
        customer_id,
        sku,
        'repeat' as kind,
        cast(1 / (1 + exp(-1 * cast(calibrated as {{ post_purchase_gate.type_double() }}))) as decimal(18, 9)) as probability,
        purchases,
        trips_since,
        last_bought_on,
        cast(null as {{ dbt.type_string() }}) as from_sku,
        cast(null as decimal(18, 6)) as lift
    from coming
    union all
    select
        customer_id,
        sku,
        'new' as kind,
        cast({{ post_purchase_gate.least() }}(chance * {{ post_purchase_gate.greatest() }}(coalesce(lift, 1), 1), 0.999) as decimal(18, 9)) as probability,
        cast(0 as integer) as purchases,
        cast(null as integer) as trips_since,
        cast(null as date) as last_bought_on,
        from_sku,
        lift
    from unseen
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
