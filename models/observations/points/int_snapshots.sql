-- Up to when the shop's history is learned from: learned_at (as_of, or the last live_learning_step) for what is decided now, the start of its quarter (or
-- other learning_step) for a past point. A past decision then rests on what could be known, and learning twelve times costs no more than three years of quarters.
with

instants as (
    select snapshot_at
    from {{ ref('int_points') }}
    {{ post_purchase_gate.union_distinct() }}
    select {{ post_purchase_gate.learned_at() }} as snapshot_at
)

select
    cast(snapshot_at as {{ dbt.type_timestamp() }}) as snapshot_at,
    snapshot_at = {{ post_purchase_gate.learned_at() }} as is_current
from instants
