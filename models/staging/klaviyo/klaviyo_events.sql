{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
-- What was sent and what came of it. A message is the profile and the send that its events belong to; an account has no event for the sending
-- itself. Where a loader leaves the send out, what was delivered, bounced or dropped is a message each, and what follows answers the last one.
with

told as (
    select
        *,
        coalesce(step_id, campaign_id, flow_id) as sent_by,
        -- what nobody knows the meaning of may have been the message itself, where no send says which one it was
        case when says in ('delivered', 'bounced', 'dropped') or (says like 'metric %' and send_cohort is null) then 1 else 0 end as is_outcome
    from {{ ref('klaviyo_told_events') }}
    where subject = 'message_metric'
),

runs as (
    select
        *,
        sum(is_outcome) over (
            partition by _store, person_id, channel, sent_by, send_cohort
            order by case when happened_at is null then 1 else 0 end asc, happened_at asc, is_outcome desc, id asc
            rows between unbounded preceding and current row
        ) as run
    from told
    -- an opt-out or a complaint that belongs to no message is told by the ledger and the suppressions
    where is_outcome = 1 or send_cohort is not null or sent_by is not null
),

named as (
    select
        *,
        case
            when send_cohort is not null then coalesce(person_id, '') || '-' || send_cohort
            else first_value(id) over (
                partition by _store, person_id, channel, sent_by, send_cohort, run
                order by case when happened_at is null then 1 else 0 end asc, happened_at asc, is_outcome desc, id asc
                rows between unbounded preceding and current row
            )
        end as message
    from runs
)

select
    _store,
    _store || '-' || message as message_id,
    id,
    person_id,
    channel,
    says as event_type,
    bounce_type,
    campaign_id,
    flow_id,
    step_id,
    variation_id,
    send_cohort,
    is_outcome,
    occurred_at,
    happened_at,
    _loaded_at
from named
