{#-
    Every value of a column is known: one of `values`, of a seed's column, or of `extra_values`. A seed that a person edits fails the
    build with the row's name and the values that would do. `is_complete`: every known value must also be there.
-#}
{% test known_values(model, column_name, values=[], from_seed=none, from_column=none, extra_values=[], row_label=[], allows_blank=false, is_complete=false) %}
    {{ config(severity='error') }}
    {%- set known = values + extra_values -%}
    {%- if post_purchase_gate.is_running() -%}
        {%- if from_seed -%}
            {%- for row in run_query("select distinct " ~ from_column ~ " from " ~ ref(from_seed) ~ " order by 1") -%}
                {%- do known.append(row[0]) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set listed = "'" ~ known | join("', '") ~ "'" -%}
        {%- set labels = [] -%}
        {%- for label in row_label -%}
            {%- do labels.append("coalesce(cast(" ~ label ~ " as " ~ dbt.type_string() ~ "), '(blank)')") -%}
        {%- endfor -%}
        {%- set blank = "" if allows_blank else " or " ~ column_name ~ " is null" -%}
        {%- set wrong = run_query(
            "select " ~ labels | join(" || ', ' || ") ~ ", coalesce(cast(" ~ column_name ~ " as " ~ dbt.type_string() ~ "), '(blank)') from " ~ model
            ~ " where (" ~ column_name ~ " is not null and " ~ column_name ~ " not in (" ~ listed ~ "))" ~ blank ~ " order by 1") -%}
        {%- if wrong | length -%}
            {%- set rows = [] -%}
            {%- for row in wrong -%}
                {%- do rows.append(
                    model.identifier ~ " row (" ~ row[0] ~ "): unknown " ~ column_name ~ " '" ~ row[1] ~ "'." ~ post_purchase_gate.near_match(row[1], known)) -%}
            {%- endfor -%}
            {{ exceptions.raise_compiler_error(rows | join(" ") ~ " Known: " ~ known | join(", ") ~ ".") }}
        {%- endif -%}
        {%- if is_complete -%}
            {%- set present = run_query("select distinct " ~ column_name ~ " from " ~ model).columns[0].values() | list -%}
            {%- set missing = known | reject('in', present) | list -%}
            {%- if missing -%}
                {{ exceptions.raise_compiler_error(model.identifier ~ " has no row for " ~ column_name ~ " " ~ missing | join(", ") ~ ". Add one each.") }}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- if from_seed -%}
        {%- do ref(from_seed) -%}
    {%- endif -%}
    select {{ column_name }}
    from {{ model }}
    where 1 = 0
{% endtest %}
