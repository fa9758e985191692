{{ config(materialized='ephemeral') }}
{#- Rows that were refused and that no later readable row has replaced, with what they name themselves. They name people in the clear, so they
    are never written down. -#}
with

refused as (
    {%- for table, row in post_purchase_gate.named_by_rows().items() %}
    select
        '{{ table }}' as table_name,
        '{{ row.feed }}' as feed,
        _row_key as row_key,
        _rejected_reason as rejected_reason,
        {%- for name in post_purchase_gate.nameable() %}
        {{ 'cast(' ~ (row.names[name] if name in row.names else 'null') ~ ' as ' ~ dbt.type_string() ~ ')' }} as {{ name }},
        {%- endfor %}
        {{ post_purchase_gate.row_time(table) if execute else '_loaded_at' }} as happened_or_loaded_at,
        {{ post_purchase_gate.event_time(table) if execute else '_loaded_at' }} as happened_at
    from {{ ref('base_' ~ table) }}
    where _rejected_reason <> 'repeat' and not _is_replaced
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    *,
    table_name || ':' || cast(row_number() over (
        partition by table_name
        order by row_key, rejected_reason, happened_at, order_id, order_line_id, customer_id, email, sku, fulfillment_id, ticket_id, message_id
    ) as {{ dbt.type_string() }}) as refused_row_id
from refused
