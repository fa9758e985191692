{#-
    What a connector knows: the tables of the contract that it brings as models `<connector>__<table>`, what of the source each of them needs before its
    silence means anything (a source table, or table.column), the source tables that it reads (`src_<connector>__<source>`), and of these the required.
    `answers`: what other tools' tables need and this one has; `adds_to`: tables that it does not bring alone; `names_orders`:
    the columns, of a source table or a model, in which it names orders of a store by id or by name; `columns`: of contract columns that can stop a send, the
    source's own, which has a value in every row: where a loader leaves it out, nobody knows.
-#}
{% macro connectors() -%}
    {{ return({
        'olist': {
            'tables': {
                'customers': [], 'orders': [], 'order_lines': [], 'payments': [], 'fulfillments': [], 'fulfillment_events': [], 'messages': [],
                'reviews': [], 'products': [], 'feed_loads': [],
            },
        },
        'connected': {'tables': {'feed_loads': []}},
        'shopify': {
            'has_connections': true,
            'is_store': true,
            'required': ['order', 'order_line'],
            'sources': [
                'customer', 'discount_allocation', 'dispute', 'fulfillment', 'fulfillment_event', 'fulfillment_line', 'inventory_item',
                'order', 'order_adjustment', 'order_attribute', 'order_line', 'order_tag', 'product', 'product_variant', 'refund',
                'refund_line', 'refund_transaction', 'return', 'return_line', 'tax_line', 'tracking_info', 'transaction',
            ],
            'tables': {
                'customers': ['customer'], 'orders': ['order'], 'order_lines': ['order_line'], 'payments': ['transaction', 'dispute'],
                'fulfillments': ['fulfillment'], 'fulfillment_lines': ['fulfillment_line'], 'fulfillment_events': ['fulfillment_event'],
                'refunds': ['refund', 'return'], 'consents': ['customer.email_consent_state'], 'products': ['product', 'product_variant'],
                'product_costs': ['inventory_item.unit_cost'],
            },
            'columns': {'orders.is_test': 'order.is_test', 'orders.sales_channel': 'order.source_name'},
        },
        'woocommerce': {
            'has_connections': true,
            'is_store': true,
            'required': ['order', 'order_line'],
            'sources': [
                'customer', 'dispute', 'order', 'order_line', 'order_note', 'order_refund', 'product', 'product_category', 'refund', 'refund_line',
                'refund_line_note', 'return', 'variation',
            ],
            'tables': {
                'customers': ['customer'], 'orders': ['order'], 'order_lines': ['order_line'], 'payments': ['order', 'dispute'],
                'refunds': ['refund', 'return'], 'products': ['product', 'variation'],
            },
            'columns': {'orders.sales_channel': 'order.created_via'},
        },
        'okendo': {
            'has_connections': true,
            'required': ['review'],
            'sources': ['request', 'review'],
            'tables': {'reviews': ['review'], 'messages': ['request']},
            'adds_to': ['messages'],
            'names_orders': ['review.order_id', 'review.order_number', 'request.order_id'],
        },
        'judgeme': {
            'has_connections': true,
            'required': ['review'],
            'sources': ['request', 'review', 'reviewer'],
            'tables': {'reviews': ['review'], 'messages': ['request'], 'consents': ['review']},
            'adds_to': ['messages', 'consents'],
            'names_orders': ['review.order_id', 'review.order_number', 'request.order_id'],
        },
        'yotpo': {
            'has_connections': true,
            'required': ['review'],
            'sources': ['request', 'review', 'unsubscriber'],
            'tables': {'reviews': ['review'], 'messages': ['request'], 'message_events': ['request'], 'consents': ['unsubscriber']},
            'adds_to': ['messages', 'message_events', 'consents'],
            'names_orders': ['review.order_id', 'review.order_number', 'request.order_id'],
        },
        'aftership': {
            'has_connections': true,
            'required': ['tracking'],
            'sources': ['checkpoint', 'tracking'],
            'tables': {'fulfillment_events': ['tracking', 'checkpoint']},
            'names_orders': ['tracking.order_id', 'tracking.order_number'],
        },
        'loop': {
            'has_connections': true,
            'required': ['return'],
            'sources': ['cancelled_return', 'cancelled_return_line', 'return', 'return_line'],
            'tables': {'refunds': ['return']},
            'adds_to': ['refunds'],
            'answers': ['return'],
            'names_orders': ['return.order_id', 'return.order_name', 'cancelled_return.order_id', 'cancelled_return.order_name'],
        },
        'stripe': {
            'has_connections': true,
            'required': ['dispute'],
            'sources': ['charge', 'dispute', 'payment_intent'],
            'tables': {'payments': ['dispute']},
            'adds_to': ['payments'],
            'answers': ['dispute'],
            'names_orders': ['stripe_dispute_orders.order_said'],
        },
        'recharge': {
            'has_connections': true,
            'required': ['subscription'],
            'sources': ['customer', 'subscription'],
            'tables': {'subscriptions': ['subscription', 'customer']},
        },
        'zendesk': {
            'has_connections': true,
            'required': ['ticket'],
            'sources': [
                'comment', 'custom_status', 'deleted_ticket', 'satisfaction_rating', 'ticket', 'ticket_change', 'ticket_field', 'ticket_field_value',
                'ticket_tag', 'user',
            ],
            'names_orders': ['zendesk_mentions.order_said'],
            'tables': {'tickets': ['ticket', 'user'], 'ticket_events': ['ticket']},
        },
        'gorgias': {
            'has_connections': true,
            'required': ['ticket'],
            'sources': ['customer', 'event', 'message', 'survey', 'ticket', 'ticket_tag'],
            'names_orders': ['gorgias_mentions.order_said'],
            'tables': {'tickets': ['ticket'], 'ticket_events': ['ticket']},
        },
        'attentive': {
            'has_connections': true,
            'required': ['sms_sent'],
            'sources': ['email_sent', 'sms_sent', 'subscribed', 'unsubscribed'],
            'adds_to': ['messages', 'consents'],
            'tables': {'messages': ['sms_sent'], 'consents': ['unsubscribed']},
        },
        'postscript': {
            'has_connections': true,
            'required': ['subscriber'],
            'sources': ['incoming_message', 'message', 'message_detail', 'subscriber'],
            'adds_to': ['messages', 'message_events', 'consents'],
            'tables': {'messages': ['message'], 'message_events': ['message'], 'consents': ['subscriber']},
        },
        'klaviyo': {
            'has_connections': true,
            'required': ['event', 'person'],
            'sources': ['campaign', 'event', 'exclusion', 'flow', 'list', 'list_exclusion', 'metric', 'person'],
            'tables': {
                'messages': ['event', 'metric'], 'message_events': ['event', 'metric'], 'consents': ['event', 'metric'], 'suppressions': ['exclusion'],
            },
        },
    }) }}
{%- endmacro %}

{#- What a connection may say of itself: {word: what it means}. -#}
{% macro connection_words() -%}
    {{ return({
        'connector': 'which tool it is',
        'store': 'short name of the store: its ids begin with it',
        'schema': 'where its loader puts its tables',
        'database': 'where that schema is not in the target database',
        'loader': 'fivetran, airbyte or dlt; unless given, what the tables look like decides',
        'scope': 'the stores that a tool serves, where it does not serve all',
        'order_field': 'the ticket field that holds the order name or number',
        'topic_field': 'the ticket field that holds what the ticket is about',
        'without': 'source tables that this shop has no use for, so that their absence means that there is no such thing',
    }) }}
{%- endmacro %}

{#- A field of a helpdesk has a title as people write it. -#}
{% macro connection_word_kind(word) -%}
    {{ return('words' if word in ['scope', 'without'] else 'title' if word in ['order_field', 'topic_field'] else 'word') }}
{%- endmacro %}

{#- Every connection with its defaults filled in. A contradiction stops with a sentence. -#}
{% macro connections() -%}
    {%- set words = post_purchase_gate.connection_words() -%}
    {%- set connectors = post_purchase_gate.connectors() -%}
    {%- set known = [] -%}
    {%- for name, connector in connectors.items() if connector.has_connections -%}{%- do known.append(name) -%}{%- endfor -%}
    {%- set filled = [] -%}
    {%- set faults = [] -%}
    {%- set places = {} -%}
    {%- set names = {} -%}
    {%- set stores = [] -%}
    {%- for connection in var('connections') or [] -%}
        {%- set place = "Connection " ~ loop.index ~ " of var connections" -%}
        {%- if connection is not mapping -%}
            {%- do faults.append(place ~ " is no list of words and values. Write {connector: shopify, store: us, schema: shopify_us}.") -%}
        {%- elif connection.get('connector') not in known -%}
            {%- do faults.append(
                place ~ " names connector '" ~ connection.get('connector') ~ "'. Known: " ~ known | join(', ') ~ "." ~ post_purchase_gate.near_match(connection.get('connector') | string, known)) -%}
        {%- else -%}
            {%- for word, value in connection.items() -%}
                {%- if word not in words -%}
                    {%- do faults.append(place ~ " (" ~ connection.connector ~ ") has '" ~ word ~ "', which means nothing. Known: " ~ words | join(', ') ~ "." ~ post_purchase_gate.near_match(word | string, words)) -%}
                {%- elif not post_purchase_gate.is_of_kind(value, post_purchase_gate.connection_word_kind(word)) -%}
                    {%- do faults.append(place ~ " (" ~ connection.connector ~ "): " ~ word ~ " has to be " ~ post_purchase_gate.kind_in_words(post_purchase_gate.connection_word_kind(word)) ~ ".") -%}
                {%- endif -%}
            {%- endfor -%}
            {%- set connector = connectors[connection.connector] -%}
            {%- set schema = connection.get('schema') or connection.connector -%}
            {%- set store = connection.get('store') or schema -%}
            {%- set database = connection.get('database') or target.database -%}
            {%- if connection.get('loader') not in [none, 'fivetran', 'airbyte', 'dlt'] -%}
                {%- do faults.append(place ~ " (" ~ connection.connector ~ ") names loader '" ~ connection.loader ~ "'. Known: fivetran, airbyte, dlt. Other loaders write one of these shapes: leave the word out.") -%}
            {%- endif -%}
            {%- set at = connection.connector ~ ' in ' ~ database ~ '.' ~ schema -%}
            {%- if at in places -%}
                {%- do faults.append("Connections " ~ places[at] ~ " and " ~ loop.index ~ " of var connections are both " ~ at ~ ": every row would count twice. Take one out.") -%}
            {%- endif -%}
            {%- do places.update({at: loop.index}) -%}
            {%- set name = connection.connector ~ ' ' ~ store -%}
            {%- if name in names -%}
                {%- do faults.append("Connections " ~ names[name] ~ " and " ~ loop.index ~ " of var connections are both " ~ connection.connector ~ " of store '" ~ store ~ "': ids would collide. Give each a store of its own.") -%}
            {%- endif -%}
            {%- do names.update({name: loop.index}) -%}
            {%- if connector.is_store and store not in stores -%}{%- do stores.append(store) -%}{%- endif -%}
            {%- do filled.append({
                'connector': connection.connector, 'store': store, 'schema': schema, 'database': database, 'loader': connection.get('loader'),
                'scope': connection.get('scope') or [], 'without': connection.get('without') or [], 'words': connection, 'place': place,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for connection in filled -%}
        {%- for table in connection.without if table not in connectors[connection.connector].get('sources', []) -%}
            {%- do faults.append(connection.place ~ " (" ~ connection.connector ~ ") says to be without '" ~ table ~ "', which it never reads. It reads " ~ connectors[connection.connector].get('sources', []) | join(', ') ~ ".") -%}
        {%- endfor -%}
        {%- for store in connection.scope if stores and store not in stores -%}
            {%- do faults.append(connection.place ~ " (" ~ connection.connector ~ ") has store '" ~ store ~ "' in its scope. Stores: " ~ stores | join(', ') ~ ".") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if faults -%}
        {{ exceptions.raise_compiler_error(faults | join(" ") ~ " docs/connect.md shows every connection.") }}
    {%- endif -%}
    {{ return(filled) }}
{%- endmacro %}

{#- Whether anything is read through a connector. Sets which models exist. -#}
{% macro uses_connector(name) -%}
    {%- for connection in var('connections') or [] if connection is mapping and connection.get('connector') == name -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- The connectors in use. Tables of the contract count beside connections only where their folder or schema is named. -#}
{% macro used_connectors() -%}
    {%- set used = [] -%}
    {%- set listed = ['native', 'olist'] -%}
    {%- for name in post_purchase_gate.list_var('connectors') -%}
        {%- if name not in listed -%}
            {{ exceptions.raise_compiler_error(
                "Unknown connector '" ~ name ~ "' in var connectors. Known: " ~ listed | join(', ')
                ~ (". It reads what a loader brings: name it in var connections, as docs/connect.md shows." if name in post_purchase_gate.connectors() else ".")) }}
        {%- endif -%}
        {%- if name != 'native' or not var('connections') or var('raw_path', none) or var('raw_schema', none) -%}{%- do used.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- for connection in post_purchase_gate.connections() if connection.connector not in used -%}{%- do used.append(connection.connector) -%}{%- endfor -%}
    {%- if var('connections') -%}{%- do used.append('connected') -%}{%- endif -%}
    {{ return(used) }}
{%- endmacro %}

{#- The stores of a shop: every connection of a tool that sells. -#}
{% macro stores() -%}
    {%- set stores = [] -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- if post_purchase_gate.connectors()[connection.connector].is_store and connection.store not in stores -%}{%- do stores.append(connection.store) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(stores) }}
{%- endmacro %}

{#- The stores that a connection speaks of: its own, or those that a tool serves which sells nothing. -#}
{% macro stores_of(connection) -%}
    {%- if post_purchase_gate.connectors()[connection.connector].is_store -%}
        {{ return([connection.store]) }}
    {%- endif -%}
    {{ return(connection.scope or post_purchase_gate.stores() or [connection.store]) }}
{%- endmacro %}

{#- What of the needs of a contract table a connection does not have, its owner does not call needless, and no other tool of the store answers. -#}
{% macro missing_needs(connection, table) -%}
    {%- set connectors = post_purchase_gate.connectors() -%}
    {%- set missing = [] -%}
    {%- for need in connectors[connection.connector].tables[table] -%}
        {%- set answered = [] -%}
        {%- for other in post_purchase_gate.connections() if need in connectors[other.connector].get('answers', []) and connection.store in post_purchase_gate.stores_of(other) -%}
            {%- if post_purchase_gate.missing_sources(other) | length == 0 -%}{%- do answered.append(other.connector) -%}{%- endif -%}
        {%- endfor -%}
        {%- if need not in connection.without and not answered and not post_purchase_gate.source_has(connection, need) -%}{%- do missing.append(need) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}

{#- The tables that nothing can be done without and that a connection lacks. -#}
{% macro missing_sources(connection) -%}
    {%- set missing = [] -%}
    {%- for table in post_purchase_gate.connectors()[connection.connector].get('required', []) if not post_purchase_gate.source_has(connection, table) -%}
        {%- do missing.append(table) -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}

{#- The stores whose tools have what a contract table is made of. A tool that only adds to a table (`adds_to`) brings none by itself. -#}
{% macro stores_with(table) -%}
    {%- set connectors = post_purchase_gate.connectors() -%}
    {%- set stores = [] -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- set connector = connectors[connection.connector] -%}
        {%- if table in connector.tables and table not in connector.get('adds_to', []) and not post_purchase_gate.missing_needs(connection, table) -%}
            {%- for store in post_purchase_gate.stores_of(connection) if store not in stores -%}{%- do stores.append(store) -%}{%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {#- where a tool adds rows and they are not there, nobody knows what is missing -#}
    {%- set silent = [] -%}
    {%- for connection in post_purchase_gate.connections() if table in connectors[connection.connector].get('adds_to', []) and post_purchase_gate.missing_needs(connection, table) -%}
        {%- do silent.extend(post_purchase_gate.stores_of(connection)) -%}
    {%- endfor -%}
    {{ return(stores | reject('in', silent) | list) }}
{%- endmacro %}

{% macro is_brought_by_connections(table) -%}
    {%- set brought = post_purchase_gate.stores_with(table) -%}
    {{ return(brought | length > 0 and post_purchase_gate.stores() | reject('in', brought) | list | length == 0) }}
{%- endmacro %}

{#-
    Why nothing of a connection can be read, where there is no schema of that name: the nearest, and those that are there and no build writes. None where
    there is one.
-#}
{% macro missing_schema(connection) -%}
    {%- set written = graph.nodes.values() | map(attribute='schema') | map('lower') | unique | list -%}
    {%- set there = [] -%}
    {%- for row in dbt.list_schemas(connection.database) -%}
        {%- if row[0] | lower == connection.schema | lower -%}{{ return(none) }}{%- endif -%}
        {%- if row[0] | lower not in written + ['information_schema', 'main', 'pg_catalog', 'public'] and row[0] not in there -%}{%- do there.append(row[0]) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(
        connection.place ~ " (" ~ connection.connector ~ "): " ~ connection.database ~ " has no schema '" ~ connection.schema ~ "'." ~ post_purchase_gate.near_match(connection.schema, there)
        ~ (" Its schemas: " ~ there | sort | join(', ') ~ "." if there else " It has no schema that a loader wrote.")) }}
{%- endmacro %}

{#- Stops where a schema that a connection names is not there: what else is missing says nothing then. -#}
{% macro check_schemas() -%}
    {%- set faults = [] -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- set fault = post_purchase_gate.missing_schema(connection) -%}
        {%- if fault -%}{%- do faults.append(fault) -%}{%- endif -%}
    {%- endfor -%}
    {%- if faults -%}
        {{ exceptions.raise_compiler_error(faults | join(" ") ~ " Name the schema that the loader writes to: docs/connect.md shows every connection.") }}
    {%- endif -%}
{%- endmacro %}

{#- Stops before any model where a connection lacks what nothing can be done without, or is not what it says. -#}
{% macro check_connections() -%}
    {%- set faults = [] -%}
    {%- set marks = {'fivetran': '_fivetran_synced', 'airbyte': '_airbyte_extracted_at', 'dlt': '_dlt_load_id'} -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- set seen = [] -%}
        {%- for node in graph.nodes.values() if node.name.startswith('src_' ~ connection.connector ~ '__') -%}
            {%- for place in post_purchase_gate.source_places(connection, node) -%}
                {%- do seen.append(place.table) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set place = "Connection " ~ connection.connector ~ " (" ~ connection.database ~ "." ~ connection.schema ~ ")" -%}
        {%- if not seen -%}
            {%- do faults.append(
                post_purchase_gate.missing_schema(connection)
                or place ~ ": none of its tables is there. Name the schema that the loader writes to, and let the build's user read it.") -%}
        {%- else -%}
            {%- for table in post_purchase_gate.missing_sources(connection) -%}
                {%- do faults.append(place ~ " has no table '" ~ table ~ "', which nothing can be decided without. Switch it on in the loader.") -%}
            {%- endfor -%}
            {%- if connection.loader -%}
                {%- for loader, mark in marks.items() if loader != connection.loader -%}
                    {%- for table in seen if mark in table.columns and marks[connection.loader] not in table.columns -%}
                        {%- do faults.append(place ~ " says loader '" ~ connection.loader ~ "', and table " ~ table.relation ~ " was written by " ~ loader ~ ". Say that, or leave the word out.") -%}
                    {%- endfor -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if faults -%}
        {{ exceptions.raise_compiler_error(faults | unique | join(" ") ~ " post-purchase doctor shows what was found.") }}
    {%- endif -%}
{%- endmacro %}
