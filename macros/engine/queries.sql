{#- Exact sums: the order in which rows are added may not move a score. -#}
{% macro exact_sum(expression) -%}
    sum(cast({{ expression }} as {{ post_purchase_gate.type_decimal(28, 10) }}))
{%- endmacro %}

{#- Marks a CTE that is computed by itself: a planner that folds a long chain into one expression takes minutes to plan it. -#}
{% macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__computed_once() -%}materialized{%- endmacro %}

{% macro spark__computed_once() -%}{%- endmacro %}

{% macro snowflake__computed_once() -%}{%- endmacro %}

{% macro bigquery__computed_once() -%}{%- endmacro %}

{% macro redshift__computed_once() -%}{%- endmacro %}

{#- Between two queries of which a row counts once, whichever it is in: BigQuery wants it said. -#}
{% macro union_distinct() -%}
    {{ return(adapter.dispatch('union_distinct', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__union_distinct() -%}union{%- endmacro %}

{% macro bigquery__union_distinct() -%}union distinct{%- endmacro %}

{#-
    The name of the function that gives the greatest of its arguments, of which nulls are passed over: `{{ greatest() }}(a, b)`, of three `{{ greatest(3) }}(a, b, c)`.
    Where the engine's own gives null as soon as one of them is null, another is meant.
-#}
{% macro greatest(arguments=2) -%}
    {{ return(post_purchase_gate.past_nulls('greatest', arguments)) }}
{%- endmacro %}

{#- The same of the least. -#}
{% macro least(arguments=2) -%}
    {{ return(post_purchase_gate.past_nulls('least', arguments)) }}
{%- endmacro %}

{% macro past_nulls(name, arguments) -%}
    {{ return(adapter.dispatch('past_nulls', 'post_purchase_gate')(name, arguments)) }}
{%- endmacro %}

{% macro default__past_nulls(name, arguments) -%}{{ return(name) }}{%- endmacro %}

{% macro snowflake__past_nulls(name, arguments) -%}{{ return(name ~ '_ignore_nulls') }}{%- endmacro %}

{% macro bigquery__past_nulls(name, arguments) -%}{{ return(post_purchase_gate.engine_schema() ~ '.' ~ name ~ '_' ~ arguments) }}{%- endmacro %}

{#- A column whose name is a word of the engine's own. -#}
{% macro name_of(column) -%}
    {{ return(adapter.dispatch('name_of', 'post_purchase_gate')(column)) }}
{%- endmacro %}

{% macro default__name_of(column) -%}{{ return(column) }}{%- endmacro %}

{% macro redshift__name_of(column) -%}{{ return(adapter.quote(column)) }}{%- endmacro %}

{#- True while nodes are executed. `dbt ls`, `compile` and `docs generate` work on a database that may not have a table yet: they ask it nothing. -#}
{% macro is_running() -%}
    {{ return(execute and flags.WHICH in ['build', 'run', 'test', 'seed', 'show']) }}
{%- endmacro %}

{#- True of every two rows: BigQuery joins outwards by an equality of a column of either side alone. A column of each side. -#}
{% macro any_of_both(here, there) -%}
    {{ return(adapter.dispatch('any_of_both', 'post_purchase_gate')(here, there)) }}
{%- endmacro %}

{% macro default__any_of_both(here, there) -%}true{%- endmacro %}

{% macro bigquery__any_of_both(here, there) -%}
    if({{ here }} is null, 0, 0) = if({{ there }} is null, 0, 0)
{%- endmacro %}
