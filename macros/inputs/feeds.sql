{#- The feeds, the table that connects each, and the columns that say how far its events reach. -#}
{% macro feeds() -%}
    {{ return([
        {'feed': 'orders', 'table': 'orders', 'event_times': ['ordered_at', 'cancelled_at']},
        {'feed': 'payments', 'table': 'payments', 'event_times': ['occurred_at']},
        {'feed': 'fulfillments', 'table': 'fulfillments', 'event_times': ['shipped_at', 'delivered_at', 'cancelled_at']},
        {'feed': 'refunds', 'table': 'refunds', 'event_times': ['requested_at', 'refunded_at', 'rejected_at']},
        {'feed': 'tickets', 'table': 'tickets', 'event_times': ['opened_at']},
        {'feed': 'site_events', 'table': 'site_events', 'event_times': ['occurred_at']},
        {'feed': 'messages', 'table': 'messages', 'event_times': ['sent_at']},
        {'feed': 'consents', 'table': 'consents', 'event_times': ['occurred_at']},
        {'feed': 'reviews', 'table': 'reviews', 'event_times': ['submitted_at']},
    ]) }}
{%- endmacro %}

{#-
    Whether a feed's silence is evidence at a point. Live: it reaches to within its age limit of the point. A past instant: it has since
    been loaded through that instant. Not kept by the owner's decision: there is nothing to wait for.
-#}
{% macro knows_feed(feed) -%}
    feeds_wide.{{ feed }}_not_kept = 1 or coalesce(feeds_wide.{{ feed }}_through >= case
        when instants.origin = 'live' then {{ post_purchase_gate.add_time('hour', '-1 * feeds_wide.' ~ feed ~ '_hours', 'instants.point_at') }}
        else instants.point_at
    end, false)
{%- endmacro %}
