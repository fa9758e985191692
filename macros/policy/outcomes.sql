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
