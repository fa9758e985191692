-- Without it an experiment could name a horizon at which nothing is counted, and never be decided.
select
    action,
    horizon_days
from {{ ref('experiments') }}
where horizon_days not in ({{ post_purchase_gate.list_var('watch_horizons_days') | join(', ') }})
