{#-
    Stops at a seed that a spreadsheet has changed in saving, and says where: before the seed's table is touched. dbt itself reads a byte order mark; what it
    would load in silence is a file whose columns are separated by semicolons, a column under another name, a value with a space at its end, an empty row.
-#}
{% macro check_seed() -%}
    {%- if execute and flags.WHICH in ['build', 'seed'] -%}
        {%- set faults = post_purchase_gate.seed_faults(load_agate_table(), model.columns, model.config.meta.get('has_more_columns', false)) -%}
        {%- if faults -%}
            {{ exceptions.raise_compiler_error(
                model.original_file_path ~ ": " ~ faults[:10] | join('; ') ~ ('; and ' ~ (faults | length - 10) ~ ' more' if faults | length > 10 else '')
                ~ '. The table of the last build stands as it was.') }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#-
    What is wrong with the rows of a seed, by line (the header is line 1) and column. A column whose meta says keeps_spaces may begin or end with one; a seed
    whose meta says has_more_columns has some that its YAML need not name, and a test of its own for their names. A seed without YAML (a candidate matrix that
    is only tried) has no names to be held against; its rows are checked all the same.
-#}
{% macro seed_faults(rows, columns, has_more_columns=false) -%}
    {%- set faults = [] -%}
    {%- set declared = columns.keys() | list -%}
    {%- set spaced = [] -%}
    {%- for name, column in columns.items() if column.get('config', {}).get('meta', {}).get('keeps_spaces') -%}{%- do spaced.append(name) -%}{%- endfor -%}
    {%- set found = rows.column_names | list -%}
    {%- if found | length == 1 and declared | length > 1 and (';' in found[0] or '\t' in found[0]) -%}
        {{ return(["its columns are separated by " ~ ('semicolons' if ';' in found[0] else 'tabs') ~ "; save it as CSV with commas"]) }}
    {%- endif -%}
    {%- for name in found if declared and name not in declared and (not has_more_columns or name | trim | lower != name or name | trim == '') -%}
        {%- set plain = name | trim | lower -%}
        {%- do faults.append(
            "there is no column '" ~ name ~ "'" ~ (": it is written '" ~ plain ~ "'" if plain in declared else post_purchase_gate.near_match(name, declared))) -%}
    {%- endfor -%}
    {%- for name in declared if name not in found -%}{%- do faults.append("column '" ~ name ~ "' is missing") -%}{%- endfor -%}
    {%- if faults -%}{{ return(faults) }}{%- endif -%}
    {%- set seen = {} -%}
    {%- for row in rows.rows -%}
        {%- set line = loop.index + 1 -%}
        {%- set values = [] -%}
        {%- for value in row.values() if value is not none and value | string | trim -%}{%- do values.append(value) -%}{%- endfor -%}
        {%- if not values -%}
            {%- do faults.append("line " ~ line ~ " is empty; delete it") -%}
        {%- else -%}
            {%- for name in found if name not in spaced and row[name] is string and row[name] != row[name] | trim -%}
                {%- do faults.append("line " ~ line ~ ", column " ~ name ~ ": '" ~ row[name] ~ "' has a space before or after it") -%}
            {%- endfor -%}
            {%- set text = row.values() | map('string') | join('\x1f') -%}
            {%- if text in seen -%}{%- do faults.append("line " ~ line ~ " repeats line " ~ seen[text] ~ "; delete one") -%}{%- endif -%}
            {%- do seen.update({text: line}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}
