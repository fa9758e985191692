{{ config(enabled=(var('connections') | length > 0)) }}
-- Orders by which connected tools for returns sent something else out, and the orders that these answer.
{%- if post_purchase_gate.uses_connector('loop') %}
select
    order_id,
    parent_order_id
from {{ ref('loop_exchanges') }}
union all
{%- endif %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as parent_order_id
where 1 = 0
