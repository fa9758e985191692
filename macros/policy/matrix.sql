{#- The actions of a gate matrix: the seed's own columns are read, so that a new action is one column. -#}
{% macro matrix_actions(matrix) -%}
    {%- set actions = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(matrix) if column.name | lower not in ['position', 'check_name', 'state'] -%}
            {%- do actions.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(actions) }}
{%- endmacro %}

{#- The matrices that decide, by policy: the one in force, and the candidate where one is compared with it. -#}
{% macro policy_matrices() -%}
    {%- set matrices = {'in_force': ref('gate_matrix')} -%}
    {%- if var('candidate_matrix', none) -%}
        {%- do matrices.update({'candidate': ref(var('candidate_matrix'))}) -%}
    {%- endif -%}
    {{ return(matrices) }}
{%- endmacro %}

{#-
    A set of reasons is a few whole numbers (words): each reason of an action is a power of two in one of them. A word of 50 powers stays
    exact in a double, by which some engines divide; three words are 150 reasons of one action.
-#}
{% macro reason_word_size() -%}50{%- endmacro %}
