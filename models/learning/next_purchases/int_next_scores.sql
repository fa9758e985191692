-- Log-odds with the SKU's factor in them, and the SKUs that head the list of a trip.
with

scored as (
    select
        log_odds.customer_id,
        log_odds.sku,
        log_odds.target_trip,
        log_odds.is_coming,
        log_odds.is_judged,
        log_odds.purchases,
        log_odds.trips_since,
        log_odds.last_bought_on,
        log_odds.outcome,
        -- a SKU that nobody's trip told anything of has no factor
        cast(
            exponent.intercept + exponent.log_odds * log_odds.log_odds + exponent.log_factor * coalesce(factors.log_factor, 0) as decimal(18, 9)
        ) as log_odds
    from {{ ref('int_next_log_odds') }} as log_odds
    cross join {{ ref('int_next_exponent') }} as exponent
    left join {{ ref('int_next_sku_factors') }} as factors
        on log_odds.sku = factors.sku and log_odds.fold = factors.fold
),

placed as (
    select
        *,
        cast(row_number() over (partition by customer_id, target_trip order by log_odds desc, sku asc) as integer) as position
    from scored
)

select *
from placed
where position <= {{ var('next_skus_per_customer') }}
