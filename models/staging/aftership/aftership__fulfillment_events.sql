{{ config(enabled=post_purchase_gate.uses_connector('aftership')) }}
-- A tracking's words, for every parcel that it is of and while they are that parcel's. Of a parcel that a tracking may be of and may not, a word that
-- no list has: nobody knows what became of it. That nothing was heard any more takes back no delivery that the store has seen.
{%- set key = ['checkpoints.tracking_id', 'links.fulfillment_id', 'checkpoints.event_type', 'checkpoints.tag', 'checkpoints.occurred_at'] %}
with

parcels as (
    select
        fulfillment_id,
        max(case when is_delivered then 1 else 0 end) = 1 as is_delivered
    from {{ ref('connected_parcels') }}
    group by fulfillment_id
)

select
    links._store || '-aftership-' || {{ post_purchase_gate.text_key(key) }} as event_id,
    links.fulfillment_id,
    case when links.linked_by = 'unclear' then 'tracking_of_several_parcels' else checkpoints.event_type end as event_type,
    checkpoints.occurred_at,
    checkpoints._loaded_at
from {{ ref('aftership_parcel_links') }} as links
inner join {{ ref('aftership_checkpoints') }} as checkpoints
    on links._store = checkpoints._store and links.tracking_id = checkpoints.tracking_id
left join parcels
    on links.fulfillment_id = parcels.fulfillment_id
where
    not (checkpoints.tag = 'expired' and coalesce(parcels.is_delivered, false))
    and (
        links.from_at is null or checkpoints.happened_at is null
        or (checkpoints.happened_at >= links.from_at and checkpoints.happened_at < links.until_at)
    )
