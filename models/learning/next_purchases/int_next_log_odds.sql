-- What the coefficients say of every history, and its place among those of its trip.
with

scored as (
    select
        histories.*,
        cast(
            {{ post_purchase_gate.logistic_log_odds(post_purchase_gate.next_features(), 'histories', 'coefficients') }}
            as decimal(18, 9)
        ) as log_odds
    from {{ ref('int_next_histories') }} as histories
    cross join {{ ref('int_next_coefficients') }} as coefficients
)

select
    customer_id,
    sku,
    target_trip,
    is_coming,
    purchases,
    trips_since,
    last_bought_on,
    outcome,
    log_odds,
    cast(row_number() over (partition by customer_id, target_trip order by log_odds desc, sku asc) as integer) as position
from scored
