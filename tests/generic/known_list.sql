{#- Every item of a semicolon-separated list is known; the error names the row and the items that would do. -#}
{% test known_list(model, column_name, values, row_label) %}
    {{ config(severity='error') }}
    {%- if post_purchase_gate.is_running() -%}
        {%- set wrong = [] -%}
        {%- for row in run_query("select " ~ row_label ~ ", " ~ column_name ~ " from " ~ model ~ " where " ~ column_name ~ " is not null order by 1") -%}
            {%- for item in row[1].split(';') if item | trim not in values -%}
                {%- do wrong.append(model.identifier ~ " row (" ~ row[0] ~ "): unknown " ~ column_name ~ " '" ~ item | trim ~ "'") -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if wrong -%}
            {{ exceptions.raise_compiler_error(wrong | join("; ") ~ ". Known: " ~ values | join(", ") ~ ".") }}
        {%- endif -%}
    {%- endif -%}
    select {{ column_name }}
    from {{ model }}
    where 1 = 0
{% endtest %}
