{#-
    The decision points. Live: every line of an order at most live_days old, at as_of. Message: every line that a past message
    was about, at the moment it went out. Calendar: every line, at the instants at which a day-count sequence would have sent. Due: every
    line, at the instants at which what the sequences send became due, so that an audit can say when the gate would have sent instead.
    No later model knows which origin a point has, but for is_live and audited_action.
-#}
{%- set origins = var('point_origins') -%}
{%- set feeds = post_purchase_gate.feeds() -%}
with

lines as (
    select * from {{ ref('int_order_lines') }}
),

instants as (
    {%- if 'live' in origins %}
    select
        {{ dbt.concat(["'live:'", "order_line_id"]) }} as point_id,
        'live' as origin,
        {{ post_purchase_gate.as_of() }} as point_at,
        order_line_id,
        cast(null as {{ dbt.type_string() }}) as message_id,
        cast(null as {{ dbt.type_string() }}) as audited_action,
        '{{ var("default_channel") }}' as channel,
        cast(null as {{ dbt.type_string() }}) as audited_sku,
        cast(null as {{ dbt.type_string() }}) as audited_incentive_id,
        cast(null as {{ dbt.type_string() }}) as calendar_sequence,
        cast(null as {{ dbt.type_string() }}) as calendar_step
    from lines
    where
        ordered_at <= {{ post_purchase_gate.as_of() }}
        and ordered_at >= {{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }}
    {{ 'union all' if origins | length > 1 }}
    {%- endif %}
    {%- if 'message' in origins %}
    select
        {{ dbt.concat(["'message:'", "messages.message_id", "':'", "lines.order_line_id"]) }} as point_id,
        'message' as origin,
        messages.sent_at as point_at,
        lines.order_line_id,
        messages.message_id,
        messages.action as audited_action,
        messages.channel,
        messages.recommended_sku as audited_sku,
        messages.incentive_id as audited_incentive_id,
        cast(null as {{ dbt.type_string() }}) as calendar_sequence,
        cast(null as {{ dbt.type_string() }}) as calendar_step
    from {{ ref('stg_messages') }} as messages
    inner join lines
        on
            messages.order_id = lines.order_id
            and (messages.order_line_id is null or messages.order_line_id = lines.order_line_id)
    where
        messages.sent_at <= {{ post_purchase_gate.as_of() }}
        and lines.ordered_at <= messages.sent_at
        and {{ post_purchase_gate.since_audit_from('messages.sent_at') }}
    {{ 'union all' if 'calendar' in origins or 'due' in origins }}
    {%- endif %}
    {%- if 'calendar' in origins %}
    select
        {{ dbt.concat(["'calendar:'", "steps.sequence", "':'", "steps.step", "':'", "lines.order_line_id"]) }} as point_id,
        'calendar' as origin,
        {{ post_purchase_gate.add_days('cast(steps.day as integer)', 'lines.ordered_at') }} as point_at,
        lines.order_line_id,
        cast(null as {{ dbt.type_string() }}) as message_id,
        steps.action as audited_action,
        '{{ var("default_channel") }}' as channel,
        cast(null as {{ dbt.type_string() }}) as audited_sku,
        cast(null as {{ dbt.type_string() }}) as audited_incentive_id,
        steps.sequence as calendar_sequence,
        steps.step as calendar_step
    from lines
    cross join {{ ref('calendar_steps') }} as steps
    where
        {{ post_purchase_gate.add_days('cast(steps.day as integer)', 'lines.ordered_at') }} <= {{ post_purchase_gate.as_of() }}
        and {{ post_purchase_gate.since_audit_from('lines.ordered_at') }}
    {{ 'union all' if 'due' in origins }}
    {%- endif %}
    {%- if 'due' in origins %}
    select
        {{ dbt.concat(["'due:'", "action", "':'", "order_line_id"]) }} as point_id,
        'due' as origin,
        due_at as point_at,
        order_line_id,
        cast(null as {{ dbt.type_string() }}) as message_id,
        action as audited_action,
        '{{ var("default_channel") }}' as channel,
        cast(null as {{ dbt.type_string() }}) as audited_sku,
        cast(null as {{ dbt.type_string() }}) as audited_incentive_id,
        cast(null as {{ dbt.type_string() }}) as calendar_sequence,
        cast(null as {{ dbt.type_string() }}) as calendar_step
    from {{ ref('int_line_dues') }}
    where due_at <= {{ post_purchase_gate.as_of() }}
    {%- endif %}
),

-- at a past instant a feed counts as known when it has since been loaded through that instant
feeds_wide as (
    select
        {%- for feed in feeds %}
        max(case when feed = '{{ feed.feed }}' and is_not_kept then 1 else 0 end) as {{ feed.feed }}_not_kept,
        max(case when feed = '{{ feed.feed }}' and is_connected then loaded_through end) as {{ feed.feed }}_through,
        max(case when feed = '{{ feed.feed }}' then max_age_hours end) as {{ feed.feed }}_hours,
        {%- endfor %}
        count(*) as feeds
    from {{ ref('int_feed_status') }}
)

select
    instants.point_id,
    instants.origin,
    instants.point_at,
    -- what is learned from the shop's history is learned up to here: once a quarter for past points, which may look at no later fact
    case
        when instants.origin = 'live' then instants.point_at
        else cast({{ dbt.date_trunc('quarter', 'instants.point_at') }} as {{ dbt.type_timestamp() }})
    end as snapshot_at,
    instants.message_id,
    instants.audited_action,
    instants.audited_sku,
    instants.audited_incentive_id,
    instants.calendar_sequence,
    instants.calendar_step,
    instants.channel,
    lines.order_line_id,
    lines.order_id,
    -- a replacement's own lines are no unit: what concerns the story is said of the root order's lines
    case when lines.order_type = 'replacement' then lines.order_id else lines.root_order_id end as root_order_id,
    lines.customer_id,
    lines.sku,
    lines.product_id,
    lines.category,
    lines.quantity,
    lines.net_amount,
    lines.order_total,
    lines.currency,
    lines.country,
    lines.order_type,
    lines.is_digital,
    lines.is_reviewable,
    lines.is_gift,
    lines.is_test,
    lines.use_lag_days,
    lines.use_days,
    lines.consumable_days,
    lines.ordered_at,
    lines.root_ordered_at,
    case when lines.cancelled_at <= instants.point_at then lines.cancelled_at end as cancelled_at,
    case when lines.erased_at <= instants.point_at then lines.erased_at end as erased_at,
    {%- for feed in feeds %}
    {{ post_purchase_gate.knows_feed(feed.feed) }} as knows_{{ feed.feed }},
    {%- endfor %}
    instants.origin = 'live' as is_live
from instants
inner join lines
    on instants.order_line_id = lines.order_line_id
cross join feeds_wide
