{#-
    Makes the files of a folder readable as tables of a source's schema: TABLE.parquet as a view, TABLE.csv as a table of text.
    A table's meta `files` lists the names that its file may have instead; the first found wins.
    Records of a CSV that cannot be split into columns are kept in `unreadable_lines` and end up in rejected_rows; a stray quote costs one record.
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
        {{ exceptions.raise_compiler_error("No files in '" ~ folder ~ "'. Name the folder that holds " ~ (tables | map(attribute='name') | select('equalto', 'orders') | list + [tables[0].name]) | first ~ ".parquet or .csv and the others.") }}
    {%- endif -%}
    {%- do post_purchase_gate.check_file_names(files, tables) -%}
    {%- do post_purchase_gate.check_landing_is_ours(schema, tables[0].schema) -%}
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
            {%- do post_purchase_gate.check_parquet(found.parquet) -%}
            {%- do run_query("create view " ~ target_name ~ " as select * from read_parquet('" ~ post_purchase_gate.sql_text(found.parquet) ~ "')") -%}
            {%- do post_purchase_gate.count_file(
                found.parquet, node.name, schema, none, 'null', "(select sum(num_rows) from parquet_file_metadata('" ~ post_purchase_gate.sql_text(found.parquet) ~ "'))", true) -%}
        {%- elif found.csv -%}
            {%- do post_purchase_gate.land_csv(found.csv, node.name, schema, target_name) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    Stops where a file is called nearly as a table that has none: in capitals, without its s, with an ending that nobody reads. Left out without a word,
    ticket.csv would be a shop without tickets. Other files of the folder are nobody's business here.
-#}
{% macro check_file_names(files, tables) -%}
    {%- set faults = [] -%}
    {%- for node in tables -%}
        {%- set names = node.config.meta.get('files') or [node.name] -%}
        {%- set read = [] -%}
        {%- for name in names -%}{%- do read.extend([name ~ '.parquet', name ~ '.csv']) -%}{%- endfor -%}
        {%- if not (read | select('in', files) | list) -%}
            {%- for file in files -%}
                {%- for name in names if post_purchase_gate.letters_of(file.split('.')[0]) == post_purchase_gate.letters_of(name) -%}
                    {%- do faults.append("'" ~ file ~ "' is not read: save it as " ~ name ~ ".csv or " ~ name ~ ".parquet") -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if faults -%}
        {{ exceptions.raise_compiler_error(faults | join("; ") ~ ". What is no table of the shop's, call otherwise.") }}
    {%- endif -%}
{%- endmacro %}

{#- The letters of a name, without the s of a plural. -#}
{% macro letters_of(name) -%}
    {{ return(modules.re.sub('s$', '', modules.re.sub('[^a-z]', '', name | lower))) }}
{%- endmacro %}

{#- The file in which post-purchase may-send and post-purchase serve write who was told yes, as a table of a schema of its own. -#}
{% macro land_leases(file) -%}
    {{ return(adapter.dispatch('land_leases', 'post_purchase_gate')(file)) }}
{%- endmacro %}

{% macro default__land_leases(file) -%}
    {{ exceptions.raise_compiler_error("A file of leases is read by DuckDB only. On " ~ target.type ~ ", load it as the table leases of raw_schema.") }}
{%- endmacro %}

{% macro duckdb__land_leases(file) -%}
    {%- if not run_query("select file from glob('" ~ post_purchase_gate.sql_text(file) ~ "')") | length -%}
        {{ exceptions.raise_compiler_error(
            "There are no leases at '" ~ file ~ "' (var leases_path). Name the file that post-purchase may-send writes, or take out the var if nobody asks.") }}
    {%- endif -%}
    {%- set schema = adapter.quote(target.database) ~ ".leases" -%}
    {%- do post_purchase_gate.check_landing_is_ours(schema, 'leases') -%}
    {%- do run_query("drop schema if exists " ~ schema ~ " cascade") -%}
    {%- do run_query("create schema " ~ schema) -%}
    {%- do run_query("create table " ~ schema ~ ".unreadable_lines (table_name varchar, line_number bigint, line varchar, problem varchar)") -%}
    {%- do post_purchase_gate.land_csv(file, 'leases', schema, schema ~ ".leases", may_grow=true) -%}
{%- endmacro %}

{#-
    What a file holds, by the file alone: its bytes, its lines where it has lines, its records. file_accounting holds it against what became of them. Of a
    file that models read later, its state, so that one that is replaced meanwhile is found out.
-#}
{% macro count_file(file, table, schema, encoding, lines, records, read_later=false) -%}
    {%- do run_query(
        "create table if not exists " ~ schema ~ ".landed_files (table_name varchar, file_name varchar, encoding varchar, bytes bigint, lines bigint, records bigint, read_later boolean, state varchar)") -%}
    {%- do run_query(
        "insert into " ~ schema ~ ".landed_files select '" ~ table ~ "', '" ~ post_purchase_gate.sql_text(file.replace('\\', '/').split('/')[-1]) ~ "', "
        ~ ("'" ~ encoding ~ "'" if encoding else "null") ~ ", size, " ~ lines ~ ", " ~ records ~ ", " ~ read_later ~ ", size || ' bytes of ' || last_modified from read_blob('" ~ post_purchase_gate.sql_text(file) ~ "')") -%}
{%- endmacro %}

{#- Landing replaces the whole schema: one that holds anything else is somebody's, and stays. -#}
{% macro check_landing_is_ours(schema, name) -%}
    {%- set there = run_query(
        "select table_name from information_schema.tables where table_catalog = '" ~ post_purchase_gate.sql_text(target.database)
        ~ "' and table_schema = '" ~ post_purchase_gate.sql_text(name) ~ "' order by table_name") -%}
    {%- set names = [] -%}
    {%- for row in there -%}{%- do names.append(row[0]) -%}{%- endfor -%}
    {%- if names and 'unreadable_lines' not in names -%}
        {{ exceptions.raise_compiler_error(
            "The schema " ~ schema ~ " holds tables that landing did not make (" ~ names[:3] | join(', ') ~ "). Landing files would replace it."
            ~ " Read these tables with var raw_schema: " ~ name ~ ", or build into another database file.") }}
    {%- endif -%}
{%- endmacro %}

{#-
    One CSV file as a table of text. Its lines are counted before they are split: where the reader makes as many records of them as there are lines,
    none has swallowed another, and the reader's table stands. Where it makes fewer, quotes span lines, and nobody knows yet whether a text has
    line feeds or a quote was left open: then the file is read line by line (land_csv_by_lines), as is one that is not UTF-8 or that mixes its line ends,
    for at either the reader gives up on the whole file.
-#}
{% macro land_csv(file, table, schema, target_name, may_grow=false) -%}
    {%- set path = post_purchase_gate.sql_text(file) -%}
    {%- set before = post_purchase_gate.file_state(path) -%}
    {%- set look = post_purchase_gate.look_at_lines(file, path, table) -%}
    {%- set header = look.header -%}
    {%- set delimiter = post_purchase_gate.csv_delimiter(header) -%}
    {%- set names = post_purchase_gate.csv_header(file, header, delimiter) -%}
    {%- set columns = [] -%}
    {%- for name in names -%}{%- do columns.append("'" ~ post_purchase_gate.sql_text(name) ~ "': 'varchar'") -%}{%- endfor -%}
    {%- set counts = none -%}
    {%- if look.encoding == 'utf-8' and not post_purchase_gate.has_mixed_line_ends(path) -%}
        {%- do run_query(
            "create table " ~ target_name ~ " as select * from read_csv('" ~ path ~ "', header = true, auto_detect = false, "
            ~ "delim = '" ~ delimiter ~ "', quote = '\"', escape = '\"', store_rejects = true, max_line_size = " ~ post_purchase_gate.longest_line()
            ~ ", columns = {" ~ columns | join(', ') ~ "})") -%}
        {%- set counts = run_query(
            "select (select count(*) from landed_refusals), (select count(*) from " ~ target_name ~ "), (select count(distinct line) from reject_errors)")[0] -%}
    {%- endif -%}
    {%- if counts is not none and look.records + counts[0] == counts[1] + counts[2] -%}
        {%- do post_purchase_gate.count_file(file, table, schema, look.encoding, look.lines + counts[0], look.records + counts[0]) -%}
        {%- do run_query(
            "insert into " ~ schema ~ ".unreadable_lines select '" ~ table ~ "', line, any_value(csv_line), min(lower(cast(error_type as varchar))) from reject_errors group by line") -%}
    {%- else -%}
        {%- do post_purchase_gate.forget_rejects() -%}
        {#- the order of the lines is what the reading below goes by -#}
        {%- set order_before = run_query("select current_setting('preserve_insertion_order')")[0][0] -%}
        {%- do run_query("set preserve_insertion_order = true") -%}
        {%- do run_query(
            "create or replace temp table landed_lines as select row_number() over () as line_number, coalesce(line, '') as line from "
            ~ post_purchase_gate.lines_of(path, look.encoding, 'store_rejects')) -%}
        {%- do run_query("set preserve_insertion_order = " ~ order_before) -%}
        {%- do post_purchase_gate.land_csv_by_lines(table, schema, target_name, names, delimiter) -%}
        {%- do post_purchase_gate.count_file(
            file, table, schema, look.encoding, "(select count(*) from landed_lines) + (select count(*) from landed_refusals)",
            "(select count(*) from landed_records) + (select count(*) from landed_refusals)") -%}
        {%- do run_query("drop table landed_records") -%}
        {%- do run_query("drop table landed_lines") -%}
    {%- endif -%}
    {%- do post_purchase_gate.forget_rejects() -%}
    {%- do run_query("drop table landed_refusals") -%}
    {%- if not may_grow and post_purchase_gate.file_state(path) != before -%}{{ post_purchase_gate.stop_over_replaced([file]) }}{%- endif -%}
{%- endmacro %}

{#-
    The lines of a file before anything splits them: how they are encoded, the first one, how many there are and how many hold something behind it. Those
    that cannot be read are left in landed_refusals.
-#}
{% macro look_at_lines(file, path, table) -%}
    {%- set said = var('csv_encodings').get(table) -%}
    {%- set look = {'encoding': said or 'utf-8', 'header': '', 'lines': 0, 'records': 0} -%}
    {%- do look.update(post_purchase_gate.counted_lines(path, look.encoding)) -%}
    {%- if run_query("select 1 from landed_refusals where line = 1") | length -%}
        {%- set mark = run_query("select substring(hex(content), 1, 4) from read_blob('" ~ path ~ "')")[0][0] -%}
        {%- if mark != 'FFFE' or said -%}
            {{ exceptions.raise_compiler_error(
                "'" ~ file ~ "', line 1: the header is not UTF-8. Save the file as UTF-8; if it is Latin-1 (ISO 8859-1), say so: --vars '{csv_encodings: {" ~ table ~ ": latin-1}, ...}'.") }}
        {%- endif -%}
        {%- do look.update({'encoding': 'utf-16'}) -%}
        {%- do look.update(post_purchase_gate.counted_lines(path, 'utf-16')) -%}
    {%- endif -%}
    {%- set first = run_query("select line from " ~ post_purchase_gate.lines_of(path, look.encoding, 'ignore_errors') ~ " limit 1") -%}
    {%- do look.update({'header': (first[0][0] or '') if first | length else ''}) -%}
    {{ return(look) }}
{%- endmacro %}

{% macro counted_lines(path, encoding) -%}
    {%- set counts = run_query("select count(*), count(nullif(line, '')) from " ~ post_purchase_gate.lines_of(path, encoding, 'store_rejects'))[0] -%}
    {%- do run_query(
        "create or replace temp table landed_refusals as select line, min(lower(cast(error_type as varchar))) as problem, "
        ~ "line - row_number() over (order by line) as lines_before from reject_errors group by line") -%}
    {%- do post_purchase_gate.forget_rejects() -%}
    {{ return({'lines': counts[0], 'records': counts[1] - 1}) }}
{%- endmacro %}

{#- A file as one column of lines; what no line can be made of is stored or ignored. -#}
{% macro lines_of(path, encoding, refusals) -%}
    read_csv('{{ path }}', header = false, auto_detect = false, columns = {'line': 'varchar'}, delim = '\x1f', quote = '', escape = '', strict_mode = false,
        parallel = false, {{ refusals }} = true, encoding = '{{ encoding }}', max_line_size = {{ post_purchase_gate.longest_line() }})
{%- endmacro %}

{% macro longest_line() -%}{{ return(16777216) }}{%- endmacro %}

{#-
    Stops over a file that is no Parquet, or was cut off: the last eight bytes of one say how long the description of its columns before them is. Of files above
    256 MB, which are not read as a whole, and of a description that is garbled the reader's own error tells, which names the file.
-#}
{% macro check_parquet(file) -%}
    {%- set path = post_purchase_gate.sql_text(file) -%}
    {%- set size = run_query("select size from read_blob('" ~ path ~ "')")[0][0] -%}
    {%- if size > 268435456 -%}{{ return('') }}{%- endif -%}
    {%- set is_whole = size >= 12 and run_query(
        "select content[1:4] = 'PAR1'::blob and content[-4:] = 'PAR1'::blob"
        ~ " and size >= 12 + cast('0x' || hex(content[size - 4:size - 4]) || hex(content[size - 5:size - 5]) || hex(content[size - 6:size - 6]) || hex(content[size - 7:size - 7]) as bigint)"
        ~ " from read_blob('" ~ path ~ "')")[0][0] -%}
    {%- if not is_whole -%}
        {{ exceptions.raise_compiler_error("'" ~ file ~ "' is no Parquet file, or not a whole one. Write it anew; if it is CSV, let its name end in .csv.") }}
    {%- endif -%}
{%- endmacro %}

{#- What tells that a file was replaced: its size and when it was written. -#}
{% macro file_state(path) -%}
    {{ return(run_query("select size || ' bytes of ' || last_modified from read_blob('" ~ path ~ "')")[0][0]) }}
{%- endmacro %}

{% macro stop_over_replaced(files) -%}
    {{ exceptions.raise_compiler_error(
        "Replaced while this build read it: " ~ files | join(', ') ~ ". Readers keep the build before. Build again once the extract is written; better, write it under another name and rename it.") }}
{%- endmacro %}

{#-
    A Parquet file is read where it lies, by every model of its table, until all tables are read: then it has to be the file that landing saw, or rows of
    two extracts stand side by side.
-#}
{% macro check_landed_files_stand(source_name, folder) -%}
    {%- set landed = adapter.get_relation(target.database, source_name, 'landed_files') if execute and folder else none -%}
    {%- if landed is not none -%}
        {%- set replaced = run_query(
            "select landed.file_name from " ~ landed ~ " as landed left join (select parse_filename(filename) as file_name, size || ' bytes of ' || last_modified as state from read_blob('"
            ~ post_purchase_gate.sql_text(folder) ~ "/*.parquet')) as now on landed.file_name = now.file_name where landed.read_later and landed.state is distinct from now.state order by 1").columns[0].values() -%}
        {%- if replaced | length -%}{{ post_purchase_gate.stop_over_replaced(replaced) }}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether a UTF-8 file ends its lines now in one way, now in another. Files above 256 MB are written by machines, and are not read as a whole. -#}
{% macro has_mixed_line_ends(path) -%}
    {%- if run_query("select size from read_blob('" ~ path ~ "')")[0][0] > 268435456 -%}{{ return(false) }}{%- endif -%}
    {#- a file without any carriage return, as most are, costs a look and no counting -#}
    {%- set returns = "strlen(text) - strlen(replace(text, chr(13), ''))" -%}
    {%- set feeds = "strlen(text) - strlen(replace(text, chr(10), ''))" -%}
    {%- set pairs = "(strlen(text) - strlen(replace(text, chr(13) || chr(10), ''))) / 2" -%}
    {{ return(run_query(
        "select contains(text, chr(13)) and case when contains(text, chr(13)) then " ~ returns ~ " <> " ~ pairs ~ " or " ~ pairs ~ " <> " ~ feeds ~ " else false end from ("
        ~ "select coalesce(try(decode(content)), replace(replace(cast(content as varchar), '\\x0D', chr(13)), '\\x0A', chr(10))) as text from read_blob('" ~ path ~ "')) as files")[0][0]) }}
{%- endmacro %}

{% macro forget_rejects() -%}
    {%- do run_query("drop table if exists reject_errors") -%}
    {%- do run_query("drop table if exists reject_scans") -%}
{%- endmacro %}

{#-
    A file whose quotes span lines. A line that is a whole record by itself is one, whatever quote was left open before it: so a stray quote costs its
    own record and no other. The lines between belong together until their quotes are even; together they are a record (a text with line feeds) or
    they are refused as one, under the number of the first.
-#}
{% macro land_csv_by_lines(table, schema, target_name, names, delimiter) -%}
    {%- set field = '(?:"(?:[^"]|"")*"|[^' ~ delimiter ~ '"\\n][^' ~ delimiter ~ '\\n]*|)' -%}
    {%- set record = '^' ~ field ~ ('(?:' ~ delimiter ~ field ~ ')') * (names | length - 1) ~ '$' -%}
    {#- a delimiter before each field, the first one too: a match of nothing would make the reader skip a character -#}
    {%- set fields = "regexp_extract_all('" ~ delimiter ~ "' || record, '" ~ delimiter ~ "(" ~ field ~ ")', 1)" -%}
    {%- set found = "length(" ~ fields ~ ")" -%}
    {%- set values = [] -%}
    {%- for name in names -%}
        {%- set value = "fields[" ~ loop.index ~ "]" -%}
        {%- do values.append(
            "nullif(case when " ~ value ~ " like '\"%' then replace(" ~ value ~ "[2:-2], '\"\"', '\"') else " ~ value ~ " end, '') as "
            ~ adapter.quote(name)) -%}
    {%- endfor -%}
    {%- do run_query(
        "create or replace temp table landed_records as with lines as ("
        ~ "select line_number, line, regexp_full_match(line, '" ~ record ~ "') as is_whole from landed_lines where line_number > 1"
        ~ "), parts as ("
        ~ "select line_number, line, line_number - row_number() over (order by line_number) as run, "
        ~ "(length(line) - length(replace(line, '\"', ''))) % 2 as is_odd from lines where not is_whole"
        ~ "), opened as ("
        ~ "select *, coalesce(sum(is_odd) over (partition by run order by line_number rows between unbounded preceding and 1 preceding), 0) % 2 = 1 as is_inside from parts"
        ~ "), numbered as ("
        ~ "select *, sum(case when is_inside then 0 else 1 end) over (partition by run order by line_number rows unbounded preceding) as part_of from opened"
        ~ "), joined as ("
        ~ "select min(line_number) as line_number, string_agg(line, chr(10) order by line_number) as record, sum(is_odd) % 2 = 1 as is_open from numbered group by run, part_of"
        ~ ") select line_number, line as record, true as is_whole, '' as problem from lines where is_whole union all "
        ~ "select line_number, record, regexp_full_match(record, '" ~ record ~ "') as is_whole, "
        ~ "case when is_open then 'quote left open' when " ~ found ~ " < " ~ names | length ~ " then 'missing columns' when " ~ found ~ " > " ~ names | length
        ~ " then 'too many columns' else 'unquoted value' end as problem from joined where record <> ''") -%}
    {%- do run_query(
        "create or replace table " ~ target_name ~ " as select " ~ values | join(', ')
        ~ " from (select " ~ fields ~ " as fields from landed_records where is_whole)") -%}
    {%- do run_query(
        "insert into " ~ schema ~ ".unreadable_lines "
        ~ "select '" ~ table ~ "', line_number + (select count(*) from landed_refusals where lines_before < line_number), record, problem from landed_records where not is_whole "
        ~ "union all select '" ~ table ~ "', line, '(not shown)', problem from landed_refusals") -%}
{%- endmacro %}

{#- What separates the columns: comma, semicolon or tab, whichever the header has most of. -#}
{% macro csv_delimiter(header) -%}
    {%- set found = namespace(delimiter=',') -%}
    {%- for candidate in [';', '\t'] -%}
        {%- if header.count(candidate) > header.count(found.delimiter) -%}{%- set found.delimiter = candidate -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found.delimiter) }}
{%- endmacro %}

{#- The column names of a CSV's first line: the reader's own detection gives up on a file with one broken line. -#}
{% macro csv_header(file, header, delimiter) -%}
    {%- set names = [] -%}
    {%- for name in header.split(delimiter) -%}
        {%- do names.append(name | trim | replace('"', '') | replace('\ufeff', '') | lower) -%}
    {%- endfor -%}
    {%- if names == [''] -%}
        {{ exceptions.raise_compiler_error("'" ~ file ~ "' has no header line. Write the column names of the contract in its first line.") }}
    {%- endif -%}
    {%- for part in header.split(delimiter) if part.count('"') % 2 -%}
        {{ exceptions.raise_compiler_error("'" ~ file ~ "', line 1: a column's name holds the character that separates the columns. Name the column otherwise.") }}
    {%- endfor -%}
    {%- if '' in names -%}
        {{ exceptions.raise_compiler_error("'" ~ file ~ "', line 1: column " ~ (names.index('') + 1) ~ " of " ~ names | length ~ " has no name. Name it, or leave it out, a separator at the end of the lines too.") }}
    {%- endif -%}
    {%- for name in names if names.count(name) > 1 -%}
        {{ exceptions.raise_compiler_error("'" ~ file ~ "', line 1: column '" ~ name ~ "' is there twice. Which one counts, nobody can tell: leave one out, or name it otherwise.") }}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}
