{{ config(enabled=post_purchase_gate.uses_connector('yotpo')) }}
-- The mails that Yotpo sent: its log has a row per product that a mail asked about, and no id. A mail without the time of sending was sent before
-- whatever happened to it; one to which nothing has happened has not gone out.
{%- set happened = ['opened_at', 'clicked_at', 'reviewed_at', 'arrived_early_at', 'failed_at', 'invalid_at', 'complained_at', 'unsubscribed_at'] %}
with

asked as (
    select
        *,
        {{ post_purchase_gate.plain_email('email') }} as address,
        coalesce(
            sent_at,
            {{ happened | join(',\n            ') }}
        ) as mailed_at
    from {{ ref('src_yotpo__request') }}
),

mails as (
    select
        _store,
        {{ post_purchase_gate.text_key(['address', 'order_id', 'email_type', 'reminder', 'mailed_at']) }} as mail_id,
        address,
        order_id as order_said,
        email_type,
        reminder,
        mailed_at,
        coalesce(product_id, sku) as product_said,
        {%- for time in happened %}
        {{ time }},
        {%- endfor %}
        _loaded_at
    from asked
    where mailed_at is not null
)

select
    _store,
    mail_id,
    min(address) as address,
    min(order_said) as order_said,
    min(email_type) as email_type,
    min(reminder) as reminder,
    min(mailed_at) as mailed_at,
    -- a mail about several products is about the order
    case when min(product_said) = max(product_said) then min(product_said) end as product_said,
    {%- for time in happened %}
    min({{ time }}) as {{ time }},
    {%- endfor %}
    max(_loaded_at) as _loaded_at
from mails
group by _store, mail_id
