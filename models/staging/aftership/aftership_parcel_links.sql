{{ config(enabled=post_purchase_gate.uses_connector('aftership')) }}
-- Which parcels a tracking is of, and from when until when its words are theirs.
-- By number: parcels of one number that were made within tracking_reuse_days of each other went together; one made later is another parcel, whose
-- carrier uses the number again. What the carrier said more than tracking_early_days before the parcel was made, it said of an earlier one. Where the
-- tracking names an order that is there, only parcels that went with that order's count.
-- By order: a tracking that no number leads anywhere is of the order's parcel where there is one, and it has no number of its own. Where it may be of
-- several, or of a parcel with another number (a return, a second carrier), it is of none, and nobody knows what became of those that no other
-- tracking is of.
{%- set reuse = var('tracking_reuse_days') %}
with

trackings as (
    select
        _store,
        id as tracking_id,
        {{ post_purchase_gate.bare_code('tracking_number') }} as tracking_number,
        order_id as order_said,
        order_number as number_said
    from {{ ref('src_aftership__tracking') }}
),

served as (
    select * from {{ ref('connected_stores') }}
    where connector = 'aftership'
),

orders as (
    select
        trackings._store,
        trackings.tracking_id,
        trackings.tracking_number,
        coalesce(said.order_id, numbered.order_id) as order_id
    from trackings
    left join {{ ref('connected_order_links') }} as said
        on trackings._store = said._store and trackings.order_said = said.order_said and said.connector = 'aftership'
    left join {{ ref('connected_order_links') }} as numbered
        on trackings._store = numbered._store and trackings.number_said = numbered.order_said and numbered.connector = 'aftership'
),

-- the lives of a number
steps as (
    select
        *,
        case
            when
                lag(made_at) over (partition by store_id, tracking_number order by made_at, fulfillment_id)
                < {{ post_purchase_gate.add_days('-1 * ' ~ reuse, 'made_at') }}
                then 1
            else 0
        end as is_new_life
    from {{ ref('connected_parcels') }}
    where tracking_number is not null and made_at is not null
),

lives as (
    select
        store_id,
        tracking_number,
        fulfillment_id,
        order_id,
        made_at,
        sum(is_new_life) over (
            partition by store_id, tracking_number order by made_at, fulfillment_id
            rows between unbounded preceding and current row
        ) as life
    from steps
),

spans as (
    select
        store_id,
        tracking_number,
        life,
        {{ post_purchase_gate.add_days('-1 * ' ~ var('tracking_early_days'), 'min(made_at)') }} as from_at
    from lives
    group by store_id, tracking_number, life
),

bounded as (
    select
        *,
        coalesce(lead(from_at) over (partition by store_id, tracking_number order by life), {{ post_purchase_gate.end_of_time() }}) as until_at
    from spans
),

matched as (
    select
        orders._store,
        orders.tracking_id,
        orders.order_id as named_order_id,
        lives.fulfillment_id,
        bounded.from_at,
        bounded.until_at,
        max(case when lives.order_id = orders.order_id then 1 else 0 end)
            over (partition by orders._store, orders.tracking_id, lives.store_id, lives.life) as life_has_order
    from orders
    inner join served
        on orders._store = served._store
    inner join lives
        on served.store_id = lives.store_id and orders.tracking_number = lives.tracking_number
    inner join bounded
        on lives.store_id = bounded.store_id and lives.tracking_number = bounded.tracking_number and lives.life = bounded.life
),

by_number as (
    select
        _store,
        tracking_id,
        fulfillment_id,
        from_at,
        until_at
    from matched
    where named_order_id is null or life_has_order = 1
),

tracked as (
    select distinct fulfillment_id
    from by_number
),

linked as (
    select distinct
        _store,
        tracking_id
    from by_number
),

order_parcels as (
    select
        order_id,
        fulfillment_id,
        count(tracking_number) as numbers
    from {{ ref('connected_parcels') }}
    group by order_id, fulfillment_id
),

counted as (
    select
        *,
        count(*) over (partition by order_id) as parcels
    from order_parcels
),

by_order as (
    select
        orders._store,
        orders.tracking_id,
        counted.fulfillment_id,
        case when counted.parcels = 1 and counted.numbers = 0 then 'order' else 'unclear' end as linked_by
    from orders
    left join linked
        on orders._store = linked._store and orders.tracking_id = linked.tracking_id
    inner join counted
        on orders.order_id = counted.order_id
    left join tracked
        on counted.fulfillment_id = tracked.fulfillment_id
    where linked.tracking_id is null and tracked.fulfillment_id is null
)

select
    _store,
    tracking_id,
    fulfillment_id,
    'number' as linked_by,
    from_at,
    until_at
from by_number
union all
select
    _store,
    tracking_id,
    fulfillment_id,
    linked_by,
    cast(null as {{ dbt.type_timestamp() }}) as from_at,
    cast(null as {{ dbt.type_timestamp() }}) as until_at
from by_order
