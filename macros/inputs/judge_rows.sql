{#-
    Every row of a contract table, cast to its contract type and judged. Columns: those of the contract, plus
    _loaded_at, _row_key (text), _rejected_reason (null = accepted) and _original_values (JSON text, rejected rows only,
    personal data masked). Reasons, the first that applies: null_key, unparseable:<column>, orphan:<column>,
    missing:<column>, impossible:<rule>, duplicate (an exact repeat), repeated_key (another row of the key is kept: the one
    without fault, then the newest loaded).

    table       name in the contract
    parents     {column: {relation: the parent's accepted rows, key: its key column, reason: 'orphan:<column>' unless given}}
    impossible  {rule: SQL condition over the typed columns}
-#}
{% macro judge_rows(table, parents={}, impossible={}) -%}
    {%- set relations = post_purchase_gate.connected_relations(table) -%}
    {%- if execute -%}
        {{ post_purchase_gate.judge_rows_sql(table, relations, parents, impossible) }}
    {%- else -%}
        select 1 as parsed_without_a_contract
    {%- endif -%}
{%- endmacro %}

{% macro judge_rows_sql(table, relations, parents, impossible) -%}
    {%- set contract = post_purchase_gate.raw_contract(table) -%}
    {%- set meta = contract.config.meta -%}
    {%- set columns = contract.columns -%}
with

source_rows as (
    {%- for relation in relations %}
    {{ post_purchase_gate.typed_rows(relation, columns) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ post_purchase_gate.no_rows(columns) }}
    {%- endfor %}
),

faults as (
    select
        source_rows.*,
        case
            {%- for key in meta.key %}
            when source_rows.raw__{{ key }} is null then 'null_key'
            {%- endfor %}
            {%- for column in columns if columns[column].data_type != 'varchar' %}
            when source_rows.raw__{{ column }} is not null and source_rows.{{ column }} is null then 'unparseable:{{ column }}'
            {%- endfor %}
            {%- for column in parents %}
            when source_rows.{{ column }} is not null and parent_{{ loop.index }}.parent_key is null then '{{ parents[column].reason | default('orphan:' ~ column) }}'
            {%- endfor %}
            {%- for column in meta.not_null | default([]) %}
            when source_rows.{{ column }} is null then 'missing:{{ column }}'
            {%- endfor %}
            {%- for rule, condition in impossible.items() %}
            when {{ condition }} then 'impossible:{{ rule }}'
            {%- endfor %}
            when false then ''
        end as _fault
    from source_rows
    {%- for column in parents %}
    left join (select {{ parents[column].key }} as parent_key from {{ parents[column].relation }}) as parent_{{ loop.index }}
        on source_rows.{{ column }} = parent_{{ loop.index }}.parent_key
    {%- endfor %}
),

repeated_keys as (
    select {{ meta.key | join(', ') }}
    from faults
    group by {{ meta.key | join(', ') }}
    having count(*) > 1
),

ranked as (
    select
        faults.*,
        row_number() over (
            partition by {% for key in meta.key %}faults.{{ key }}{{ ', ' if not loop.last }}{% endfor %}
            order by
                case when faults._fault is null then 0 else 1 end,
                faults._loaded_at desc nulls last,
                {{ post_purchase_gate.text_key(post_purchase_gate.prefixed(columns, 'faults.raw__')) }}
        ) as _key_rank,
        row_number() over (
            partition by {{ post_purchase_gate.text_key(post_purchase_gate.prefixed(columns, 'faults.raw__')) }}
            order by
                case when faults._fault is null then 0 else 1 end,
                faults._loaded_at desc nulls last
        ) as _copy_rank
    from faults
    inner join repeated_keys
        on {% for key in meta.key %}faults.{{ key }} = repeated_keys.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    union all
    select
        faults.*,
        1 as _key_rank,
        1 as _copy_rank
    from faults
    left join repeated_keys
        on {% for key in meta.key %}faults.{{ key }} = repeated_keys.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    where repeated_keys.{{ meta.key | first }} is null
),

reasons as (
    select
        ranked.*,
        case
            when ranked._fault is not null then ranked._fault
            when ranked._copy_rank > 1 then 'duplicate'
            when ranked._key_rank > 1 then 'repeated_key'
        end as _rejected_reason
    from ranked
)

select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    _loaded_at,
    {{ post_purchase_gate.row_key(meta.key, columns) }} as _row_key,
    _rejected_reason,
    case when _rejected_reason is not null then {{ post_purchase_gate.row_as_json(columns) }} end as _original_values
from reasons
{%- endmacro %}

{% macro prefixed(columns, prefix) -%}
    {%- set names = [] -%}
    {%- for column in columns -%}{%- do names.append(prefix ~ column) -%}{%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- One relation's rows: each contract column twice, as brought (raw__) and as typed. A column that the source does not have is null. -#}
{% macro typed_rows(relation, columns) -%}
    {%- set present = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do present.update({column.name | lower: column.dtype | lower}) -%}
        {%- endfor -%}
    {%- endif -%}
    select
        {%- for name, column in columns.items() %}
        {%- if execute and name not in present %}
        {{ post_purchase_gate.null_as(dbt.type_string()) }} as raw__{{ name }},
        {{ post_purchase_gate.null_as(post_purchase_gate.contract_type(column.data_type)) }} as {{ name }},
        {%- else %}
        {{ post_purchase_gate.as_brought(name, present.get(name, 'varchar')) }} as raw__{{ name }},
        {{ post_purchase_gate.as_typed(name, column, present.get(name, 'varchar')) }} as {{ name }},
        {%- endif %}
        {%- endfor %}
        {% if '_loaded_at' in present -%}
            {{ post_purchase_gate.as_typed('_loaded_at', {'data_type': 'timestamp', 'config': {'meta': {}}}, present['_loaded_at']) }}
        {%- else -%}
            cast(null as {{ dbt.type_timestamp() }})
        {%- endif %} as _loaded_at
    from {{ relation }}
{%- endmacro %}

{#- A value as brought; blank text is null. -#}
{% macro as_brought(name, raw_type) -%}
    {%- if 'char' in raw_type or raw_type in ['string', 'text'] -%}
        nullif(trim({{ name }}), '')
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}

{% macro as_typed(name, column, raw_type) -%}
    {%- set is_text = 'char' in raw_type or raw_type in ['string', 'text'] -%}
    {%- set brought = post_purchase_gate.as_brought(name, raw_type) -%}
    {%- set type = post_purchase_gate.contract_type(column.data_type) -%}
    {%- set meta = column.config.meta -%}
    {%- if column.data_type == 'varchar' -%}
        {%- set value = brought if is_text else 'cast(' ~ name ~ ' as ' ~ type ~ ')' -%}
        {%- if meta.get('values') -%}
            case
                when lower({{ value }}) in ('{{ meta['values'] | join("', '") }}') then lower({{ value }})
                when {{ value }} is not null then 'unknown'
            end
        {%- elif meta.get('lower') -%}
            lower({{ value }})
        {%- else -%}
            {{ value }}
        {%- endif -%}
    {%- elif column.data_type == 'timestamp' -%}
        {%- if is_text -%}
            {{ post_purchase_gate.parse_utc(brought) }}
        {%- elif 'time zone' in raw_type or raw_type == 'timestamptz' -%}
            timezone('UTC', {{ name }})
        {%- else -%}
            cast({{ name }} as {{ type }})
        {%- endif -%}
    {%- elif column.data_type == 'integer' and raw_type not in ['integer', 'int', 'bigint', 'smallint'] -%}
        {%- set number = post_purchase_gate.try_cast(brought, post_purchase_gate.contract_type('decimal')) -%}
        case when {{ number }} = round({{ number }}, 0) then {{ post_purchase_gate.try_cast('round(' ~ number ~ ', 0)', type) }} end
    {%- else -%}
        {{ post_purchase_gate.try_cast(brought, type) }}
    {%- endif -%}
{%- endmacro %}

{#- An absent table is an empty typed one. -#}
{% macro no_rows(columns) -%}
    select
        {%- for name, column in columns.items() %}
        cast(null as {{ post_purchase_gate.contract_type(column.data_type) }}) as raw__{{ name }},
        cast(null as {{ post_purchase_gate.contract_type(column.data_type) }}) as {{ name }},
        {%- endfor %}
        cast(null as {{ dbt.type_timestamp() }}) as _loaded_at
    where 1 = 0
{%- endmacro %}

{#- The key of a row as text, its parts joined by '|'; personal data masked. -#}
{% macro row_key(keys, columns) -%}
    {%- set parts = [] -%}
    {%- for key in keys -%}
        {%- if columns[key].config.meta.get('pii') -%}
            {%- do parts.append("'(masked)'") -%}
        {%- else -%}
            {%- do parts.append("coalesce(cast(raw__" ~ key ~ " as " ~ dbt.type_string() ~ "), '(null)')") -%}
        {%- endif -%}
        {%- if not loop.last -%}{%- do parts.append("'|'") -%}{%- endif -%}
    {%- endfor -%}
    {{ dbt.concat(parts) if parts else "''" }}
{%- endmacro %}

{#- The values as brought, as one JSON object; personal data masked. -#}
{% macro row_as_json(columns) -%}
    {%- set parts = ["'{'"] -%}
    {%- for name, column in columns.items() -%}
        {%- set text = "cast(raw__" ~ name ~ " as " ~ dbt.type_string() ~ ")" -%}
        {%- set value = "'(masked)'" if column.config.meta.get('pii') else post_purchase_gate.escape_json(text) -%}
        {%- do parts.append("'\"" ~ name ~ "\": '") -%}
        {%- do parts.append("case when raw__" ~ name ~ " is null then 'null' else '\"' || " ~ value ~ " || '\"' end") -%}
        {%- if not loop.last -%}{%- do parts.append("', '") -%}{%- endif -%}
    {%- endfor -%}
    {%- do parts.append("'}'") -%}
    {{ parts | join(' || ') }}
{%- endmacro %}

{#- A text inside a JSON string: backslash, quote, line feed, carriage return and tab escaped. 92 is the backslash. -#}
{% macro escape_json(text) -%}
    {%- set escaped = namespace(text="replace(replace(" ~ text ~ ", chr(92), chr(92) || chr(92)), '\"', chr(92) || '\"')") -%}
    {%- for code, letter in [(10, 'n'), (13, 'r'), (9, 't')] -%}
        {%- set escaped.text = "replace(" ~ escaped.text ~ ", chr(" ~ code ~ "), chr(92) || '" ~ letter ~ "')" -%}
    {%- endfor -%}
    {{ escaped.text }}
{%- endmacro %}
