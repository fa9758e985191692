{{ config(enabled=post_purchase_gate.uses_connector('attentive')) }}
-- What a message is for is said by the seed flow_map, by its name or its id: until it does, nobody knows what was written. Who has no
-- number here is known by e-mail.
{%- set text = dbt.type_string() %}
with

sent as (
    {%- for channel, address in [('sms', 'coalesce(phone, email)'), ('email', 'email')] %}
    select
        _store,
        message_id,
        subscriber_id,
        message_name,
        occurred_at,
        '{{ channel }}' as channel,
        {{ address }} as address,
        _loaded_at
    from {{ ref('src_attentive__' ~ channel ~ '_sent') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    -- ids
    sent._store || '-' || coalesce(sent.message_id, '') || '-' || coalesce(sent.subscriber_id, '') || '-' || coalesce(sent.occurred_at, '') as message_id,
    cast(null as {{ text }}) as customer_id,
    cast(null as {{ text }}) as order_id,
    cast(null as {{ text }}) as order_line_id,
    cast(null as {{ text }}) as fulfillment_id,
    cast(null as {{ text }}) as recommended_sku,
    cast(null as {{ text }}) as incentive_id,
    -- text
    'other' as action,
    sent.channel,
    sent.address,
    coalesce(flow_map.flow, sent.message_name, sent.message_id) as flow,
    sent.message_id as step,
    cast(null as {{ text }}) as variant,
    -- timestamps
    sent.occurred_at as sent_at,
    sent._loaded_at
from sent
left join {{ ref('flow_map') }} as flow_map
    on sent.message_id = flow_map.flow
