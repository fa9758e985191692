-- The decision points: a line at an instant (int_point_instants), with what was known of it then and which feeds would have told. No later model
-- knows which origin a point has, but for is_live and audited_action.
{%- set feeds = post_purchase_gate.feeds() %}
with

-- at a past instant a feed counts as known when it has since been loaded through that instant
feeds_wide as (
    select
        {%- for feed in feeds %}
        max(case when feed = '{{ feed.feed }}' and is_not_kept then 1 else 0 end) as {{ feed.feed }}_not_kept,
        max(case when feed = '{{ feed.feed }}' and is_connected then loaded_through end) as {{ feed.feed }}_through,
        max(case when feed = '{{ feed.feed }}' then max_age_hours end) as {{ feed.feed }}_hours,
        max(case when feed = '{{ feed.feed }}' and is_degraded then 1 else 0 end) as {{ feed.feed }}_degraded,
        {%- endfor %}
        count(*) as feeds
    from {{ ref('int_feed_status') }}
)

select
    instants.point_id,
    instants.origin,
    instants.point_at,
    -- what is learned from the shop's history is learned up to here: once a learning_step for past points, which may look at no later fact
    case
        when instants.origin = 'live' then {{ post_purchase_gate.learned_at() }}
        else cast({{ dbt.date_trunc(var('learning_step'), 'instants.point_at') }} as {{ dbt.type_timestamp() }})
    end as snapshot_at,
    instants.message_id,
    instants.audited_action,
    instants.audited_sku,
    instants.audited_incentive_id,
    instants.calendar_sequence,
    instants.calendar_step,
    instants.channel,
    instants.order_line_id,
    instants.order_id,
    -- a replacement's own lines are no unit: what concerns the story is said of the root order's lines
    case when instants.order_type = 'replacement' then instants.order_id else instants.root_order_id end as root_order_id,
    instants.customer_id,
    instants.person_id,
    instants.sku,
    instants.product_id,
    instants.category,
    instants.quantity,
    instants.net_amount,
    instants.order_total,
    instants.currency,
    instants.country,
    instants.order_type,
    instants.sales_channel,
    instants.is_digital,
    instants.is_reviewable,
    instants.is_gift,
    instants.is_test,
    instants.use_lag_days,
    instants.use_days,
    instants.consumable_days,
    instants.ordered_at,
    instants.ship_by,
    instants.root_ordered_at,
    case when instants.cancelled_at <= instants.point_at then instants.cancelled_at end as cancelled_at,
    erasures.erased_at,
    {%- for feed in feeds %}
    {{ post_purchase_gate.unread_feed(feed.feed) }} is null as knows_{{ feed.feed }},
    {{ post_purchase_gate.unread_feed(feed.feed) }} as unread_{{ feed.feed }},
    {%- endfor %}
    case when refusals.customers_refused_from <= instants.point_at then 'refused_row' end as unread_customers,
    instants.origin = 'live' as is_live
from {{ ref('int_point_instants') }} as instants
cross join feeds_wide
left join {{ ref('int_account_erasures') }} as erasures
    on
        instants.customer_id = erasures.customer_id
        and erasures.erased_at <= instants.point_at
        and erasures.until_at > instants.point_at
left join {{ ref('int_line_refusals') }} as refusals
    on instants.order_line_id = refusals.order_line_id
