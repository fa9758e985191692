-- Over which channels an action may go out, in the order in which it lists them. Only actions that list some: what lists none has the default.
{%- set list = "replace(coalesce(actions.channels, ''), ' ', '')" %}
with

listed as (
    select
        actions.action,
        actions.action_class,
        channels.channel,
        channels.send_cost,
        {{ dbt.position(dbt.concat(["';'", "channels.channel", "';'"]), dbt.concat(["';'", list, "';'"])) }} as place
    from {{ ref('actions') }} as actions
    cross join {{ ref('channels') }} as channels
    where
        {{ post_purchase_gate.list_names('actions.channels', 'channels.channel') }}
        and actions.action <> 'support_recovery'
)

select
    action,
    action_class,
    channel,
    cast(send_cost as decimal(18, 4)) as send_cost,
    row_number() over (partition by action order by place, channel) as channel_position
from listed
