{{ config(enabled=post_purchase_gate.uses_connector('yotpo')) }}
-- What became of Yotpo's mails. Yotpo does not say that a mail arrived: one that failed was not sent. Who says that nothing has come yet has followed
-- a link in it.
{%- set events = {
    'opened_at': 'opened', 'clicked_at': 'clicked', 'arrived_early_at': 'clicked', 'failed_at': 'soft_bounced', 'invalid_at': 'hard_bounced',
    'complained_at': 'complained', 'unsubscribed_at': 'unsubscribed',
} %}
{%- for time, event in events.items() %}
select
    _store || '-yotpo-' || mail_id || '-{{ time }}' as event_id,
    _store || '-yotpo-' || mail_id as message_id,
    '{{ event }}' as event_type,
    {{ time }} as occurred_at,
    _loaded_at
from {{ ref('yotpo_requests') }}
where {{ time }} is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
