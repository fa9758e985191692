{#- One text per group: `value`s joined by commas in the order of `order_by` (a total order within the group). -#}
{% macro ordered_list(value, order_by, separator=',') -%}
    {{ return(adapter.dispatch('ordered_list', 'post_purchase_gate')(value, order_by, separator)) }}
{%- endmacro %}

{% macro default__ordered_list(value, order_by, separator) -%}
    string_agg({{ value }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__ordered_list(value, order_by, separator) -%}
    array_join(transform(sort_array(collect_list(struct({{ order_by }} as position, {{ value }} as item))), x -> x.item), '{{ separator }}')
{%- endmacro %}

{% macro snowflake__ordered_list(value, order_by, separator) -%}
    nullif(listagg({{ value }}, '{{ separator }}') within group (order by {{ order_by }}), '')
{%- endmacro %}

{% macro redshift__ordered_list(value, order_by, separator) -%}
    {{ return(post_purchase_gate.snowflake__ordered_list(value, order_by, separator)) }}
{%- endmacro %}

{#- A text with a space for each control character and each mark but - _ and a dot, which names have: what is left is no list, no Markdown and no HTML. -#}
{% macro without_marks(text) -%}
    {{ return(adapter.dispatch('without_marks', 'post_purchase_gate')(text)) }}
{%- endmacro %}

{% macro default__without_marks(text) -%}
    regexp_replace({{ text }}, '[]!"#$%&''()*+,/:;<=>?@[\\^`{|}~[:cntrl:]]', ' ', 'g')
{%- endmacro %}

{% macro spark__without_marks(text) -%}
    regexp_replace({{ text }}, '[\\p{Punct}\\p{Cntrl}&&[^._-]]', ' ')
{%- endmacro %}

{#- by ranges of ASCII, so that no mark has to be escaped -#}
{% macro snowflake__without_marks(text) -%}
    regexp_replace({{ text }}, '[!-,/:-@[-^`{-~[:cntrl:]]', ' ')
{%- endmacro %}

{% macro bigquery__without_marks(text) -%}
    {{ return(post_purchase_gate.snowflake__without_marks(text)) }}
{%- endmacro %}

{% macro redshift__without_marks(text) -%}
    {{ return(post_purchase_gate.snowflake__without_marks(text)) }}
{%- endmacro %}

{#- A part of a key of several parts: what parts the parts, and what stands for null, cannot stand in one. -#}
{% macro key_part(text) -%}
    replace(replace({{ text }}, '~', '~~'), '|', '~!')
{%- endmacro %}

{#- A stable text key over columns: nulls and neighbors never collide. -#}
{% macro text_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(" ~ post_purchase_gate.key_part("cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")") ~ ", '~null~')") -%}
        {%- if not loop.last -%}{%- do parts.append("'|'") -%}{%- endif -%}
    {%- endfor -%}
    {{ dbt.hash(dbt.concat(parts)) }}
{%- endmacro %}

{#- Every place of a text where a pattern is found, replaced; regexp_replace alone does so on Spark, and only with 'g' elsewhere. -#}
{% macro replace_all(text, pattern, by) -%}
    {{ return(adapter.dispatch('replace_all', 'post_purchase_gate')(text, pattern, by)) }}
{%- endmacro %}

{% macro default__replace_all(text, pattern, by) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ by }}, 'g')
{%- endmacro %}

{% macro spark__replace_all(text, pattern, by) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ by }})
{%- endmacro %}

{% macro snowflake__replace_all(text, pattern, by) -%}
    {{ return(post_purchase_gate.spark__replace_all(text, pattern, by)) }}
{%- endmacro %}

{% macro bigquery__replace_all(text, pattern, by) -%}
    {{ return(post_purchase_gate.spark__replace_all(text, pattern, by)) }}
{%- endmacro %}

{% macro redshift__replace_all(text, pattern, by) -%}
    {{ return(post_purchase_gate.spark__replace_all(text, pattern, by)) }}
{%- endmacro %}

{#- What the first group of a pattern found, in the text that replaces it. -#}
{% macro first_group() -%}
    {{ return(adapter.dispatch('first_group', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__first_group() -%}{{ "'\\1'" }}{%- endmacro %}

{% macro spark__first_group() -%}'$1'{%- endmacro %}

{% macro snowflake__first_group() -%}{{ "'\\\\1'" }}{%- endmacro %}

{% macro bigquery__first_group() -%}{{ "'\\\\1'" }}{%- endmacro %}

{% macro redshift__first_group() -%}'$1'{%- endmacro %}

{#- A value as text, by its type at the source. -#}
{% macro as_text(value, raw_type) -%}
    {{ return(post_purchase_gate.float_text(value) if post_purchase_gate.value_kind(raw_type) == 'float' else 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')') }}
{%- endmacro %}

{#- A double as text: 3.0, not 3, on every engine. -#}
{% macro float_text(value) -%}
    {{ return(adapter.dispatch('float_text', 'post_purchase_gate')(value)) }}
{%- endmacro %}

{% macro default__float_text(value) -%}
    {{ return('cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')') }}
{%- endmacro %}

{% macro postgres__float_text(value) -%}
    {{ return("regexp_replace(cast(" ~ value ~ " as text), '^(-?[0-9]+)$', '\\1.0')") }}
{%- endmacro %}

{% macro redshift__float_text(value) -%}
    {{ return("regexp_replace(cast(" ~ value ~ " as varchar(64)), '^(-?[0-9]+)$', '$1.0')") }}
{%- endmacro %}

{#- An apostrophe: Spark takes two in a literal for none. -#}
{% macro apostrophe() -%}chr(39){%- endmacro %}

{#- Only the digits of a phone number. -#}
{% macro digits_only(column) -%}
    {{ post_purchase_gate.replace_all(column, "'[^0-9]'", "''") }}
{%- endmacro %}

{#- An e-mail address as addresses are compared: trimmed, case-folded, and without the name around it (`Ada <ada@example.com>`). -#}
{% macro plain_email(column) -%}
    lower(trim(case
        when {{ column }} like '%<%@%>%' then {{ post_purchase_gate.split_part() }}({{ post_purchase_gate.split_part() }}({{ column }}, '<', 2), '>', 1)
        else {{ column }}
    end))
{%- endmacro %}

{#- True where a pattern is found in a text. Patterns keep to what all engines read: classes, repeats, groups, anchors. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'post_purchase_gate')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro postgres__matches(text, pattern) -%}
    ({{ text }} ~ '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    ({{ text }} rlike '{{ pattern }}')
{%- endmacro %}

{#- regexp_like asks whether the whole text is like it -#}
{% macro snowflake__matches(text, pattern) -%}
    (regexp_instr({{ text }}, '{{ pattern }}') > 0)
{%- endmacro %}

{% macro bigquery__matches(text, pattern) -%}
    regexp_contains({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- What a group of a pattern found in a text; '' where it found nothing. -#}
{% macro matched_group(text, pattern, number) -%}
    {{ return(adapter.dispatch('matched_group', 'post_purchase_gate')(text, pattern, number)) }}
{%- endmacro %}

{% macro default__matched_group(text, pattern, number) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ number }})
{%- endmacro %}

{% macro postgres__matched_group(text, pattern, number) -%}
    coalesce((regexp_match({{ text }}, '{{ pattern }}'))[{{ number }}], '')
{%- endmacro %}

{% macro snowflake__matched_group(text, pattern, number) -%}
    coalesce(regexp_substr({{ text }}, '{{ pattern }}', 1, 1, 'e', {{ number }}), '')
{%- endmacro %}

{#- regexp_extract takes a pattern of one group alone: the whole text is replaced by what the group found -#}
{% macro bigquery__matched_group(text, pattern, number) -%}
    case when regexp_contains({{ text }}, '{{ pattern }}') then regexp_replace({{ text }}, '(?s)^.*?{{ pattern }}.*$', '\\{{ number }}') else '' end
{%- endmacro %}

{#- the same, in the patterns of Perl -#}
{% macro redshift__matched_group(text, pattern, number) -%}
    case when {{ text }} ~ '{{ pattern }}' then regexp_replace({{ text }}, '(?s)^.*?{{ pattern }}.*$', '${{ number }}', 1, 'p') else '' end
{%- endmacro %}

{#- The name of the function that gives a part of a text between marks, '' where there is none: `{{ split_part() }}(text, ':', 1)`. -#}
{% macro split_part() -%}
    {{ return(adapter.dispatch('split_part', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__split_part() -%}{{ return('split_part') }}{%- endmacro %}

{% macro bigquery__split_part() -%}{{ return(post_purchase_gate.engine_schema() ~ '.split_part') }}{%- endmacro %}

{#- A text without a mark at its end (`trailing`) or its beginning (`leading`), however often it stands there. -#}
{% macro without_mark(text, mark, side) -%}
    {{ return(adapter.dispatch('without_mark', 'post_purchase_gate')(text, mark, side)) }}
{%- endmacro %}

{% macro default__without_mark(text, mark, side) -%}
    {{ return("trim(" ~ side ~ " '" ~ mark ~ "' from " ~ text ~ ")") }}
{%- endmacro %}

{% macro snowflake__without_mark(text, mark, side) -%}
    {{ return({'trailing': 'rtrim', 'leading': 'ltrim'}[side] ~ "(" ~ text ~ ", '" ~ mark ~ "')") }}
{%- endmacro %}

{% macro bigquery__without_mark(text, mark, side) -%}
    {{ return(post_purchase_gate.snowflake__without_mark(text, mark, side)) }}
{%- endmacro %}

{% macro new_line() -%}chr(10){%- endmacro %}

{#- A code that people and systems write with spaces, signs and small letters. -#}
{% macro bare_code(column) -%}
    nullif({{ post_purchase_gate.replace_all("upper(" ~ column ~ ")", "'[^A-Z0-9]'", "''") }}, '')
{%- endmacro %}

{#- A value as it may stand between quotes in SQL. -#}
{% macro sql_text(value) -%}
    {{ return(adapter.dispatch('sql_text', 'post_purchase_gate')(value)) }}
{%- endmacro %}

{% macro default__sql_text(value) -%}
    {{ return(value | string | replace("'", "''")) }}
{%- endmacro %}

{% macro spark__sql_text(value) -%}
    {{ return(value | string | replace("\\", "\\\\") | replace("'", "\\'")) }}
{%- endmacro %}

{% macro bigquery__sql_text(value) -%}
    {{ return(post_purchase_gate.spark__sql_text(value)) }}
{%- endmacro %}

{#- a backslash is an escape, and two quotes are one -#}
{% macro snowflake__sql_text(value) -%}
    {{ return(value | string | replace("\\", "\\\\") | replace("'", "''")) }}
{%- endmacro %}

{% macro redshift__sql_text(value) -%}
    {{ return(post_purchase_gate.snowflake__sql_text(value)) }}
{%- endmacro %}
