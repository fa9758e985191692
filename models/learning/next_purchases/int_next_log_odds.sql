-- What the coefficients say of every history, before the SKU's own factor.
select
    histories.customer_id,
    histories.sku,
    histories.target_trip,
    histories.is_coming,
    histories.fold,
    histories.is_judged,
    histories.purchases,
    histories.trips_since,
    histories.last_bought_on,
    histories.weight,
    histories.outcome,
    cast(
        {{ post_purchase_gate.logistic_log_odds(post_purchase_gate.next_features(), 'histories', 'coefficients') }}
        as decimal(18, 9)
    ) as log_odds
from {{ ref('int_next_histories') }} as histories
cross join {{ ref('int_next_coefficients') }} as coefficients
