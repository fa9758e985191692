{{ config(enabled=post_purchase_gate.uses_connector('postscript')) }}
-- Messages that failed, as far as a loader says so; of no number does it say whether it will fail again.
select
    details._store || '-postscript-' || details.id || '-failed' as event_id,
    details._store || '-postscript-' || details.id as message_id,
    'bounced' as event_type,
    coalesce(details.failed_at, messages.created_at) as occurred_at,
    details._loaded_at
from {{ ref('src_postscript__message_detail') }} as details
left join {{ ref('src_postscript__message') }} as messages
    on details._store = messages._store and details.id = messages.id
where lower(details.is_failed) in ({{ post_purchase_gate.words_for_yes() }}) or details.failed_at is not null
