-- What a person may do after entering an experiment.
with

-- several accounts of one person may have the address
opt_outs as (
    select
        addresses.person_id,
        consents.occurred_at
    from {{ ref('int_consent_changes') }} as consents
    inner join {{ ref('int_permission_addresses') }} as addresses
        on
            consents.permission_key = addresses.permission_key
            and {{ post_purchase_gate.address_kind('consents.channel') }} = addresses.kind
    where consents.status = 'unsubscribed'
    group by addresses.person_id, consents.channel, consents.occurred_at
),

events as (
    select
        person_id,
        case when is_renewal then 'renewal' else 'purchase' end as event,
        ordered_at as occurred_at,
        revenue,
        contribution_profit
    from {{ ref('int_kept_order_values') }}
    union all
    select
        party_id as person_id,
        event,
        occurred_at,
        null as revenue,
        null as contribution_profit
    from {{ ref('int_outcome_events') }}
    where party = 'person' and event = 'refund_request'
    union all
    select
        person_id,
        'unsubscribe' as event,
        occurred_at,
        null as revenue,
        null as contribution_profit
    from opt_outs
    union all
    select
        messages.person_id,
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
        persons.person_id,
        'site_visit' as event,
        visits.occurred_at,
        null as revenue,
        null as contribution_profit
    from {{ ref('stg_site_events') }} as visits
    inner join {{ ref('int_persons') }} as persons
        on visits.customer_id = persons.customer_id
)

select
    person_id,
    event,
    occurred_at,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(contribution_profit as decimal(18, 4)) as contribution_profit
from events
where occurred_at <= {{ post_purchase_gate.as_of() }}
