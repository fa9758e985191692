{#-
    Runs before any model: stops a build that brings another shop than the database knows, lands a folder of files, then stops the build with the names
    of every required table and column that is missing, and of every table that lost what it had. Optional tables may be absent; of a table that is there,
    the columns under `must` (else its key) have to exist.
    A build that is many commands (var build_id) does this once, in a command of its own: land_inputs.
-#}
{% macro prepare_inputs() -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'compile', 'show', 'snapshot', 'run-operation'] and not post_purchase_gate.is_task_of_a_build() -%}
        {%- do post_purchase_gate.check_vars() -%}
        {%- set writes = flags.WHICH in ['build', 'run', 'run-operation'] -%}
        {%- if writes or var('raw_path', none) -%}{%- do post_purchase_gate.check_source_identity() -%}{%- endif -%}
        {%- if writes -%}{%- do post_purchase_gate.check_salt() -%}{%- endif -%}
        {%- if 'native' in post_purchase_gate.used_connectors() and not post_purchase_gate.uses_demo_shop() -%}
            {%- if var('raw_path', none) -%}
                {%- do post_purchase_gate.land_folder('raw', var('raw_path')) -%}
            {%- endif -%}
            {%- do post_purchase_gate.check_tables('raw') -%}
        {%- endif -%}
        {%- if var('leases_path', none) -%}
            {%- do post_purchase_gate.land_leases(var('leases_path')) -%}
        {%- endif -%}
        {%- do post_purchase_gate.check_feeds_not_kept() -%}
        {%- if var('connections') -%}
            {%- do post_purchase_gate.check_connections() -%}
        {%- endif -%}
        {%- if 'olist' in post_purchase_gate.list_var('connectors') -%}
            {%- do post_purchase_gate.land_folder('olist', var('olist_path', none)) -%}
            {%- do post_purchase_gate.check_tables('olist') -%}
        {%- endif -%}
        {%- if writes and post_purchase_gate.used_connectors() == ['native'] and not post_purchase_gate.uses_demo_shop() -%}{%- do post_purchase_gate.check_shrink() -%}{%- endif -%}
        {%- if writes -%}{%- do post_purchase_gate.warn_of_earlier_clock() -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether this command is one of many that are one build: what comes before a build has been done, and must not be done again beside the others. -#}
{% macro is_task_of_a_build() -%}
    {{ return(var('build_id', none) is not none and flags.WHICH != 'run-operation') }}
{%- endmacro %}

{#- The first task of a build whose nodes an orchestrator runs one by one: dbt run-operation land_inputs, with the vars of all other tasks. -#}
{% macro land_inputs() -%}
    {%- if execute -%}
        {%- if var('build_id', none) is none -%}
            {{ exceptions.raise_compiler_error(
                "land_inputs is the first command of a build that is many commands: give all of them one id, --vars '{build_id: nightly-2026-07-01, ...}'. A dbt build needs none: it lands by itself.") }}
        {%- endif -%}
        {%- do post_purchase_gate.make_engine_functions() -%}
        {%- do post_purchase_gate.prepare_inputs() -%}
        {{ adapter.commit() }}
    {%- endif -%}
{%- endmacro %}

{% macro check_vars() -%}
    {%- do post_purchase_gate.check_declared_vars() -%}
    {%- if var('raw_path', none) and var('raw_schema', none) -%}
        {{ exceptions.raise_compiler_error("Both raw_path and raw_schema are set. Set one: a folder of files, or a schema of tables.") }}
    {%- endif -%}
    {%- set feeds = post_purchase_gate.feeds() | map(attribute='feed') | list -%}
    {%- for feed in post_purchase_gate.list_var('feeds_not_kept') -%}
        {%- if feed not in feeds -%}
            {{ exceptions.raise_compiler_error("Unknown feed '" ~ feed ~ "' in var feeds_not_kept." ~ post_purchase_gate.near_match(feed | string, feeds) ~ " Known: " ~ feeds | join(', ') ~ ".") }}
        {%- endif -%}
    {%- endfor -%}
    {%- set stopping = [] -%}
    {%- set stopping_names = [] -%}
    {%- for table, columns in post_purchase_gate.stopping_columns().items() -%}
        {%- for column in columns -%}
            {%- do stopping.append(table ~ '.' ~ column) -%}
            {%- do stopping_names.append(column) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for column in post_purchase_gate.list_var('columns_not_kept') -%}
        {%- if column not in stopping and column not in stopping_names -%}
            {{ exceptions.raise_compiler_error(
                "Unknown column '" ~ column ~ "' in var columns_not_kept." ~ post_purchase_gate.near_match(column | string, stopping + stopping_names) ~ " Columns whose absence is unknown evidence: " ~ stopping | join(', ') ~ ".") }}
        {%- endif -%}
    {%- endfor -%}
    {%- set instant = post_purchase_gate.as_of_text() | trim -%}
    {%- set has_shape = modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$', instant) is not none -%}
    {%- set is_instant = has_shape and run_query(
        "select " ~ post_purchase_gate.try_cast("'" ~ instant ~ "'", dbt.type_timestamp()) ~ " as instant")[0][0] is not none -%}
    {%- if not is_instant -%}
        {{ exceptions.raise_compiler_error(
            "var as_of is '" ~ post_purchase_gate.as_of_text() ~ "'. Write a UTC instant: 'YYYY-MM-DD HH:MM:SS'.") }}
    {%- endif -%}
{%- endmacro %}

{#- The tables of a source in this project's YAML, sorted by name. -#}
{% macro source_tables(source_name) -%}
    {%- set tables = [] -%}
    {%- for node in graph.sources.values() | sort(attribute='name') -%}
        {%- if node.package_name == 'post_purchase_gate' and node.source_name == source_name -%}
            {%- do tables.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{% macro check_tables(source_name) -%}
    {%- set missing = [] -%}
    {%- for node in post_purchase_gate.source_tables(source_name) -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.identifier) -%}
        {%- if relation is none -%}
            {%- if node.config.meta.required and not (source_name == 'raw' and post_purchase_gate.is_brought_by_connections(node.name)) -%}
                {%- do missing.append("table " ~ node.name ~ " (required)") -%}
            {%- endif -%}
        {%- else -%}
            {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
            {%- for column in node.config.meta.get('must') or node.config.meta.key -%}
                {%- if column not in present -%}
                    {%- do missing.append("column " ~ node.name ~ "." ~ column) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            "The input '" ~ source_name ~ "' is incomplete. Missing: " ~ missing | join(', ')
            ~ ". Bring them (a column may hold nulls); " ~ post_purchase_gate.source_tables(source_name)[0].original_file_path
            ~ " says what each one means.") }}
    {%- endif -%}
{%- endmacro %}
