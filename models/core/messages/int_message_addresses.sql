{{ config(materialized='view') }}
-- Which address a message went to and over which channel: whose opt-out, complaint or bounce it is. Of a message whose channel is blank or a word that
-- nobody knows, it may be any channel of the account, or of the address where that is written out.
with

messages as (
    select
        message_id,
        customer_id,
        permission_key,
        channel,
        coalesce(channel, 'unknown') <> 'unknown' as is_channel_known,
        address is not null as is_written
    from {{ ref('int_messages') }}
)

select
    message_id,
    permission_key,
    channel,
    is_channel_known
from messages
where is_channel_known and permission_key is not null
union all
select
    messages.message_id,
    messages.permission_key,
    channels.channel,
    messages.is_channel_known
from messages
cross join {{ ref('channels') }} as channels
where not messages.is_channel_known and messages.is_written and messages.permission_key is not null
union all
select
    messages.message_id,
    accounts.permission_key,
    channels.channel,
    messages.is_channel_known
from messages
inner join {{ ref('int_permission_addresses') }} as accounts
    on messages.customer_id = accounts.customer_id
inner join {{ ref('channels') }} as channels
    on accounts.kind = {{ post_purchase_gate.address_kind('channels.channel') }}
where not messages.is_channel_known and not messages.is_written
