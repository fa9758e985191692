{#- Read before order_lines are judged: an order is rejected only when no line at all names it. -#}
with

brought as (
    {%- for relation in post_purchase_gate.connected_relations('order_lines') %}
    {%- set type = post_purchase_gate.raw_column_type(relation, 'order_id') if execute else 'varchar' %}
    select cast({{ post_purchase_gate.as_brought('order_id', type or 'varchar') }} as {{ dbt.type_string() }}) as order_id
    from {{ relation }}
    union all
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as order_id
    where 1 = 0
)

select {{ post_purchase_gate.read_id('order_id') }} as order_id
from brought
where order_id is not null
group by 1
