{{ config(enabled=(var('connections') | length > 0)) }}
-- What connected tools call orders, and the order that is meant: by its id in a store that the tool serves, else by its name there. What leads to
-- several orders leads to none.
with

said as (
    select * from {{ ref('connected_order_names') }}
),

candidates as (
    select
        said.connector,
        said._store,
        said.order_said,
        served.store_id,
        served.store_id || '-' || said.order_said as order_id,
        {{ post_purchase_gate.folded_name('said.order_said') }} as folded_name
    from said
    inner join {{ ref('connected_stores') }} as served
        on said.connector = served.connector and said._store = served._store
    where said.order_said is not null
),

by_id as (
    select
        candidates.connector,
        candidates._store,
        candidates.order_said,
        min(orders.order_id) as order_id,
        count(*) as orders
    from candidates
    inner join {{ ref('connected_orders') }} as orders
        on candidates.order_id = orders.order_id
    group by candidates.connector, candidates._store, candidates.order_said
),

by_name as (
    select
        candidates.connector,
        candidates._store,
        candidates.order_said,
        min(orders.order_id) as order_id,
        count(*) as orders
    from candidates
    inner join {{ ref('connected_orders') }} as orders
        on candidates.store_id = orders.store_id and candidates.folded_name = orders.folded_name
    group by candidates.connector, candidates._store, candidates.order_said
)

select
    connector,
    _store,
    order_said,
    order_id,
    'id' as linked_by
from by_id
where orders = 1
union all
select
    by_name.connector,
    by_name._store,
    by_name.order_said,
    by_name.order_id,
    'name' as linked_by
from by_name
left join by_id
    on by_name.connector = by_id.connector and by_name._store = by_id._store and by_name.order_said = by_id.order_said
where by_name.orders = 1 and by_id.order_said is null
