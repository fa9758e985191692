-- What is read as policy is everything upstream of what is decided: found from the graph, so that nothing can be forgotten.
-- depends_on: {{ ref('int_policy_verdicts') }}, {{ ref('int_targets') }}, {{ ref('int_send_times') }}
{%- set sources = post_purchase_gate.policy_sources(model.unique_id) if execute else {'seeds': [], 'vars': []} %}
with

policy_lines as (
    {%- for seed in sources.seeds %}
    {%- set relation = adapter.get_relation(seed.database, seed.schema, seed.alias) %}
    select
        '{{ seed.name }}' as source_name,
        {{ post_purchase_gate.seed_row_text(relation) }} as line
    from {{ relation }}
    union all
    {%- endfor %}
    {%- for name in sources.vars %}
    select
        'var {{ name }}' as source_name,
        '{{ post_purchase_gate.sql_text(var(name, none)) }}' as line
    union all
    {%- endfor %}
    select
        'vars' as source_name,
        '{{ sources.vars | length }}' as line
),

policy_text as (
    -- in the order of their hashes, which no collation changes
    select {{ post_purchase_gate.ordered_list(dbt.hash("source_name || '=' || line"), dbt.hash("source_name || '=' || line"), ';') }} as content
    from policy_lines
)

select substring({{ dbt.hash('content') }}, 1, 12) as policy_version
from policy_text
