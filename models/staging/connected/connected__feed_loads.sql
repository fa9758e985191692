{{ config(enabled=(var('connections') | length > 0)) }}
{#-
    How far the loaders of all connections have come. A loader that has brought anything of a connection has looked at all of it. A feed that several
    connections bring reaches as far as the one that is furthest behind.
-#}
{%- set feeds = post_purchase_gate.feeds() | map(attribute='feed') | list %}
with

source_loads as (
    {%- for connector in post_purchase_gate.used_connectors() %}
    {%- for table in post_purchase_gate.connectors().get(connector, {}).get('sources', []) %}
    select
        '{{ connector }}' as connector,
        _store,
        max(_loaded_at) as loaded_at
    from {{ ref('src_' ~ connector ~ '__' ~ table) }}
    group by _store
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as connector,
        cast(null as {{ dbt.type_string() }}) as _store,
        cast(null as {{ dbt.type_string() }}) as loaded_at
    where 1 = 0
),

connection_loads as (
    select
        connector,
        _store,
        max({{ post_purchase_gate.parse_utc('loaded_at') }}) as loaded_through
    from source_loads
    group by connector, _store
),

connection_feeds as (
    {%- for connector in post_purchase_gate.used_connectors() if post_purchase_gate.connectors().get(connector, {}).get('has_connections') %}
    {%- for feed in feeds if feed in post_purchase_gate.connectors()[connector].tables %}
    select
        '{{ connector }}' as connector,
        '{{ feed }}' as feed
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as connector,
        cast(null as {{ dbt.type_string() }}) as feed
    where 1 = 0
)

select
    connection_feeds.feed,
    min(connection_loads.loaded_through) as loaded_through
from connection_feeds
inner join connection_loads
    on connection_feeds.connector = connection_loads.connector
group by connection_feeds.feed
having count(*) = count(connection_loads.loaded_through)
