-- What a customer may do after he enters an experiment.
with

events as (
    select
        customer_id,
        case when is_renewal then 'renewal' else 'purchase' end as event,
        ordered_at as occurred_at,
        revenue,
        contribution_profit
    from {{ ref('int_kept_order_values') }}
    union all
    select
        party_id as customer_id,
        event,
        occurred_at,
        null as revenue,
        null as contribution_profit
    from {{ ref('int_outcome_events') }}
    where party = 'person' and event = 'refund_request'
    union all
    select
        addresses.customer_id,
        'unsubscribe' as event,
        consents.occurred_at,
        null as revenue,
        null as contribution_profit
    from {{ ref('int_consent_changes') }} as consents
    inner join {{ ref('int_permission_addresses') }} as addresses
        on
            consents.permission_key = addresses.permission_key
            and {{ post_purchase_gate.address_kind('consents.channel') }} = addresses.kind
    where consents.status = 'unsubscribed'
    union all
    select
        messages.customer_id,
        'complaint' as event,
        events.occurred_at,
        null as revenue,
        null as contribution_profit
    from {{ ref('stg_message_events') }} as events
    inner join {{ ref('int_messages') }} as messages
        on events.message_id = messages.message_id
    where events.event_type = 'complained'
    union all
    select
        customer_id,
        'site_visit' as event,
        occurred_at,
        null as revenue,
        null as contribution_profit
    from {{ ref('stg_site_events') }}
    where customer_id is not null
)

select
    customer_id,
    event,
    occurred_at,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(contribution_profit as decimal(18, 4)) as contribution_profit
from events
where occurred_at <= {{ post_purchase_gate.as_of() }}
