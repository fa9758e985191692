{{ config(enabled='olist' in post_purchase_gate.list_var('connectors')) }}
-- A static extract is complete through its own end: the newest time of anything that happened in it. Promised dates lie ahead and do not count.
{%- set happened = {
    'orders': ['order_purchase_timestamp', 'order_approved_at', 'order_delivered_carrier_date', 'order_delivered_customer_date'],
    'order_reviews': ['review_creation_date', 'review_answer_timestamp'],
} %}
with

newest as (
    {%- for table, columns in happened.items() %}
    {%- set is_last_table = loop.last %}
    {%- for column in columns %}
    select max({{ post_purchase_gate.parse_utc('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}) as happened_at
    from {{ source('olist', table) }}
    {{ 'union all' if not (loop.last and is_last_table) }}
    {%- endfor %}
    {%- endfor %}
),

ends as (
    select max(happened_at) as loaded_through
    from newest
)

{% for feed in ['orders', 'payments', 'fulfillments', 'fulfillment_events', 'messages', 'reviews', 'products'] -%}
select
    '{{ feed }}' as feed,
    loaded_through
from ends
{{ 'union all' if not loop.last }}
{% endfor %}
