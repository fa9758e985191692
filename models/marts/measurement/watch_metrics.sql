{%- set rates = {
    'second_purchase_rate': ['second_purchases', 'purchase_messages'],
    'recommended_purchase_rate': ['recommended_purchases', 'recommending_messages'],
    'refund_request_rate': ['refund_requests', 'refund_messages'],
    'ticket_rate': ['tickets', 'ticket_messages'],
    'unsubscribe_rate': ['unsubscribes', 'delivered_messages'],
    'complaint_rate': ['complaints', 'delivered_messages'],
    'review_submission_rate': ['reviews', 'review_messages'],
} -%}
{%- set counts = [
    'sends', 'delivered', 'mature_sends', 'purchase_messages', 'second_purchases', 'renewals', 'recommending_messages',
    'recommended_purchases', 'refund_messages',
    'refund_requests', 'ticket_messages', 'tickets', 'delivered_messages', 'unsubscribes', 'complaints', 'review_messages',
    'reviews', 'ratings', 'rating_sum', 'purchases', 'revenue_purchases',
] -%}
-- Rates over mature messages only, with the counts that made them, so that cells add up before they divide.
select
    cast({{ post_purchase_gate.text_key(['action', 'flow', 'variant', 'sent_week', 'horizon_days']) }} as {{ dbt.type_string() }}) as watch_metric_id,
    cast(action as {{ dbt.type_string() }}) as action,
    cast(flow as {{ dbt.type_string() }}) as flow,
    cast(variant as {{ dbt.type_string() }}) as variant,
    cast(sent_week as date) as sent_week,
    cast(horizon_days as integer) as horizon_days,
    cast({{ post_purchase_gate.as_of() }} as {{ dbt.type_timestamp() }}) as as_of,
    cast('{{ var("reporting_currency") }}' as {{ dbt.type_string() }}) as reporting_currency,
    {%- for count in counts %}
    cast({{ count }} as bigint) as {{ count }},
    {%- endfor %}
    cast(profit_purchases as bigint) as profit_purchases,
    cast(sends - mature_sends as bigint) as immature_sends,
    {%- for rate, (hits, trials) in rates.items() %}
    cast({{ hits }} / nullif(cast({{ trials }} as {{ post_purchase_gate.type_double() }}), 0) as decimal(9, 6)) as {{ rate }},
    cast({{ post_purchase_gate.wilson_lower(hits, trials) }} as decimal(9, 6)) as {{ rate }}_lower,
    cast({{ post_purchase_gate.wilson_upper(hits, trials) }} as decimal(9, 6)) as {{ rate }}_upper,
    {%- endfor %}
    cast(rating_sum / nullif(cast(ratings as {{ post_purchase_gate.type_double() }}), 0) as decimal(9, 6)) as mean_rating,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(contribution_profit as decimal(18, 4)) as contribution_profit,
    cast(revenue / nullif(cast(revenue_purchases as decimal(18, 4)), 0) as decimal(18, 4)) as average_order_value
from {{ ref('int_watch_counts') }}
