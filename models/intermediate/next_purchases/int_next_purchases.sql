select
    trips.customer_id,
    lines.sku,
    trips.trip_number,
    trips.bought_on
from {{ ref('int_pair_lines') }} as lines
inner join {{ ref('int_snapshots') }} as snapshots
    on lines.snapshot_at = snapshots.snapshot_at
inner join {{ ref('int_next_trips') }} as trips
    on lines.customer_id = trips.customer_id and cast(lines.ordered_at as date) = trips.bought_on
where snapshots.is_current and not lines.is_renewal and not lines.is_gift
group by trips.customer_id, lines.sku, trips.trip_number, trips.bought_on
