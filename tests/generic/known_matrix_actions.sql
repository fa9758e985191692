{#- Every column of the matrix is an action, and every action but support_recovery has a column. -#}
{% test known_matrix_actions(model) %}
    {%- set actions = ref('actions') -%}
    {%- if post_purchase_gate.is_running() -%}
        {%- set columns = adapter.get_columns_in_relation(model) | map(attribute='name') | map('lower')
            | reject('in', ['position', 'check_name', 'state']) | list -%}
        {%- set known = run_query("select action from " ~ actions ~ " where action <> 'support_recovery' order by action").columns[0].values() | list -%}
        {%- set wrong = columns | reject('in', known) | list -%}
        {%- set missing = known | reject('in', columns) | list -%}
        {%- if wrong or missing -%}
            {{ exceptions.raise_compiler_error(
                model.identifier ~ ": " ~ ("unknown action column " ~ wrong | join(", ") ~ ". " if wrong else "")
                ~ ("No column for action " ~ missing | join(", ") ~ ". " if missing else "") ~ "Actions are the rows of the seed actions.") }}
        {%- endif -%}
    {%- endif -%}
    select 1 as nothing from {{ model }} where 1 = 0
{% endtest %}
