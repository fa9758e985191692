{#-
    What post-purchase doctor shows of the connections, as one line of JSON: for each of them its source tables, what stands for them, the columns that
    nobody has and those that nobody reads, the contract tables with what they lack, and the fields of tickets that it names.
-#}
{% macro describe_connections() -%}
    {%- do post_purchase_gate.check_schemas() -%}
    {%- set found = [] -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- set connector = post_purchase_gate.connectors()[connection.connector] -%}
        {%- set sources = [] -%}
        {%- for node in graph.nodes.values() | sort(attribute='name') if node.name.startswith('src_' ~ connection.connector ~ '__') -%}
            {%- set places = post_purchase_gate.source_places(connection, node) -%}
            {%- set relations = [] -%}
            {%- set columns = [] -%}
            {%- for place in places -%}
                {%- do relations.append(place.table.relation.schema ~ '.' ~ place.table.relation.identifier ~ (': ' ~ place.lists | join('.') if place.lists else '')) -%}
            {%- endfor -%}
            {%- for name in post_purchase_gate.source_columns(node) if places -%}
                {%- set values = [] -%}
                {%- for place in places if post_purchase_gate.found_value(connection, place, post_purchase_gate.candidates(node.columns[name])) -%}
                    {%- do values.append(name) -%}
                {%- endfor -%}
                {%- if not values -%}{%- do columns.append(name) -%}{%- endif -%}
            {%- endfor -%}
            {%- set read = post_purchase_gate.loaded_at_columns() | list -%}
            {%- for name in post_purchase_gate.source_columns(node) -%}
                {%- for candidate in post_purchase_gate.candidates(node.columns[name]) -%}
                    {%- do read.extend([candidate.split('.')[0] | lower, candidate | lower | replace('.', '__')]) -%}
                {%- endfor -%}
            {%- endfor -%}
            {%- set others = [] -%}
            {%- for place in places if not place.lists and not place.parent -%}
                {%- for name, column in place.table.columns.items() if name not in read and not name.startswith('_') -%}{%- do others.append(column.name) -%}{%- endfor -%}
            {%- endfor -%}
            {%- do sources.append({
                'source': node.name.split('__')[1], 'about': node.description, 'found': relations, 'columns_missing': columns, 'columns_unread': others,
                'is_required': node.name.split('__')[1] in connector.get('required', []),
                'is_without': node.name.split('__')[1] in connection.without,
                'born_with': node.config.meta.get('born_with'), 'tables': node.config.meta.tables,
            }) -%}
        {%- endfor -%}
        {%- set brings = [] -%}
        {%- for table in connector.tables -%}
            {%- do brings.append({'table': table, 'missing': post_purchase_gate.missing_needs(connection, table)}) -%}
        {%- endfor -%}
        {%- set fields = {} -%}
        {%- for word in ['order_field', 'topic_field'] if connection.words.get(word) -%}{%- do fields.update({word: connection.words[word]}) -%}{%- endfor -%}
        {%- do found.append({
            'connector': connection.connector, 'store': connection.store, 'place': connection.database ~ '.' ~ connection.schema,
            'schema': connection.schema, 'is_store': connector.is_store | default(false), 'names_its_store': connection.words.get('store') is not none,
            'names_orders': 'names_orders' in connector or connector.is_store | default(false),
            'sources': sources, 'brings': brings, 'fields': fields,
        }) -%}
    {%- endfor -%}
    {%- set feeds = [] -%}
    {%- for feed in post_purchase_gate.feeds() -%}
        {%- do feeds.append({
            'feed': feed.feed, 'stores_with': post_purchase_gate.stores_with(feed.table), 'is_not_kept': feed.feed in post_purchase_gate.list_var('feeds_not_kept'),
        }) -%}
    {%- endfor -%}
    {%- do log('CONNECTIONS ' ~ tojson({'connections': found, 'feeds': feeds, 'stores': post_purchase_gate.stores()}), info=true) -%}
{%- endmacro %}
