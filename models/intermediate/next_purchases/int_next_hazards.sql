-- The cell's probability, moved halfway by how the history's own rate differs from its cell's. A history that nobody learned from has none.
select
    histories.customer_id,
    histories.sku,
    histories.target_trip,
    histories.is_coming,
    histories.purchases,
    histories.trips_since,
    histories.last_bought_on,
    histories.is_bought,
    cast(
        cells.probability * sqrt(histories.rate / cast(nullif(cells.mean_rate, 0) as {{ post_purchase_gate.type_double() }}))
        as decimal(18, 9)
    ) as probability
from {{ ref('int_next_histories') }} as histories
inner join {{ ref('int_next_cells') }} as cells
    on
        histories.rate_step = cells.rate_step
        and histories.recency_step = cells.recency_step
        and histories.purchases_step = cells.purchases_step
