-- Days on which profit is expected: those of the points, and those of the snapshots, from which pairs are valued.
select cast(point_at as date) as decision_date
from {{ ref('int_points') }}
union
select cast(snapshot_at as date) as decision_date
from {{ ref('int_snapshots') }}
