{#- How notes are written: models/gate/notes, with the words of the seed note_sentences. -#}

{#-
    What somebody typed, as it stands in a note: no character of it is read as Markdown, as HTML or as a name to be filled in, wherever the note is
    pasted. One line, whatever was typed.
-#}
{% macro escaped(text) -%}
    {%- set ns = namespace(sql="translate(" ~ text ~ ", chr(10) || chr(13), '  ')") -%}
    {%- for mark, stands_for in [('&', '&amp;'), ('<', '&lt;'), ('>', '&gt;'), ('{', '&#123;'), ('://', '&#58;//')] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ mark ~ "', '" ~ stands_for ~ "')" -%}
    {%- endfor -%}
    {#- chr(92) is the backslash, which engines read differently within quotes -#}
    {%- set ns.sql = "replace(" ~ ns.sql ~ ", chr(92), chr(92) || chr(92))" -%}
    {%- for mark in ['*', '_', '`', '[', '~'] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ mark ~ "', chr(92) || '" ~ mark ~ "')" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{#- A sentence with what its braces name: columns of the row, called as in the sentence. What is not known leaves nothing behind. -#}
{% macro filled(sentence, names, relation=none) -%}
    {%- set ns = namespace(sql=sentence) -%}
    {%- for name in names -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ ((relation ~ ".") if relation else "") ~ name ~ ", ''))" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{#- A link that can stand in a note as it is: nothing in it ends a line, a link or a sentence that is filled in. Null for anything else. -#}
{% macro note_link(text) -%}
    case when {{ post_purchase_gate.matches('trim(' ~ text ~ ')', '^https?://[A-Za-z0-9][A-Za-z0-9._:/?#@!$+,;=%-]*$') }} then trim({{ text }}) end
{%- endmacro %}

{#- A link as it is, or the beginning of a text, escaped. -#}
{% macro note_text(text) -%}
    coalesce(
        {{ post_purchase_gate.note_link(text) }},
        {{ post_purchase_gate.escaped('trim(substring(trim(' ~ text ~ '), 1, 200))') }} || case when length(trim({{ text }})) > 200 then ' ...' else '' end
    )
{%- endmacro %}

{#-
    How the language of the notes writes a day, a minute and a fraction: one row, which a note's model calls `formats`. Where the seed has no format, an
    instant stands as ISO 8601 has it and a fraction behind a point.
-#}
{% macro note_formats() -%}
    select
        coalesce(max(case when part = 'format_day' then sentence end), '{year}-{month}-{day}') as day_format,
        coalesce(max(case when part = 'format_minute' then sentence end), '{year}-{month}-{day} {hour}:{minute}') as minute_format,
        coalesce(max(case when part = 'format_decimal' then sentence end), '.') as decimal_mark
    from {{ ref('int_note_words') }}
{%- endmacro %}

{#- A UTC instant as the wall clock of a zone, to the minute or to the day, as the language writes it. -#}
{% macro note_minute(instant, zone) -%}
    {{ post_purchase_gate.written_instant('formats.minute_format', post_purchase_gate.to_local(instant, zone)) }}
{%- endmacro %}

{% macro note_day(instant, zone) -%}
    {{ post_purchase_gate.written_instant('formats.day_format', post_purchase_gate.to_local(instant, zone)) }}
{%- endmacro %}

{% macro written_instant(written_as, instant) -%}
    {%- set ns = namespace(sql=written_as) -%}
    {%- for name, start, length in [('year', 1, 4), ('month', 6, 2), ('day', 9, 2), ('hour', 12, 2), ('minute', 15, 2)] -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '{" ~ name ~ "}', substring(cast(" ~ instant ~ " as " ~ dbt.type_string() ~ "), " ~ start ~ ", " ~ length ~ "))" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{#- The zone that a lane's reader lives in: support works at the store, what goes out reaches the customer. -#}
{% macro note_zone(lane, customer_zone) -%}
    case when {{ lane }} = 'support' then '{{ var("store_timezone", none) or "UTC" }}' else {{ customer_zone }} end
{%- endmacro %}

{#- A number with so many places, behind the mark that the language has for them. -#}
{% macro note_number(value, places=2) -%}
    replace(cast(cast({{ value }} as decimal(18, {{ places }})) as {{ dbt.type_string() }}), '.', formats.decimal_mark)
{%- endmacro %}

{% macro note_amount(amount, currency) -%}
    {{ post_purchase_gate.note_number(amount) }} || ' ' || {{ currency }}
{%- endmacro %}

{#- A count without the places that it does not need. -#}
{% macro note_count(value) -%}
    case
        when {{ value }} = floor({{ value }}) then cast(cast({{ value }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }})
        else {{ post_purchase_gate.note_number(value) }}
    end
{%- endmacro %}

{#- Sentences under each other, in their order. -#}
{% macro note_list(sentence, order_by) -%}
    {{ post_purchase_gate.ordered_list(sentence, order_by, '\n') }}
{%- endmacro %}

{#- 1 for an answer that only follows from another check's: use cannot begin, and no day is set, before the delivery. -#}
{% macro is_consequence(reasons) -%}
    case
        when {{ reasons }}.check_name = 'use_window' and {{ reasons }}.detail in ('not_delivered', 'delivery_unknown') then 1
        when {{ reasons }}.check_name = 'due' and {{ reasons }}.detail = 'no_anchor' then 1
        when {{ reasons }}.check_name = 'delivery' and {{ reasons }}.state = 'waiting' and {{ reasons }}.detail = 'not_shipped' then 1
        else 0
    end
{%- endmacro %}
