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

{#- The mails with which a review app asked, where somebody brings them: without them nobody knows whom it has asked. -#}
{% macro review_app_mails(tool) -%}
    select
        -- ids
        requests._store || '-{{ tool }}-' || requests.id as message_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        coalesce(links.order_id, {{ post_purchase_gate.unlinked_id('only_store', 'requests.order_id') }}) as order_id,
        -- text
        'review_request' as action,
        'email' as channel,
        requests.email as address,
        '{{ tool }}' as flow,
        -- timestamps
        requests.sent_at,
        requests._loaded_at
    from {{ ref('src_' ~ tool ~ '__request') }} as requests
    left join {{ ref('connected_stores') }} as only_store
        on requests._store = only_store._store and only_store.connector = '{{ tool }}' and only_store.is_only
    left join {{ ref('connected_order_links') }} as links
        on requests._store = links._store and requests.order_id = links.order_said and links.connector = '{{ tool }}'
{%- endmacro %}

{#- The reason that a shop's note on a refund gives, by the words of the seed: rows of _store, refund_id, reason. `refunds` has a note; `tools`: whose words. -#}
{% macro reasons_in_notes(refunds, tools) -%}
    select
        refunds._store,
        refunds.refund_id,
        min(words.means) as reason
    from {{ refunds }} as refunds
    inner join {{ ref('connector_words') }} as words
        on
            words.connector in ('{{ tools | join("', '") }}')
            and words.subject = 'refund_note'
            and {{ dbt.position("lower(words.value)", "lower(refunds.note)") }} > 0
    group by refunds._store, refunds.refund_id
{%- endmacro %}
