{{ config(materialized='view') }}
-- Every line and instant for which it is gathered how the order fares: what is decided on, and what is learned from. One set of models tells
-- both what was known, so that a risk is never learned from one definition and applied to another. Checks and verdicts see no review.
{%- set columns = [
    'point_id', 'point_at', 'order_line_id', 'order_id', 'root_order_id', 'customer_id', 'person_id', 'sku', 'category', 'quantity', 'net_amount',
    'order_total', 'order_type', 'is_digital', 'ordered_at', 'ship_by', 'cancelled_at', 'knows_fulfillments', 'knows_fulfillment_events', 'knows_tickets', 'knows_ticket_events',
] %}
select
    {{ columns | join(', ') }},
    audited_action
from {{ ref('int_progress_points') }}
union all
select
    {{ columns | join(', ') }},
    cast(null as {{ dbt.type_string() }}) as audited_action
from {{ ref('int_review_points') }}
