{{ config(enabled=post_purchase_gate.uses_connector('postscript')) }}
-- What the shop wrote. What a campaign or automation sends is said by the seed flow_map, by its name: until it does, nobody knows what was written.
{%- set text = dbt.type_string() %}
select
    -- ids
    messages._store || '-postscript-' || messages.id as message_id,
    cast(null as {{ text }}) as customer_id,
    cast(null as {{ text }}) as order_id,
    cast(null as {{ text }}) as order_line_id,
    cast(null as {{ text }}) as fulfillment_id,
    cast(null as {{ text }}) as recommended_sku,
    cast(null as {{ text }}) as incentive_id,
    -- text
    'other' as action,
    'sms' as channel,
    coalesce(messages.phone, subscribers.phone) as address,
    coalesce(messages.name, details.name) as flow,
    messages.category as step,
    cast(null as {{ text }}) as variant,
    -- timestamps
    messages.created_at as sent_at,
    messages._loaded_at
from {{ ref('src_postscript__message') }} as messages
left join {{ ref('src_postscript__message_detail') }} as details
    on messages._store = details._store and messages.id = details.id
left join {{ ref('src_postscript__subscriber') }} as subscribers
    on messages._store = subscribers._store and messages.subscriber_id = subscribers.id
where coalesce(lower(messages.direction), 'outbound') not in ('inbound', 'incoming', 'in', 'received')
