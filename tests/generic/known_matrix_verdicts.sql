{#- Every cell of the matrix is pause, support or blank. -#}
{% test known_matrix_verdicts(model) %}
    {%- if post_purchase_gate.is_running() -%}
        {%- set wrong = [] -%}
        {%- for column in adapter.get_columns_in_relation(model) if column.name | lower not in ['position', 'check_name', 'state'] -%}
            {%- for row in run_query(
                "select check_name, state, " ~ column.name ~ " from " ~ model ~ " where " ~ column.name ~ " not in ('pause', 'support') order by 1, 2") -%}
                {%- do wrong.append(model.identifier ~ " row (" ~ row[0] ~ ", " ~ row[1] ~ "), column " ~ column.name ~ ": unknown verdict '" ~ row[2] ~ "'") -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if wrong -%}
            {{ exceptions.raise_compiler_error(wrong | join("; ") ~ ". Write pause, support or leave it blank.") }}
        {%- endif -%}
    {%- endif -%}
    select 1 as nothing from {{ model }} where 1 = 0
{% endtest %}
