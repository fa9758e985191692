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
