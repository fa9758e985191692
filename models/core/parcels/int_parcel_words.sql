{{ config(materialized='view') }}
-- What was said of a parcel, in the order in which it counts: the carrier's events, and what the shop says (shipped, delivered). Words of one
-- instant take the order of a parcel's life.
with

parcels as (
    select
        fulfillments.fulfillment_id,
        fulfillments.shipped_at,
        fulfillments.delivered_at,
        coalesce(orders.delivery_method = 'pickup', false) as is_pickup
    from {{ ref('stg_fulfillments') }} as fulfillments
    inner join {{ ref('int_orders') }} as orders
        on fulfillments.order_id = orders.order_id
),

said as (
    select
        fulfillment_id,
        event_id,
        event_type as word,
        occurred_at
    from {{ ref('stg_fulfillment_events') }}
    union all
    select
        fulfillment_id,
        cast(null as {{ dbt.type_string() }}) as event_id,
        case when is_pickup then 'handed_over' else 'shipped' end as word,
        shipped_at as occurred_at
    from parcels
    where shipped_at is not null
    union all
    select
        fulfillment_id,
        cast(null as {{ dbt.type_string() }}) as event_id,
        'shop_delivered' as word,
        delivered_at as occurred_at
    from parcels
    where delivered_at is not null
),

kinds as (
    select
        *,
        word not in ('shipped', 'handed_over', 'shop_delivered', 'label_created') as is_carrier,
        word in ('in_transit', 'out_for_delivery') as is_movement,
        word in ('delivered', 'shop_delivered', 'picked_up') as is_arrival,
        word in ('lost', 'failed', 'returned_to_sender') as is_failure,
        word = 'attempted_delivery' or word like 'exception_%' as is_exception,
        case word
            when 'shipped' then 0 when 'handed_over' then 0 when 'label_created' then 1 when 'in_transit' then 3 when 'out_for_delivery' then 4
            when 'available_for_pickup' then 6 when 'delivered' then 7 when 'shop_delivered' then 8 when 'picked_up' then 8
            when 'damaged' then 9 when 'failed' then 10 when 'lost' then 11 when 'returned_to_sender' then 12
            -- an exception, an attempt, or a word that nobody knows and that may mean one
            else 5
        end as life_order
    from said
)

select
    fulfillment_id,
    row_number() over (partition by fulfillment_id order by occurred_at, life_order, word, event_id) as word_number,
    event_id,
    word,
    occurred_at,
    is_carrier,
    is_movement,
    is_arrival,
    is_failure,
    is_exception
from kinds
