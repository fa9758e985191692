-- Up to when silence is an answer: as_of for a fresh feed, its last load for a stale one, never for a feed that is not connected. A shop
-- without a ticket feed has no tickets on record, which is not a ticket rate of zero.
{%- set feeds = ['orders', 'refunds', 'tickets', 'messages', 'reviews', 'consents', 'site_events'] %}
with

reach as (
    select
        feed,
        case
            when not is_connected then null
            when loaded_through >= {{ post_purchase_gate.add_time('hour', '-1 * max_age_hours', post_purchase_gate.as_of()) }}
                then {{ post_purchase_gate.as_of() }}
            else loaded_through
        end as known_through
    from {{ ref('int_feed_status') }}
)

select
    {%- for feed in feeds %}
    max(case when feed = '{{ feed }}' then known_through end) as {{ feed }}_through,
    {%- endfor %}
    count(*) as feeds
from reach
