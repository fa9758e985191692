{#- What a person reads without doubt is read. Each macro takes SQL over one value and gives SQL; what it cannot read is null. -#}

{#- A value as brought: text is trimmed, and the words that extracts write for null are null. What no contract type can be read from is shown, not read. -#}
{% macro as_brought(name, raw_type) -%}
    {%- set kind = post_purchase_gate.value_kind(raw_type) -%}
    {%- set text = name if post_purchase_gate.is_text_type(raw_type) else 'cast(' ~ name ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if kind == 'text' -%}
        case when trim({{ text }}) not in ({{ post_purchase_gate.words_for_null() }}) then trim({{ text }}) end
    {%- elif kind == 'float' -%}
        case when lower({{ text }}) <> 'nan' then {{ name }} end
    {%- elif kind in ['word', 'unreadable'] -%}
        substring({{ text }}, 1, {{ post_purchase_gate.longest_shown() }})
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}

{#- So much of a value is shown where a row is refused: a cell may hold megabytes. -#}
{% macro longest_shown() -%}{{ return(500) }}{%- endmacro %}

{% macro words_for_null() -%}'', 'NULL', 'null', 'Null', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NaT', '{{ post_purchase_gate.sql_text('\\N') }}'{%- endmacro %}

{#- The words that sources write for yes and for no; 1.0 is what a float makes of a yes. -#}
{% macro words_for_yes() -%}'true', 't', 'yes', 'y', 'on', '1', '1.0'{%- endmacro %}

{% macro words_for_no() -%}'false', 'f', 'no', 'n', 'off', '0', '0.0'{%- endmacro %}

{% macro is_text_type(raw_type) -%}
    {{ return(post_purchase_gate.value_kind(raw_type) == 'text' and not raw_type.startswith('enum')) }}
{%- endmacro %}

{#-
    What a type of the source holds, whatever the engine calls it: text, boolean, integer, decimal, float, zoned (an instant with its zone), timestamp,
    date, word (a scalar that is read as text alone: uuid, time of day, interval), or unreadable (bytes, bits, lists, structs, maps, JSON): no contract
    type can be read from that, and each value is refused by name.
-#}
{% macro value_kind(raw_type) -%}
    {%- set bare = raw_type.split('(')[0] | trim -%}
    {%- if raw_type.endswith(']') or bare in ['struct', 'map', 'union', 'array', 'list', 'row', 'record'] -%}
        {{ return('unreadable') }}
    {%- elif 'char' in bare or bare in ['string', 'text', 'enum', 'name'] -%}
        {{ return('text') }}
    {%- elif bare in ['boolean', 'bool'] -%}
        {{ return('boolean') }}
    {%- elif modules.re.match('^u?(tiny|small|big|huge)?int(eger)?[0-9]*$', bare) -%}
        {{ return('integer') }}
    {%- elif bare in ['decimal', 'numeric', 'number', 'bignumeric'] -%}
        {{ return('decimal') }}
    {%- elif bare in ['double', 'double precision', 'float', 'float4', 'float8', 'float64', 'real'] -%}
        {{ return('float') }}
    {%- elif 'with time zone' in raw_type and bare.startswith('timestamp') or bare in ['timestamptz', 'timestamp_tz', 'timestamp_ltz'] -%}
        {{ return('zoned') }}
    {%- elif bare.startswith('timestamp') or bare == 'datetime' -%}
        {{ return('timestamp') }}
    {%- elif bare == 'date' -%}
        {{ return('date') }}
    {%- elif bare in ['uuid', 'interval'] or bare.startswith('time') -%}
        {{ return('word') }}
    {%- endif -%}
    {{ return('unreadable') }}
{%- endmacro %}

{#- The typed value of a contract column, null where it cannot be read. `brought` is the value as brought, `raw_type` its type at the source. -#}
{% macro as_typed(brought, column, raw_type) -%}
    {%- set kind = post_purchase_gate.value_kind(raw_type) -%}
    {%- set is_text = kind == 'text' -%}
    {%- set type = post_purchase_gate.contract_type(column.data_type) -%}
    {%- set text = brought if kind in ['text', 'word', 'unreadable'] else 'cast(' ~ brought ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set meta = column.config.meta -%}
    {%- if kind == 'unreadable' -%}
        {{ post_purchase_gate.null_as(type) }}
    {%- elif column.data_type == 'varchar' -%}
        {%- if meta.get('values') -%}
            {{ post_purchase_gate.folded_value(text) }}
        {%- elif meta.get('lower') or column.name == 'country' -%}
            lower({{ text }})
        {%- elif post_purchase_gate.is_id(column.name) -%}
            {{ post_purchase_gate.read_id(text) }}
        {%- else -%}
            {{ text }}
        {%- endif -%}
    {%- elif column.data_type in ['timestamp', 'date'] -%}
        {%- if is_text -%}
            {%- set instant = post_purchase_gate.parse_utc(brought) -%}
        {%- elif kind == 'zoned' -%}
            {%- set instant = post_purchase_gate.without_zone(brought) -%}
        {%- elif kind == 'timestamp' and raw_type in ['timestamp', 'timestamp without time zone', 'datetime'] -%}
            {%- set instant = 'cast(' ~ brought ~ ' as ' ~ dbt.type_timestamp() ~ ')' -%}
        {%- elif kind in ['timestamp', 'date'] -%}
            {#- of seconds or days, which reach further than an instant can -#}
            {%- set instant = post_purchase_gate.try_cast(brought, dbt.type_timestamp()) -%}
        {%- elif kind in ['integer', 'decimal', 'float'] -%}
            {%- set instant = post_purchase_gate.read_epoch('(case when ' ~ brought ~ ' >= 1000000000 and ' ~ brought ~ ' < 10000000000000000 then cast(' ~ brought ~ ' as decimal(28, 6)) end)') -%}
        {%- else -%}
            {%- set instant = post_purchase_gate.null_as(dbt.type_timestamp()) -%}
        {%- endif -%}
        {{ instant if column.data_type == 'timestamp' else 'cast(' ~ instant ~ ' as date)' }}
    {%- elif column.data_type == 'boolean' -%}
        {%- if kind == 'boolean' -%}
            {{ brought }}
        {%- elif kind in ['integer', 'decimal', 'float'] -%}
            case when {{ brought }} = 1 then true when {{ brought }} = 0 then false end
        {%- else -%}
            case
                when lower({{ text }}) in ({{ post_purchase_gate.words_for_yes() }}) then true
                when lower({{ text }}) in ({{ post_purchase_gate.words_for_no() }}) then false
            end
        {%- endif -%}
    {%- elif kind not in ['text', 'integer', 'decimal', 'float'] -%}
        {{ post_purchase_gate.null_as(type) }}
    {%- else -%}
        {%- set number = post_purchase_gate.read_number(brought) if is_text
            else post_purchase_gate.try_cast(brought, post_purchase_gate.contract_type('decimal')) -%}
        {%- if column.data_type == 'integer' and kind != 'integer' -%}
            case when {{ number }} = round({{ number }}, 0) then {{ post_purchase_gate.try_cast('round(' ~ number ~ ', 0)', type) }} end
        {%- elif column.data_type == 'integer' -%}
            {{ post_purchase_gate.try_cast(brought, type) }}
        {%- else -%}
            {{ number }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- When a row was loaded, as its source says; `brought` is that as brought. Beyond the bounds it says nothing. -#}
{% macro read_loaded_at(brought, raw_type) -%}
    {%- set column = {'data_type': 'timestamp', 'config': {'meta': {}}} -%}
    {%- set instant = post_purchase_gate.as_typed(brought, column, raw_type) -%}
    case when not {{ post_purchase_gate.is_out_of_bounds(instant, column, post_purchase_gate.contract_bounds()) }} then {{ instant }} end
{%- endmacro %}

{#- What a value may be where its column does not say otherwise: of the raw contract, and so the same for each table. Not known while models are parsed. -#}
{% macro contract_bounds() -%}
    {{ return(post_purchase_gate.raw_contract('orders').config.meta.bounds if execute else {}) }}
{%- endmacro %}

{% macro is_id(name) -%}
    {{ return(name.endswith('_id') or post_purchase_gate.is_sku(name)) }}
{%- endmacro %}

{% macro is_sku(name) -%}
    {{ return(name in ['sku', 'related_sku', 'recommended_sku']) }}
{%- endmacro %}

{#- An id that a float spoiled (3.0, 1.23E+12), where no digit can have been lost: whole numbers below 2^53. -#}
{% macro read_id(text) -%}
    case
        when {{ dbt.position("'.'", text) }} = 0 and {{ dbt.position("'+'", text) }} = 0 then {{ text }}
        when {{ post_purchase_gate.matches(text, '^[0-9]{1,15}[.]0+$') }} then {{ post_purchase_gate.split_part() }}({{ text }}, '.', 1)
        when
            {{ post_purchase_gate.matches(text, '^[0-9]([.][0-9]+)?[eE][+][0-9]{1,2}$') }}
            and {{ post_purchase_gate.try_cast(text, 'double') }} < 9007199254740992
            and {{ post_purchase_gate.try_cast(text, 'double') }} = floor({{ post_purchase_gate.try_cast(text, 'double') }})
            then cast({{ post_purchase_gate.try_cast(text, 'bigint') }} as {{ dbt.type_string() }})
        else {{ text }}
    end
{%- endmacro %}

{#-
    A number in text. Currency signs and spaces go; separators are read where one reading is possible: of a comma and a dot the last one
    marks the decimals, a separator that occurs more than once marks thousands, and so does an apostrophe or a space; a comma not followed by
    three digits marks decimals. What is left has two readings (4,000) and is read only as var decimal_mark says.
-#}
{% macro read_number(text) -%}
    {%- set type = post_purchase_gate.contract_type('decimal') -%}
    {%- set without_sign = "regexp_replace(regexp_replace(" ~ text ~ ", '^([+-]?)[$€£¥₹] ?', " ~ post_purchase_gate.first_group() ~ "), ' ?[$€£¥₹]$', '')" -%}
    {%- set marks = "'[ ' || " ~ post_purchase_gate.apostrophe() ~ " || '\u00a0\u202f]'" -%}
    {%- set bare = post_purchase_gate.replace_all(without_sign, marks, "''") | trim -%}
    {%- set mark = var('decimal_mark', none) -%}
    {%- set comma_thousands = post_purchase_gate.matches(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3})+[.][0-9]*$') ~ " or " ~ post_purchase_gate.matches(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3}){2,}$') -%}
    {%- set dot_thousands = post_purchase_gate.matches(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]*$') ~ " or " ~ post_purchase_gate.matches(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3}){2,}$') -%}
    {%- set as_point = post_purchase_gate.try_cast("replace(" ~ bare ~ ", ',', '')", type) -%}
    {%- set as_comma = post_purchase_gate.try_cast("replace(replace(" ~ bare ~ ", '.', ''), ',', '.')", type) -%}
    {%- if mark == ',' -%}
        case
            when {{ post_purchase_gate.matches(bare, '^[+-]?[0-9]+(,[0-9]*)?$') }} or {{ post_purchase_gate.matches(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3})+(,[0-9]*)?$') }} then {{ as_comma }}
        end
    {%- else -%}
        coalesce(
            {{ post_purchase_gate.read_plain_number(text, type) }},
            case
                -- one kind of separator or none: 40.00, 1 234.50
                when {{ dbt.position("','", text) }} = 0 and not ({{ dot_thousands }}) then {{ post_purchase_gate.try_cast(bare, type) }}
                when {{ comma_thousands }} then {{ as_point }}
                {%- if mark == '.' %}
                when {{ post_purchase_gate.matches(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3})+$') }} then {{ as_point }}
                {%- else %}
                when {{ dot_thousands }} then {{ as_comma }}
                when
                    {{ post_purchase_gate.matches(bare, '^[+-]?[0-9]+,([0-9]{0,2}|[0-9]{4,})$') }} or {{ post_purchase_gate.matches(bare, '^[+-]?([0-9]{4,}|0[0-9]*),[0-9]*$') }}
                    then {{ as_comma }}
                {%- endif %}
            end
        )
    {%- endif -%}
{%- endmacro %}

{#- A number as programs write it. Of a tiny one with an exponent (5e-15, what sums of floats leave) DuckDB's cast rounds the first digit up: it is read as a double. -#}
{% macro read_plain_number(text, type) -%}
    {{ return(adapter.dispatch('read_plain_number', 'post_purchase_gate')(text, type)) }}
{%- endmacro %}

{% macro default__read_plain_number(text, type) -%}
    {{ return(post_purchase_gate.try_cast(text, type)) }}
{%- endmacro %}

{% macro duckdb__read_plain_number(text, type) -%}
    {%- set as_double = post_purchase_gate.try_cast(post_purchase_gate.try_cast(text, 'double'), type) -%}
    {{ return('case when position(\'e-\' in lower(' ~ text ~ ')) > 0 then ' ~ as_double ~ ' else ' ~ post_purchase_gate.try_cast(text, type) ~ ' end') }}
{%- endmacro %}

{#- A number as an instant: seconds, milliseconds or microseconds since 1970 by its length. -#}
{% macro read_epoch(number) -%}
    {{ return(adapter.dispatch('read_epoch', 'post_purchase_gate')(number)) }}
{%- endmacro %}

{#- The same by a function of microseconds; `more` are its other arguments. -#}
{% macro read_epoch_by_micros(number, function, more='') -%}
    case
        when {{ number }} >= 1e9 and {{ number }} < 1e10 then {{ function }}(cast(round({{ number }} * 1000000) as bigint){{ more }})
        when {{ number }} >= 1e12 and {{ number }} < 1e13 then {{ function }}(cast(round({{ number }} * 1000) as bigint){{ more }})
        when {{ number }} >= 1e15 and {{ number }} < 1e16 then {{ function }}(cast(round({{ number }}) as bigint){{ more }})
    end
{%- endmacro %}

{% macro default__read_epoch(number) -%}
    {{ post_purchase_gate.read_epoch_by_micros(number, 'make_timestamp') }}
{%- endmacro %}

{% macro postgres__read_epoch(number) -%}
    case
        when {{ number }} >= 1e9 and {{ number }} < 1e10 then timezone('UTC', to_timestamp({{ number }}))
        when {{ number }} >= 1e12 and {{ number }} < 1e13 then timezone('UTC', to_timestamp({{ number }} / 1e3))
        when {{ number }} >= 1e15 and {{ number }} < 1e16 then timezone('UTC', to_timestamp({{ number }} / 1e6))
    end
{%- endmacro %}

{% macro redshift__read_epoch(number) -%}
    case
        when {{ number }} >= 1e9 and {{ number }} < 1e10 then cast('1970-01-01 00:00:00' as timestamp) + {{ number }} * interval '1 second'
        when {{ number }} >= 1e12 and {{ number }} < 1e13 then cast('1970-01-01 00:00:00' as timestamp) + {{ number }} / 1e3 * interval '1 second'
        when {{ number }} >= 1e15 and {{ number }} < 1e16 then cast('1970-01-01 00:00:00' as timestamp) + {{ number }} / 1e6 * interval '1 second'
    end
{%- endmacro %}

{% macro bigquery__read_epoch(number) -%}
    {{ post_purchase_gate.spark__read_epoch(number) }}
{%- endmacro %}

{% macro snowflake__read_epoch(number) -%}
    {{ post_purchase_gate.read_epoch_by_micros(number, 'to_timestamp_ntz', ', 6') }}
{%- endmacro %}

{% macro spark__read_epoch(number) -%}
    {{ post_purchase_gate.read_epoch_by_micros(number, 'timestamp_micros') }}
{%- endmacro %}

{#-
    Text to a UTC timestamp: ISO 8601 with or without seconds, fraction and offset, epoch numbers, and dates with the day or the month first
    where one reading is possible or var date_order (dmy, mdy) says which. An offset is applied, text without one is UTC already.
-#}
{% macro parse_utc(expression) -%}
    {{ return(adapter.dispatch('parse_utc', 'post_purchase_gate')(expression)) }}
{%- endmacro %}

{% macro default__parse_utc(expression) -%}
    {%- set iso = "^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?)[ ]*(Z|z|UTC|utc|GMT|gmt|([+-][0-9]{2}):?([0-9]{2})?)?$" -%}
    {%- set by_day = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?$" -%}
    {%- set order = var('date_order', none) -%}
    {%- set first = post_purchase_gate.matched_group(expression, by_day, 1) -%}
    {%- set second = post_purchase_gate.matched_group(expression, by_day, 2) -%}
    {%- set year_and_time = [
        post_purchase_gate.matched_group(expression, by_day, 3),
        "replace(" ~ post_purchase_gate.matched_group(expression, by_day, 4) ~ ", 'T', ' ')",
    ] -%}
    {%- set day_first = post_purchase_gate.try_cast(year_and_time[0] ~ " || '-' || " ~ second ~ " || '-' || " ~ first ~ " || " ~ year_and_time[1], dbt.type_timestamp()) -%}
    {%- set month_first = post_purchase_gate.try_cast(year_and_time[0] ~ " || '-' || " ~ first ~ " || '-' || " ~ second ~ " || " ~ year_and_time[1], dbt.type_timestamp()) -%}
    {%- set instant = post_purchase_gate.try_cast(
        "replace(replace(replace(" ~ post_purchase_gate.matched_group(expression, iso, 1) ~ ", '/', '-'), 'T', ' '), ',', '.')", dbt.type_timestamp()) -%}
    {%- set hours = post_purchase_gate.matched_group(expression, iso, 6) -%}
    {%- set offset = "coalesce(" ~ post_purchase_gate.try_cast(hours, 'integer') ~ ", 0) * 60 + case when " ~ hours ~ " like '-%' then -1 else 1 end * coalesce("
        ~ post_purchase_gate.try_cast("nullif(" ~ post_purchase_gate.matched_group(expression, iso, 7) ~ ", '')", 'integer') ~ ", 0)" -%}
    case
        when length({{ expression }}) = 19 and substring({{ expression }}, 5, 1) = '-' and substring({{ expression }}, 17, 1) = ':'
            then {{ post_purchase_gate.try_cast(expression, dbt.type_timestamp()) }}
        when {{ post_purchase_gate.matches(expression, iso) }} then
            {{ post_purchase_gate.minus_minutes(instant, offset) }}
        when {{ post_purchase_gate.matches(expression, '^[0-9]{10}([.][0-9]+)?$|^[0-9]{13}([.]0+)?$|^[0-9]{16}([.]0+)?$') }}
            then {{ post_purchase_gate.read_epoch('cast(' ~ expression ~ ' as decimal(28, 6))') }}
        when {{ post_purchase_gate.matches(expression, '^[0-9]([.][0-9]+)?[eE][+](9|12|15)$') }}
            then {{ post_purchase_gate.read_epoch('cast(' ~ expression ~ ' as decimal(28, 6))') }}
        when {{ post_purchase_gate.matches(expression, by_day) }} then
            {%- if order == 'dmy' %}
            {{ day_first }}
            {%- elif order == 'mdy' %}
            {{ month_first }}
            {%- else %}
            case when {{ day_first }} is null or {{ month_first }} is null or {{ first }} = {{ second }} then coalesce({{ day_first }}, {{ month_first }}) end
            {%- endif %}
    end
{%- endmacro %}

{#- What some systems write for no time at all: zero, the year nought or one, the first second of 1970. -#}
{% macro is_placeholder_time(brought, typed) -%}
    case
        when {{ typed }} is not null then {{ typed }} < cast('{{ var("earliest_time") }}' as {{ dbt.type_timestamp() }})
        else coalesce(
            cast({{ brought }} as {{ dbt.type_string() }}) in ('0', '0.0', '-1')
            or cast({{ brought }} as {{ dbt.type_string() }}) like '0000-00-00%'
            or cast({{ brought }} as {{ dbt.type_string() }}) like '00/00/0000%',
            false
        )
    end
{%- endmacro %}

{#- The account of an order without one: of its e-mail address, which no id may show, else of the order alone. -#}
{% macro guest_customer_id(email, order_id) -%}
    case
        when {{ email }} is not null
            then 'guest:' || {{ dbt.hash("'" ~ post_purchase_gate.sql_text(post_purchase_gate.address_salt()) ~ ":' || " ~ post_purchase_gate.plain_email(email)) }}
        else 'guest:order:' || {{ order_id }}
    end
{%- endmacro %}
