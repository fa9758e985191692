{#- An id that comes from two stores or sources stands for two things: the build stops and says how to tell them apart. -#}
{% test key_of_one_store(model) %}
    {{ config(severity='error') }}
    {%- if execute -%}
        {%- set wrong = run_query("select min(_row_key), count(*) from " ~ model ~ " where _rejected_reason = 'key_of_another_store'") -%}
        {%- if wrong[0][1] | int > 0 -%}
            {%- set table = model.identifier | replace('base_', '') -%}
            {{ exceptions.raise_compiler_error(
                wrong[0][1] ~ " rows of " ~ table ~ " have a key that returns from another store or source, such as '" ~ wrong[0][0]
                ~ "'. Prefix the ids of each store where they are extracted, in every table that names them: 'eu-" ~ wrong[0][0] ~ "' and 'us-" ~ wrong[0][0] ~ "'.") }}
        {%- endif -%}
    {%- endif -%}
    select 1 as one
    from {{ model }}
    where 1 = 0
{% endtest %}
