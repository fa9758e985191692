{#-
    One spelling per SKU, whatever the letters and spaces around it: the catalogue's, else that of the order lines. Read before anything is
    judged, so that each table names a SKU alike.
-#}
with

brought as (
    {%- for table in ['products', 'order_lines'] %}
    {%- set rank = loop.index %}
    {%- for relation in post_purchase_gate.connected_relations(table) %}
    {%- set type = post_purchase_gate.raw_column_type(relation, 'sku') if execute else 'varchar' %}
    {%- if type %}
    select
        {{ rank }} as table_rank,
        {{ post_purchase_gate.read_id('cast(' ~ post_purchase_gate.as_brought('sku', type) ~ ' as ' ~ dbt.type_string() ~ ')') }} as sku
    from {{ relation }}
    group by 1, 2
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    select
        3 as table_rank,
        cast(null as {{ dbt.type_string() }}) as sku
    where 1 = 0
),

ranked as (
    select
        lower(sku) as folded_sku,
        sku,
        row_number() over (partition by lower(sku) order by table_rank asc, sku asc) as position
    from brought
    where sku is not null
)

select
    folded_sku,
    sku
from ranked
where position = 1
