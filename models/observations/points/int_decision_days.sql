-- Days on which the profit of a unit is expected: those of the snapshots. A day for each past message would be days times SKUs, for figures
-- that hardly move within a quarter.
select cast(snapshot_at as date) as decision_date
from {{ ref('int_snapshots') }}
group by cast(snapshot_at as date)
