select
    trips.customer_id,
    lines.sku,
    trips.trip_number,
    trips.bought_on
from {{ ref('int_pair_lines') }} as lines
inner join {{ ref('int_next_trips') }} as trips
    on lines.customer_id = trips.customer_id and cast(lines.ordered_at as date) = trips.bought_on
where lines.snapshot_at = {{ post_purchase_gate.learned_at() }} and not lines.is_renewal and not lines.is_gift
group by trips.customer_id, lines.sku, trips.trip_number, trips.bought_on
