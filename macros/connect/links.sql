{#- The connected tools that sell something and bring a contract table. -#}
{% macro store_connectors(table) -%}
    {%- set sellers = [] -%}
    {%- for name in post_purchase_gate.used_connectors() -%}
        {%- set connector = post_purchase_gate.connectors().get(name, {}) -%}
        {%- if connector.is_store and table in connector.tables -%}{%- do sellers.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(sellers) }}
{%- endmacro %}

{#- The connected tools that bring reviews. -#}
{% macro review_connectors() -%}
    {%- set names = [] -%}
    {%- for name in post_purchase_gate.used_connectors() -%}
        {%- set connector = post_purchase_gate.connectors().get(name, {}) -%}
        {%- if connector.has_connections and 'reviews' in connector.tables -%}{%- do names.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- A product's id without the platform that some tools write before it. -#}
{% macro bare_product_id(id) -%}
    regexp_replace({{ id }}, '^(shopify|woocommerce)-', '')
{%- endmacro %}

{#-
    What a tool names and no store that it speaks of has, as an id of the contract. `only`: alias of its row in connected_stores where it speaks of one
    store, so that what is missing is named; else the id as it is.
-#}
{% macro unlinked_id(only, id) -%}
    coalesce({{ only }}.store_id || '-', '') || {{ id }}
{%- endmacro %}
