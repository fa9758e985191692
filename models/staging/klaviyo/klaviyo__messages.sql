{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- A message that only its answers are known of was sent at the second that its send is named after. What a flow sends is said by the seed flow_map,
-- by the flow's name or its id; no event says for which order a flow wrote. Whose a text message was is known by the
-- profile's e-mail where it has no number, and whose a push was by that alone.
{%- set text = dbt.type_string() %}
with

events as (
    select
        *,
        row_number() over (partition by message_id order by is_outcome desc, happened_at asc nulls last, id asc) as position
    from {{ ref('klaviyo_events') }}
),

messages as (
    select
        message_id,
        max(campaign_id) as campaign_id,
        max(flow_id) as flow_id,
        max(step_id) as step_id,
        max(variation_id) as variation_id,
        max(_loaded_at) as _loaded_at
    from events
    group by message_id
)

select
    -- ids
    messages.message_id,
    cast(null as {{ text }}) as customer_id,
    cast(null as {{ text }}) as order_id,
    cast(null as {{ text }}) as order_line_id,
    cast(null as {{ text }}) as fulfillment_id,
    cast(null as {{ text }}) as recommended_sku,
    cast(null as {{ text }}) as incentive_id,
    -- text
    case when messages.flow_id is null and coalesce(messages.campaign_id, messages.step_id) is not null then 'newsletter' else 'other' end as action,
    first_events.channel,
    case when first_events.channel = 'sms' then coalesce(people.phone_number, people.email) else people.email end as address,
    case
        when messages.flow_id is not null then coalesce(flow_map.flow, flows.name, messages.flow_id)
        else coalesce(campaigns.name, messages.campaign_id)
    end as flow,
    messages.step_id as step,
    messages.variation_id as variant,
    -- timestamps
    case
        when
            first_events.is_outcome = 0
            and {{ post_purchase_gate.matches(post_purchase_gate.split_part() ~ "(coalesce(first_events.send_cohort, ''), ':', 1)", '^[0-9]{10}$') }}
            then {{ post_purchase_gate.split_part() }}(first_events.send_cohort, ':', 1)
        else first_events.occurred_at
    end as sent_at,
    messages._loaded_at
from messages
inner join events as first_events
    on messages.message_id = first_events.message_id and first_events.position = 1
left join {{ ref('src_klaviyo__person') }} as people
    on first_events._store = people._store and first_events.person_id = people.id
left join {{ ref('src_klaviyo__flow') }} as flows
    on first_events._store = flows._store and messages.flow_id = flows.id
left join {{ ref('src_klaviyo__campaign') }} as campaigns
    on first_events._store = campaigns._store and messages.campaign_id = campaigns.id
left join {{ ref('flow_map') }} as flow_map
    on messages.flow_id = flow_map.flow
