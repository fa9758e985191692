{#- The tables of the raw contract, in the order in which they are judged. -#}
{% macro contract_tables() -%}
    {{ return([
        'customers', 'customer_identities', 'orders', 'order_lines', 'payments', 'fulfillments', 'fulfillment_lines',
        'fulfillment_events', 'refunds', 'tickets', 'ticket_events', 'site_events', 'messages', 'message_events', 'consents',
        'reviews', 'products', 'product_costs', 'sku_relations', 'subscriptions', 'experiment_assignments', 'overrides',
        'feed_loads',
    ]) }}
{%- endmacro %}

{#- Lines of CSV files that could not be split into columns, as rejected rows. A connector's tables are named SOURCE.TABLE. -#}
{% macro unreadable_lines() -%}
    {%- set landed = {} -%}
    {%- if execute -%}
        {%- if var('raw_path', none) -%}{%- do landed.update({'raw': ''}) -%}{%- endif -%}
        {%- for connector in var('connectors') if connector != 'native' -%}{%- do landed.update({connector: connector ~ '.'}) -%}{%- endfor -%}
    {%- endif -%}
    {%- for schema, prefix in landed.items() -%}
    {%- set found = adapter.get_relation(target.database, schema, 'unreadable_lines') -%}
    {%- if found is not none %}
    select
        '{{ prefix }}' || table_name as table_name,
        'line ' || cast(line_number as {{ dbt.type_string() }}) as row_key,
        'unreadable_line:' || problem as reason,
        {{ post_purchase_gate.unreadable_line_shown(schema) }} as original_values,
        cast(null as {{ dbt.type_timestamp() }}) as loaded_at
    from {{ found }}
    union all
    {%- endif -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as row_key,
        cast(null as {{ dbt.type_string() }}) as reason,
        cast(null as {{ dbt.type_string() }}) as original_values,
        cast(null as {{ dbt.type_timestamp() }}) as loaded_at
    where 1 = 0
{%- endmacro %}

{#- The line as it stands, but for tables with personal data: nobody can tell which of its parts that is. -#}
{% macro unreadable_line_shown(source_name) -%}
    {%- set masked = [] -%}
    {%- for node in post_purchase_gate.source_tables(source_name) -%}
        {%- if node.columns.values() | selectattr('config.meta.pii', 'defined') | list -%}
            {%- do masked.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    case when table_name in ('{{ masked | join("', '") }}') then '(masked)' else trim(replace(replace(line, chr(13), ''), chr(10), ' ')) end
{%- endmacro %}
