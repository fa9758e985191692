{{ config(enabled=(var('connections') | length > 0)) }}
-- Why lines came back that the store has refunded, as connected tools for returns know it.
{%- if post_purchase_gate.uses_connector('loop') %}
select
    order_line_id,
    reason,
    first_requested_at
from {{ ref('loop_line_reasons') }}
union all
{%- endif %}
select
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as order_line_id,
    {{ post_purchase_gate.null_as(dbt.type_string()) }} as reason,
    {{ post_purchase_gate.null_as(dbt.type_timestamp()) }} as first_requested_at
where 1 = 0
