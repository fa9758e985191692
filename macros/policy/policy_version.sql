{#-
    What a model's answers rest on as policy, found by walking up the graph from it: the seeds of the folder `policy` (but for those that are
    dated facts, as rates are) and the vars that a model or macro on the way names. A new seed or var is part of it as soon as it is read.
-#}
{% macro policy_sources(unique_id) -%}
    {%- set nodes = {} -%}
    {%- set to_visit = graph.nodes[unique_id].depends_on.nodes | list -%}
    {%- for _ in range(graph.nodes | length) if to_visit -%}
        {%- set found = [] -%}
        {%- for node_id in to_visit if node_id in graph.nodes and node_id not in nodes -%}
            {%- do nodes.update({node_id: graph.nodes[node_id]}) -%}
            {%- do found.extend(graph.nodes[node_id].get('depends_on', {}).get('nodes', [])) -%}
        {%- endfor -%}
        {%- do to_visit.clear() -%}
        {%- do to_visit.extend(found | unique) -%}
    {%- endfor -%}

    {%- set texts = [] -%}
    {%- set macros = {} -%}
    {%- set macros_to_visit = [] -%}
    {%- for node in nodes.values() if node.resource_type == 'model' -%}
        {%- do texts.append(node.raw_code) -%}
        {%- do macros_to_visit.extend(node.depends_on.macros) -%}
    {%- endfor -%}
    {%- for _ in range(post_purchase_gate | length) if macros_to_visit -%}
        {%- set found = [] -%}
        {%- for macro_id in macros_to_visit | unique if macro_id.startswith('macro.post_purchase_gate.') and macro_id not in macros -%}
            {%- set macro = post_purchase_gate[macro_id.split('.')[-1]].macro -%}
            {%- do macros.update({macro_id: true}) -%}
            {%- do texts.append(macro.macro_sql) -%}
            {%- do found.extend(macro.depends_on.macros) -%}
        {%- endfor -%}
        {%- do macros_to_visit.clear() -%}
        {%- do macros_to_visit.extend(found) -%}
    {%- endfor -%}

    {%- set names = modules.re.findall("\\bvar\\(\\s*['\"](\\w+)['\"]", texts | join(' ')) -%}
    {%- set seeds = [] -%}
    {%- for node in nodes.values() if node.resource_type == 'seed' and 'policy' in node.fqn and not node.config.meta.get('is_dated') -%}
        {%- do seeds.append(node) -%}
    {%- endfor -%}
    {{ return({
        'seeds': seeds | sort(attribute='name'),
        'vars': names | unique | reject('in', post_purchase_gate.fact_vars()) | sort,
    }) }}
{%- endmacro %}

{#-
    Vars that say where the facts are, which points are decided in a build and what is accepted for one: they are no policy, and a build of another kind
    has the same.
-#}
{% macro fact_vars() -%}
    {{ return([
        'accept_audience_change', 'accept_new_salt', 'accept_other_shop', 'accept_shrink', 'as_of', 'audit_from', 'build_id', 'candidate_matrix', 'connectors', 'csv_encodings', 'demo_as_of', 'demo_without', 'guest_salt', 'learned_at', 'leases_path', 'point_origins',
        'raw_database', 'raw_path',
        'raw_schema', 'schema_prefix',
    ]) }}
{%- endmacro %}

{#- One text per row of a seed, every column included. Numbers are written with as many digits on every engine. -#}
{% macro seed_row_text(relation) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) | sort(attribute='name') -%}
        {%- set type = column.dtype | lower -%}
        {%- set is_number = 'int' in type or 'decimal' in type or 'numeric' in type or 'double' in type or 'float' in type or type == 'real' -%}
        {%- do columns.append('cast(' ~ column.name ~ ' as decimal(28, 9))' if is_number else column.name) -%}
    {%- endfor -%}
    {{ post_purchase_gate.text_key(columns) if columns else "''" }}
{%- endmacro %}
