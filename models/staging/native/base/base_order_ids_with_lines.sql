{#- Read before order_lines are judged: an order is rejected only when no line at all names it. -#}
{% set relations = post_purchase_gate.connected_relations('order_lines') -%}
{%- for relation in relations %}
select nullif(trim(cast(order_id as {{ dbt.type_string() }})), '') as order_id
from {{ relation }}
where order_id is not null
{%- if not loop.last %}
union
{%- endif %}
{%- else %}
select cast(null as {{ dbt.type_string() }}) as order_id
{%- endfor %}
{{ 'group by 1' if relations | length == 1 }}
