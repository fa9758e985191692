{{ config(materialized='view') }}
-- Which address a message went to and over which channel: whose opt-out, complaint or bounce it is. Of a message whose channel is blank or a word that
-- nobody knows, it may be any channel of the account, or of the address where that is written out.
with

messages as (
    select
        messages.message_id,
        messages.customer_id,
        messages.permission_key,
        coalesce(meanings.channel, messages.channel) as channel,
        meanings.channel is null as is_channel_known,
        meanings.channel is null or messages.address is not null as is_address_known
    from {{ ref('int_messages') }} as messages
    left join {{ ref('int_channel_meanings') }} as meanings
        on coalesce(messages.channel, 'unknown') = meanings.said_of
),

addressed as (
    select
        messages.message_id,
        case when messages.is_address_known then messages.permission_key else accounts.permission_key end as permission_key,
        messages.channel,
        messages.is_channel_known
    from messages
    left join {{ ref('int_permission_addresses') }} as accounts
        on
            case when not messages.is_address_known then messages.customer_id end = accounts.customer_id
            and {{ post_purchase_gate.address_kind('messages.channel') }} = accounts.kind
)

select
    message_id,
    permission_key,
    channel,
    is_channel_known
from addressed
where permission_key is not null
