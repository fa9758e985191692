{#-
    Makes the files of a folder readable as tables of a source's schema: TABLE.parquet as a view, TABLE.csv as a table of text.
    A table's meta `files` lists the names that its file may have instead; the first found wins.
    Lines of a CSV that no reader can split into columns are kept in `unreadable_lines` and end up in rejected_rows.
    Only engines that read files themselves can do this; elsewhere load the tables and set var raw_schema.
-#}
{% macro land_folder(source_name, folder) -%}
    {{ return(adapter.dispatch('land_folder', 'post_purchase_gate')(source_name, folder)) }}
{%- endmacro %}

{% macro default__land_folder(source_name, folder) -%}
    {{ exceptions.raise_compiler_error(
        "A folder of files is read by DuckDB only. On " ~ target.type ~ ", load the tables and set var raw_schema.") }}
{%- endmacro %}

{% macro duckdb__land_folder(source_name, folder) -%}
    {%- if not folder -%}
        {{ exceptions.raise_compiler_error("The folder of source '" ~ source_name ~ "' is not set: --vars '{" ~ source_name ~ "_path: FOLDER}'.") }}
    {%- endif -%}
    {%- set tables = post_purchase_gate.source_tables(source_name) -%}
    {#- with its database: a database file may bear the name of the schema -#}
    {%- set schema = adapter.quote(target.database) ~ "." ~ tables[0].schema -%}
    {%- set files = {} -%}
    {%- for row in run_query("select file from glob('" ~ post_purchase_gate.sql_text(folder) ~ "/*') order by file") -%}
        {%- set name = row[0].replace('\\', '/').split('/')[-1] -%}
        {%- do files.update({name: row[0]}) -%}
    {%- endfor -%}
    {%- if not files -%}
        {{ exceptions.raise_compiler_error("No files in '" ~ folder ~ "'. Name the folder that holds " ~ tables[0].name ~ ".parquet or .csv and the others.") }}
    {%- endif -%}
    {%- do run_query("drop schema if exists " ~ schema ~ " cascade") -%}
    {%- do run_query("create schema " ~ schema) -%}
    {%- do run_query("create table " ~ schema ~ ".unreadable_lines (table_name varchar, line_number bigint, line varchar, problem varchar)") -%}
    {%- for node in tables -%}
        {%- set target_name = schema ~ "." ~ node.identifier -%}
        {%- set found = namespace(parquet=none, csv=none) -%}
        {%- for name in node.config.meta.get('files') or [node.name] -%}
            {%- if not found.parquet and not found.csv -%}
                {%- set found.parquet = files.get(name ~ '.parquet') -%}
                {%- set found.csv = files.get(name ~ '.csv') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if found.parquet -%}
            {%- do run_query("create view " ~ target_name ~ " as select * from read_parquet('" ~ post_purchase_gate.sql_text(found.parquet) ~ "')") -%}
        {%- elif found.csv -%}
            {%- set path = post_purchase_gate.sql_text(found.csv) -%}
            {%- set columns = [] -%}
            {%- for name in post_purchase_gate.csv_header(path) -%}
                {%- do columns.append("'" ~ post_purchase_gate.sql_text(name) ~ "': 'varchar'") -%}
            {%- endfor -%}
            {%- do run_query(
                "create table " ~ target_name ~ " as select * from read_csv('" ~ path ~ "', header = true, auto_detect = false, "
                ~ "delim = ',', quote = '\"', escape = '\"', store_rejects = true, columns = {" ~ columns | join(', ') ~ "})") -%}
            {%- do run_query(
                "insert into " ~ schema ~ ".unreadable_lines select '" ~ node.name ~ "', line, any_value(csv_line), min(lower(cast(error_type as varchar))) from reject_errors group by line") -%}
            {%- do run_query("drop table if exists reject_errors") -%}
            {%- do run_query("drop table if exists reject_scans") -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The column names of a CSV's first line: the reader's own detection gives up on a file with one broken line. -#}
{% macro csv_header(path) -%}
    {%- set first = run_query(
        "select line from read_csv('" ~ path ~ "', header = false, auto_detect = false, columns = {'line': 'varchar'}, "
        ~ "delim = '\x1f', quote = '', escape = '', strict_mode = false, parallel = false) limit 1") -%}
    {%- set names = [] -%}
    {%- if first | length -%}
        {%- for name in (first[0][0] or '').split(',') -%}
            {%- do names.append(name | trim | replace('"', '') | replace('\ufeff', '') | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not names or names == [''] -%}
        {{ exceptions.raise_compiler_error("'" ~ path ~ "' has no header line. Write the column names of the contract in its first line.") }}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}

{% macro sql_text(value) -%}
    {{ return(value | string | replace("'", "''")) }}
{%- endmacro %}
