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
    for reviews may not depend on what people think. Each may stop an innocent action in so many of its years: 5 % together, most of it where
    events are rarest and a stop hence comes last.
-#}
{% macro guard_metrics() -%}
    {{ return([
        {'metric': 'complaint_rate', 'event': 'complained_at', 'is_per_delivered': true, 'feed': 'messages', 'false_stops': 0.0435},
        {'metric': 'unsubscribe_rate', 'event': 'unsubscribed_at', 'is_per_delivered': true, 'feed': 'messages', 'false_stops': 0.002},
        {'metric': 'refund_request_rate', 'event': 'refund_requested_at', 'is_per_delivered': false, 'feed': 'refunds', 'false_stops': 0.0015},
        {'metric': 'ticket_rate', 'event': 'ticket_opened_at', 'is_per_delivered': false, 'feed': 'tickets', 'false_stops': 0.0015},
    ]) }}
{%- endmacro %}

{#- How many times as likely (in odds) a stop threshold's event is taken to be in an action that is to be stopped. -#}
{% macro breaker_odds() -%}5.0{%- endmacro %}

{#- An action at this share of its stop threshold is innocent: there the false stops are counted. -#}
{% macro innocent_share() -%}(cast(2 as {{ post_purchase_gate.type_double() }}) / 3){%- endmacro %}

{#- What one message takes off the running excess of evidence, and one event adds to it: the log likelihood ratio of the two rates. -#}
{% macro breaker_message_score(innocent_rate) -%}
    ln(1 + ({{ post_purchase_gate.breaker_odds() }} - 1) * {{ innocent_rate }})
{%- endmacro %}

{% macro breaker_event_score() -%}ln({{ post_purchase_gate.breaker_odds() }}){%- endmacro %}

{#-
    The excess at which to stop: an innocent action reaches it in `false_stops` of its years. Excursions begin with an event, and at five times
    the odds 1.3 exp(-limit) of them reach a limit; below one innocent event a year the counts are too coarse for that. Sums by day miss the
    heights within a day, the more the more events a day has.
-#}
{% macro breaker_limit(innocent_events, false_stops) -%}
    (ln(1.3 * {{ post_purchase_gate.greatest() }}({{ innocent_events }}, 1) / ({{ false_stops }})) - 0.8 * sqrt({{ post_purchase_gate.least() }}({{ innocent_events }} / 365, 1)))
{%- endmacro %}

{#- A message reached the customer: the tool says so, or he answered it. Tools that report no deliveries still report complaints. -#}
{% macro is_delivered() -%}
    (delivered_at is not null or unsubscribed_at is not null or complained_at is not null)
{%- endmacro %}

{#- A cell of the watch: which messages are counted together. ISO weeks begin on Monday. -#}
{% macro watch_cell() -%}
    action,
    coalesce(flow, '(none)') as flow,
    coalesce(variant, '(none)') as variant,
    cast({{ dbt.date_trunc('week', 'sent_at') }} as date) as sent_week
{%- endmacro %}

{#- Which period of a fixed length an instant falls into: orders that follow a message within less than a period are in its own or the next. -#}
{% macro period_number(instant, days) -%}
    cast(floor(
        cast({{ dbt.datediff("cast('1970-01-01' as " ~ dbt.type_timestamp() ~ ")", instant, 'day') }} as {{ post_purchase_gate.type_double() }}) / {{ days }}
    ) as integer)
{%- endmacro %}

{#- Whether all that follows within `horizon` days of `instant` would be known by now; null where the feed is not connected. -#}
{% macro is_watched(instant, horizon, through) -%}
    {{ post_purchase_gate.add_days(horizon, instant) }} <= {{ through }}
{%- endmacro %}
