{#- Exact sums: the order in which rows are added may not move a score. -#}
{% macro exact_sum(expression) -%}
    sum(cast({{ expression }} as decimal(28, 10)))
{%- endmacro %}

{#- Marks a CTE that is computed by itself: a planner that folds a long chain into one expression takes minutes to plan it. -#}
{% macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__computed_once() -%}materialized{%- endmacro %}

{% macro spark__computed_once() -%}{%- endmacro %}

{#- True while nodes are executed. `dbt ls`, `compile` and `docs generate` work on a database that may not have a table yet: they ask it nothing. -#}
{% macro is_running() -%}
    {{ return(execute and flags.WHICH in ['build', 'run', 'test', 'seed', 'show']) }}
{%- endmacro %}
