{#-
    Values that are on no list: each was read as unknown, and waits for a row in value_synonyms. Which action a message was stands on no list that a value
    can be looked up in: the flow map says it of a flow, and of a message without a flow its action has to be one of the catalogue.
-#}
with

counted as (
    {%- for table in post_purchase_gate.contract_tables() %}
    {%- do ref('base_' ~ table) %}
    {%- for name in (post_purchase_gate.listed_columns(post_purchase_gate.raw_contract(table).columns) if execute else []) %}
    select
        '{{ table }}' as table_name,
        '{{ name }}' as column_name,
        cast(_unmapped__{{ name }} as {{ dbt.type_string() }}) as unmapped_value,
        count(*) as row_count,
        max({{ post_purchase_gate.row_time(table) }}) as last_seen_at
    from {{ ref('base_' ~ table) }}
    where _unmapped__{{ name }} is not null and coalesce(_rejected_reason, '') <> 'repeat'
    group by 3
    union all
    {%- endfor %}
    {%- endfor %}
    select
        'messages' as table_name,
        case when messages.flow is null then 'action' else 'flow' end as column_name,
        coalesce(messages.flow, messages.action) as unmapped_value,
        count(*) as row_count,
        max({{ post_purchase_gate.row_time('messages') if execute else 'sent_at' }}) as last_seen_at
    from {{ ref('base_messages') }} as messages
    inner join {{ ref('int_flow_actions') }} as flows
        on coalesce(messages.action, '') = coalesce(flows.said_action, '') and coalesce(messages.flow, '') = coalesce(flows.flow, '')
    where
        flows.is_unmapped
        and coalesce(messages._rejected_reason, '') <> 'repeat'
        -- without a flow, 'other' is the word for what no list has
        and coalesce(messages.flow, nullif(messages.action, 'other')) is not null
    group by 2, 3
    union all
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as unmapped_value,
        0 as row_count,
        cast(null as {{ dbt.type_timestamp() }}) as last_seen_at
    where 1 = 0
)

select
    cast({{ post_purchase_gate.text_key(['table_name', 'column_name', 'unmapped_value']) }} as {{ dbt.type_string() }}) as unmapped_value_id,
    cast(table_name as {{ dbt.type_string() }}) as table_name,
    cast(column_name as {{ dbt.type_string() }}) as column_name,
    cast(unmapped_value as {{ dbt.type_string() }}) as unmapped_value,
    cast(row_count as bigint) as row_count,
    cast(last_seen_at as {{ dbt.type_timestamp() }}) as last_seen_at
from counted
