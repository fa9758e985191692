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

{#- What the first group of a pattern found, in the text that replaces it. -#}
{% macro first_group() -%}
    {{ return(adapter.dispatch('first_group', 'post_purchase_gate')()) }}
{%- endmacro %}

{% macro default__first_group() -%}{{ "'\\1'" }}{%- endmacro %}

{% macro spark__first_group() -%}'$1'{%- endmacro %}

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

{#- An apostrophe: Spark takes two in a literal for none. -#}
{% macro apostrophe() -%}chr(39){%- endmacro %}

{#- Only the digits of a phone number. -#}
{% macro digits_only(column) -%}
    {{ post_purchase_gate.replace_all(column, "'[^0-9]'", "''") }}
{%- endmacro %}

{#- An e-mail address as addresses are compared: trimmed, case-folded, and without the name around it (`Ada <ada@example.com>`). -#}
{% macro plain_email(column) -%}
    lower(trim(case
        when {{ column }} like '%<%@%>%' then split_part(split_part({{ column }}, '<', 2), '>', 1)
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
