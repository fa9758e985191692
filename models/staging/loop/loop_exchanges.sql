{{ config(enabled=post_purchase_gate.uses_connector('loop')) }}
-- Loop knows by which order an exchange went out; the store's own tables do not say what it answers. By ids alone, and only where Loop serves one store:
-- another store may have the same ids.
select
    stores.store_id || '-' || returns.exchange_order_id as order_id,
    min(stores.store_id || '-' || returns.order_id) as parent_order_id
from {{ ref('src_loop__return') }} as returns
inner join {{ ref('connected_stores') }} as stores
    on returns._store = stores._store and stores.connector = 'loop' and stores.is_only
where returns.exchange_order_id is not null and returns.order_id is not null and returns.exchange_order_id <> returns.order_id
group by stores.store_id, returns.exchange_order_id
-- an order that answers two answers neither
having min(returns.order_id) = max(returns.order_id)
