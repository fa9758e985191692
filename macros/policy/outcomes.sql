{#-
    The first event of a kind strictly after a row, over rows of messages and events of one party, latest first. Messages of an instant come
    before its events in that order, so that an event at the very moment of a message does not follow it.
-#}
{% macro next_event(event, partition_by) -%}
    min(case when event = '{{ event }}' then occurred_at end) over (
        partition by {{ partition_by }}
        order by occurred_at desc, case when event = 'message' then 0 else 1 end, event_id
        rows between unbounded preceding and current row
    )
{%- endmacro %}

{#-
    The guard metrics: which event each counts, against which messages, and which feed tells. No rating is among them: what stops an ask
    for reviews may not depend on what people think.
-#}
{% macro guard_metrics() -%}
    {{ return([
        {'metric': 'complaint_rate', 'event': 'complained_at', 'is_per_delivered': true, 'feed': 'messages'},
        {'metric': 'unsubscribe_rate', 'event': 'unsubscribed_at', 'is_per_delivered': true, 'feed': 'messages'},
        {'metric': 'refund_request_rate', 'event': 'refund_requested_at', 'is_per_delivered': false, 'feed': 'refunds'},
        {'metric': 'ticket_rate', 'event': 'ticket_opened_at', 'is_per_delivered': false, 'feed': 'tickets'},
    ]) }}
{%- endmacro %}

{#- A message reached the customer: the tool says so, or he answered it. Tools that report no deliveries still report complaints. -#}
{% macro is_delivered() -%}
    (delivered_at is not null or unsubscribed_at is not null or complained_at is not null)
{%- endmacro %}
