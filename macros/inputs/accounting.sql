{#- The tables of the raw contract, in the order in which they are judged. -#}
{% macro contract_tables() -%}
    {{ return([
        'customers', 'customer_identities', 'orders', 'order_lines', 'payments', 'fulfillments', 'fulfillment_lines',
        'fulfillment_events', 'refunds', 'tickets', 'ticket_events', 'site_events', 'messages', 'message_events', 'consents',
        'reviews', 'products', 'product_costs', 'sku_relations', 'subscriptions', 'experiment_assignments', 'overrides',
        'suppressions', 'memberships', 'product_content', 'limited_offers', 'leases', 'feed_loads',
    ]) }}
{%- endmacro %}

{#- Lines of CSV files that could not be split into columns, as rejected rows. A connector's tables are named SOURCE.TABLE. -#}
{% macro unreadable_lines() -%}
    {%- set landed = {} -%}
    {%- if execute -%}
        {%- if var('raw_path', none) -%}{%- do landed.update({'raw': ''}) -%}{%- endif -%}
        {%- if var('leases_path', none) -%}{%- do landed.update({'leases': ''}) -%}{%- endif -%}
        {%- for connector in post_purchase_gate.used_connectors() if connector != 'native' -%}{%- do landed.update({connector: connector ~ '.'}) -%}{%- endfor -%}
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
    case when table_name in ('{{ masked | join("', '") }}') then '(masked)' else substring(trim(replace(replace(line, chr(13), ''), chr(10), ' ')), 1, {{ post_purchase_gate.longest_shown() }}) end
{%- endmacro %}

{#- When a row of a contract table happened: the newest of its event times, else when it was loaded. -#}
{% macro row_time(table) -%}
    {%- set times = post_purchase_gate.raw_contract(table).config.meta.times | default([]) -%}
    {%- if times -%}
        coalesce({{ times | join(', ') }}, _loaded_at)
    {%- else -%}
        _loaded_at
    {%- endif -%}
{%- endmacro %}

{#- The references that a row may be refused for, kept without, or kept with though they lead nowhere: {table: [{column, value, condition}]}. -#}
{% macro references() -%}
    {%- set kept_without = {
        'refunds': ['order_id', 'order_line_id'], 'tickets': ['customer_id', 'order_id', 'order_line_id'],
        'messages': ['customer_id', 'order_id', 'order_line_id', 'fulfillment_id'], 'reviews': ['customer_id', 'order_id'],
        'consents': ['customer_id'], 'suppressions': ['customer_id'],
    } -%}
    {%- set refused_for = {
        'customer_identities': ['customer_id'], 'orders': ['customer_id'], 'order_lines': ['order_id'], 'payments': ['order_id'],
        'fulfillments': ['order_id'], 'fulfillment_lines': ['fulfillment_id', 'order_line_id'], 'fulfillment_events': ['fulfillment_id'],
        'ticket_events': ['ticket_id'], 'message_events': ['message_id'], 'memberships': ['customer_id'], 'sku_relations': ['sku', 'related_sku'],
        'subscriptions': ['customer_id'], 'leases': ['customer_id'], 'experiment_assignments': ['customer_id'], 'overrides': ['order_line_id'],
    } -%}
    {#- which no row waits for: {table: {column: [the table it leads to, the key that it should have there]}} -#}
    {%- set kept_with = {
        'customers': {'merged_into_customer_id': ['customers', 'customer_id']}, 'orders': {'parent_order_id': ['orders', 'order_id']},
        'order_lines': {'replaces_order_line_id': ['order_lines', 'order_line_id'], 'parent_order_line_id': ['order_lines', 'order_line_id']},
        'tickets': {'merged_into_ticket_id': ['tickets', 'ticket_id']},
        'site_events': {'customer_id': ['customers', 'customer_id'], 'order_id': ['orders', 'order_id']},
    } -%}
    {%- set found = {} -%}
    {%- for table, columns in kept_without.items() -%}
        {%- set listed = [] -%}
        {%- for column in columns -%}
            {%- do listed.append({'column': column, 'value': '_dangling__' ~ column, 'condition': '_dangling__' ~ column ~ " is not null and coalesce(_rejected_reason, '') <> 'repeat'"}) -%}
        {%- endfor -%}
        {%- do found.update({table: listed}) -%}
    {%- endfor -%}
    {%- for table, columns in refused_for.items() -%}
        {%- set listed = [] -%}
        {%- for column in columns -%}
            {%- do listed.append({'column': column, 'value': column, 'condition': "_rejected_reason = 'orphan:" ~ column ~ "'"}) -%}
        {%- endfor -%}
        {%- do found.update({table: listed}) -%}
    {%- endfor -%}
    {%- for table, columns in kept_with.items() -%}
        {%- set listed = found.get(table, []) -%}
        {%- for column, (its_table, key) in columns.items() -%}
            {%- do listed.append({'column': column, 'value': column, 'condition': (
                column ~ " is not null and coalesce(_rejected_reason, '') <> 'repeat'"
                ~ " and not exists (select 1 from (select " ~ key ~ " as key_there from " ~ ref('base_' ~ its_table) ~ " where _rejected_reason is null) as there"
                ~ " where there.key_there = " ~ column ~ ")"
            )}) -%}
        {%- endfor -%}
        {%- do found.update({table: listed}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- When a row of a contract table happened, as far as the row says. -#}
{% macro event_time(table) -%}
    {%- set times = post_purchase_gate.raw_contract(table).config.meta.times | default([]) -%}
    {%- if times | length > 1 -%}
        coalesce({{ times | join(', ') }})
    {%- elif times -%}
        {{ times[0] }}
    {%- else -%}
        cast(null as {{ dbt.type_timestamp() }})
    {%- endif -%}
{%- endmacro %}
