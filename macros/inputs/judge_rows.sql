{#-
    Every row of a contract table, read and judged. Columns: those of the contract, plus _loaded_at, _row_key (text), _rejected_reason (null =
    accepted), _is_replaced (refused, and a later readable row of the key is there), _repairs (what was set right or left out, such as
    placeholder:cancelled_at;dangling:order_line_id), _original_values (JSON text, refused rows only, personal data masked),
    _unmapped__<column> (a value that is not on its list) and _dangling__<column> (a reference that leads nowhere).
    Reasons, the first that applies: key_of_another_store, repeat (an exact copy: counted, and no refusal), null_key, unparseable:<column>,
    out_of_bounds:<column> (read, and beyond what the contract lets a value be), no_time, orphan:<column>, missing:<column>, impossible:<rule>, repeated_key (rows of one key that differ).

    table       name in the contract
    parents     {column: {relation: the parent's accepted rows, key: its key column, reason: 'orphan:<column>' unless given}}
    forgiving   the same, where a reference that leads nowhere becomes null: the row is an orphan only when nothing that it names exists.
                `take`: {column: the parent's}, what a null column is filled with. `or_name`: a column of the parent that people call it by
    addresses   columns that name somebody without an id
    impossible  {rule: SQL condition over the typed columns}
    nulled      {column: SQL condition over the typed columns}: an impossible value of a field that no check reads
    derived     {column: SQL over raw__ columns}, where the column is null
-#}
{% macro judge_rows(table, parents={}, forgiving={}, addresses=[], impossible={}, nulled={}, derived={}) -%}
    {%- set relations = post_purchase_gate.connected_relations(table) -%}
    {%- do post_purchase_gate.reading_aids(table) -%}
    {%- if execute -%}
        {{ post_purchase_gate.judge_rows_sql(table, relations, parents, forgiving, addresses, impossible, nulled, derived) }}
    {%- else -%}
        select 1 as parsed_without_a_contract
    {%- endif -%}
{%- endmacro %}

{#- What every table is read with, named so that it is built before. -#}
{% macro reading_aids(table) -%}
    {{ return({
        'synonyms': ref('value_synonyms'), 'countries': ref('country_names'),
        'skus': ref('base_sku_spellings') if table in post_purchase_gate.tables_with_sku() else none,
    }) }}
{%- endmacro %}

{% macro tables_with_sku() -%}
    {{ return(['order_lines', 'products', 'product_costs', 'sku_relations', 'subscriptions', 'reviews', 'site_events', 'messages', 'limited_offers']) }}
{%- endmacro %}

{% macro judge_rows_sql(table, relations, parents, forgiving, addresses, impossible, nulled, derived) -%}
    {%- set contract = post_purchase_gate.raw_contract(table) -%}
    {%- set meta = contract.config.meta -%}
    {%- set columns = contract.columns -%}
    {%- set bounds = post_purchase_gate.contract_bounds() -%}
    {%- set nullable_key = meta.nullable_key | default([]) -%}
    {%- set aids = post_purchase_gate.reading_aids(table) -%}
    {%- set listed = post_purchase_gate.listed_columns(columns) -%}
    {%- set skus = columns | select('in', ['sku', 'related_sku', 'recommended_sku']) | list -%}
with

source_rows as (
    {{ post_purchase_gate.rows_as_typed(relations, columns, derived) }}
),

readings as (
    select
        {%- for name, column in columns.items() %}
        source_rows.raw__{{ name }},
        {{ post_purchase_gate.final_value(name, column, forgiving, nulled, skus, bounds) }} as {{ name }},
        {%- endfor %}
        {%- for name in listed %}
        case when {{ post_purchase_gate.is_unmapped(name, columns[name]) }} then source_rows.raw__{{ name }} end as _unmapped__{{ name }},
        {%- endfor %}
        {%- for name in forgiving %}
        case when source_rows.{{ name }} is not null and not {{ post_purchase_gate.is_found(name, forgiving) }} then source_rows.{{ name }} end as _dangling__{{ name }},
        {%- endfor %}
        {%- for name in parents %}
        source_rows.{{ name }} is not null and parent__{{ name }}.parent_key is null as _is_orphan__{{ name }},
        {%- endfor %}
        case
            {%- for name, column in columns.items() if not column.config.meta.no_check %}
            {{ post_purchase_gate.unreadable_value(name, column, bounds) }}
            {%- endfor %}
            when false then ''
        end as _unreadable,
        {{ post_purchase_gate.repairs(columns, forgiving, nulled, bounds) }} as _repairs,
        source_rows._loaded_at,
        source_rows._source
    from source_rows
    {%- for name in listed %}
    left join {{ aids.synonyms }} as synonym__{{ name }}
        on
            source_rows.{{ name }} = {{ post_purchase_gate.folded_value('synonym__' ~ name ~ '.value') if name != 'country' else 'lower(trim(synonym__country.value))' }}
            and synonym__{{ name }}.table_name = '{{ table }}' and synonym__{{ name }}.column_name = '{{ name }}'
    {%- endfor %}
    {%- if 'country' in listed %}
    left join {{ aids.countries }} as country_names
        on source_rows.country = country_names.country_name
    {%- endif %}
    {%- for name in skus %}
    left join {{ aids.skus }} as spelling__{{ name }}
        on lower(source_rows.{{ name }}) = spelling__{{ name }}.folded_sku
    {%- endfor %}
    {%- for name, parent in parents.items() %}
    left join (select {{ parent.key }} as parent_key from {{ parent.relation }}) as parent__{{ name }}
        on source_rows.{{ name }} = parent__{{ name }}.parent_key
    {%- endfor %}
    {%- for name, parent in forgiving.items() %}
    left join {{ parent.relation }} as parent__{{ name }}
        on source_rows.{{ name }} = parent__{{ name }}.{{ parent.key }}
    {%- if parent.or_name %}
    left join (
        select
            {{ post_purchase_gate.folded_name(parent.or_name) }} as parent_name,
            {%- for column in (parent.take | default({})).values() %}
            min({{ column }}) as {{ column }},
            {%- endfor %}
            min({{ parent.key }}) as {{ parent.key }}
        from {{ parent.relation }}
        where {{ parent.or_name }} is not null
        group by 1
        -- a name that two have names neither
        having count(*) = 1
    ) as named__{{ name }}
        on {{ post_purchase_gate.folded_name('source_rows.' ~ name) }} = named__{{ name }}.parent_name
    {%- endif %}
    {%- endfor %}
),

faults as (
    select
        readings.*,
        {{ post_purchase_gate.row_identity(meta.key, nullable_key) }} as _key,
        case
            {%- for key in meta.key if key not in nullable_key %}
            when raw__{{ key }} is null and {{ key }} is null then 'null_key'
            {%- endfor %}
            when _unreadable is not null then _unreadable
            {%- if meta.times %}
            when {% for time in meta.times %}{{ time }} is null{{ ' and ' if not loop.last }}{% endfor %} then 'no_time'
            {%- endif %}
            {%- for name, parent in parents.items() %}
            when _is_orphan__{{ name }} then '{{ parent.reason | default('orphan:' ~ name) }}'
            {%- endfor %}
            {%- for name in forgiving %}
            when
                _dangling__{{ name }} is not null
                {%- for other in forgiving.keys() | list + addresses %}
                and {{ other }} is null
                {%- endfor %}
                then 'orphan:{{ name }}'
            {%- endfor %}
            {%- for column in meta.not_null | default([]) %}
            when {{ column }} is null then 'missing:{{ column }}'
            {%- endfor %}
            {%- if meta.one_of %}
            when {% for column in meta.one_of %}{{ column }} is null{{ ' and ' if not loop.last }}{% endfor %} then 'missing:{{ meta.one_of[0] }}'
            {%- endif %}
            {%- for rule, condition in impossible.items() %}
            when {{ condition }} then 'impossible:{{ rule }}'
            {%- endfor %}
            when false then ''
        end as _fault
    from readings
),

repeated_keys as (
    select _key as repeated_key
    from faults
    where _key is not null
    group by _key
    having count(*) > 1
),

copies as (
    select
        faults.*,
        {{ post_purchase_gate.text_key(post_purchase_gate.contents(columns)) }} as _content
    from faults
    inner join repeated_keys
        on faults._key = repeated_keys.repeated_key
),

versions as (
    select
        *,
        row_number() over (
            partition by _key, _content
            order by _loaded_at desc nulls last, _source asc, {{ post_purchase_gate.text_key(post_purchase_gate.prefixed(columns, 'raw__')) }} asc
        ) as _copy_number
    from copies
),

weighed as (
    select
        *,
        sum(case when _copy_number = 1 and _fault is null then 1 else 0 end) over (partition by _key) as _readable_versions,
        sum(case when _fault is not null then 1 else 0 end) over (partition by _key) as _faulty_rows,
        -- when the last faulty row arrived, and the readable one: of what has no _loaded_at nobody knows which came later
        max(case when _fault is not null then coalesce(_loaded_at, {{ post_purchase_gate.end_of_time() }}) end) over (partition by _key) as _faulty_at,
        max(case when _fault is null then _loaded_at end) over (partition by _key) as _readable_at,
        min(_source) over (partition by _key) <> max(_source) over (partition by _key)
        {%- if 'store_id' in columns and 'store_id' not in meta.key %}
        or min(store_id) over (partition by _key) <> max(store_id) over (partition by _key)
        {%- endif %} as _is_of_two_stores
    from versions
),

judged as (
    select
        weighed.*,
        case
            when _is_of_two_stores then 'key_of_another_store'
            when _copy_number > 1 then 'repeat'
            when _fault is not null then _fault
            when _readable_versions > 1 or (_faulty_rows > 0 and not coalesce(_readable_at > _faulty_at, false)) then 'repeated_key'
        end as _rejected_reason,
        _fault is not null and _readable_versions = 1 and coalesce(_readable_at > _faulty_at, false) as _is_replaced
    from weighed
),

reasons as (
    select
        {{ post_purchase_gate.judged_columns(columns, listed, forgiving) }},
        _rejected_reason,
        _is_replaced
    from judged
    union all
    select
        {{ post_purchase_gate.judged_columns(columns, listed, forgiving) }},
        _fault as _rejected_reason,
        false as _is_replaced
    from faults
    left join repeated_keys
        on faults._key = repeated_keys.repeated_key
    where repeated_keys.repeated_key is null
)

select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    {%- for name in listed %}
    _unmapped__{{ name }},
    {%- endfor %}
    {%- for name in forgiving %}
    _dangling__{{ name }},
    {%- endfor %}
    _loaded_at,
    {{ post_purchase_gate.row_key(meta.key, columns) }} as _row_key,
    _rejected_reason,
    _is_replaced,
    case when _rejected_reason is null then _repairs end as _repairs,
    case when _rejected_reason <> 'repeat' then {{ post_purchase_gate.row_as_json(columns) }} end as _original_values
from reasons
{%- endmacro %}

{% macro judged_columns(columns, listed, forgiving) -%}
    {%- for column in columns %}
        raw__{{ column }},
        {{ column }},
    {%- endfor %}
    {%- for name in listed %}
        _unmapped__{{ name }},
    {%- endfor %}
    {%- for name in forgiving %}
        _dangling__{{ name }},
    {%- endfor %}
        _loaded_at,
        _repairs
{%- endmacro %}

{#- Columns whose values are on a list, and the country, whose list is ISO's. -#}
{% macro listed_columns(columns) -%}
    {%- set listed = [] -%}
    {%- for name, column in columns.items() if column.config.meta.get('values') or name == 'country' -%}{%- do listed.append(name) -%}{%- endfor -%}
    {{ return(listed) }}
{%- endmacro %}

{#- 'On Hold', 'on-hold' and 'on_hold' are one word. -#}
{% macro folded_value(text) -%}replace(replace(lower(trim({{ text }})), ' ', '_'), '-', '_'){%- endmacro %}

{% macro is_on_list(name, column) -%}
    {%- if name == 'country' -%}
        synonym__country.means is not null or country_names.country is not null
    {%- else -%}
        source_rows.{{ name }} in ('{{ column.config.meta['values'] | join("', '") }}')
        or coalesce(synonym__{{ name }}.means in ('{{ column.config.meta['values'] | join("', '") }}'), false)
    {%- endif -%}
{%- endmacro %}

{% macro is_unmapped(name, column) -%}
    source_rows.{{ name }} is not null and not ({{ post_purchase_gate.is_on_list(name, column) }})
{%- endmacro %}

{% macro is_found(name, forgiving) -%}
    (parent__{{ name }}.{{ forgiving[name].key }} is not null{{ ' or named__' ~ name ~ '.' ~ forgiving[name].key ~ ' is not null' if forgiving[name].or_name }})
{%- endmacro %}

{#- '#1001', '1001' and ' #1001' are one name. -#}
{% macro folded_name(column) -%}lower(replace(trim({{ column }}), '#', '')){%- endmacro %}

{#- The value that stands: mapped, spelled as the catalogue does, without placeholder, sign of habit or a reference that leads nowhere. -#}
{% macro final_value(name, column, forgiving, nulled, skus, bounds) -%}
    {%- set typed = 'source_rows.' ~ name -%}
    {%- set taken = [] -%}
    {%- for other, parent in forgiving.items() if name in (parent.take | default({})) -%}
        {%- do taken.append('parent__' ~ other ~ '.' ~ parent.take[name]) -%}
        {%- if parent.or_name -%}{%- do taken.append('named__' ~ other ~ '.' ~ parent.take[name]) -%}{%- endif -%}
    {%- endfor -%}
    {%- if name == 'country' -%}
        coalesce(synonym__country.means, country_names.country, case when {{ typed }} is not null then 'unknown' end)
    {%- elif column.config.meta.get('values') -%}
        case
            when {{ typed }} in ('{{ column.config.meta['values'] | join("', '") }}') then {{ typed }}
            when synonym__{{ name }}.means in ('{{ column.config.meta['values'] | join("', '") }}') then synonym__{{ name }}.means
            when {{ typed }} is not null then 'unknown'
        end
    {%- elif name in skus -%}
        coalesce(spelling__{{ name }}.sku, {{ typed }})
    {%- elif name in forgiving or taken -%}
        {%- set own = [] -%}
        {%- if name in forgiving -%}
            {%- do own.append('parent__' ~ name ~ '.' ~ forgiving[name].key) -%}
            {%- if forgiving[name].or_name -%}{%- do own.append('named__' ~ name ~ '.' ~ forgiving[name].key) -%}{%- endif -%}
        {%- else -%}
            {%- do own.append(typed) -%}
        {%- endif -%}
        {%- set all = own + taken -%}
        {{ 'coalesce(' ~ all | join(', ') ~ ')' if all | length > 1 else all[0] }}
    {%- elif column.config.meta.sign == 'ignored' -%}
        case when not {{ post_purchase_gate.is_out_of_bounds(typed, column, bounds) }} then abs({{ typed }}) end
    {%- elif name in nulled -%}
        case when not coalesce({{ nulled[name] }}, false) and not {{ post_purchase_gate.is_out_of_bounds(typed, column, bounds) }} then {{ typed }} end
    {%- elif column.data_type == 'timestamp' -%}
        case
            when {{ typed }} >= cast('{{ var("earliest_time") }}' as {{ dbt.type_timestamp() }}) and not {{ post_purchase_gate.is_out_of_bounds(typed, column, bounds) }}
                then {{ typed }}
        end
    {%- elif column.data_type in ['decimal', 'integer', 'date'] -%}
        case when not {{ post_purchase_gate.is_out_of_bounds(typed, column, bounds) }} then {{ typed }} end
    {%- else -%}
        {{ typed }}
    {%- endif -%}
{%- endmacro %}

{#- True for a typed value that is read and beyond its bounds. Before `earliest_time` stands no instant: that is a placeholder. -#}
{% macro is_out_of_bounds(typed, column, bounds) -%}
    {%- set meta = column.config.meta -%}
    {%- if column.data_type == 'timestamp' -%}
        {{ typed }} >= cast('{{ meta.before or bounds.before }}' as {{ dbt.type_timestamp() }})
    {%- elif column.data_type == 'date' -%}
        ({{ typed }} >= cast('{{ meta.before or bounds.before }}' as date) or {{ typed }} < cast('{{ bounds.from_date }}' as date))
    {%- elif column.data_type == 'varchar' -%}
        length({{ typed }}) > {{ meta.longest or (bounds.longest_id if post_purchase_gate.is_id(column.name) else bounds.longest) }}
    {%- else -%}
        ({{ typed }} >= {{ meta.below or bounds.below }} or {{ typed }} <= -{{ meta.below or bounds.below }})
    {%- endif -%}
{%- endmacro %}

{#- The arms of a `case` that say what is wrong with a value: it cannot be read, or it is beyond its bounds, the type's own among them. -#}
{% macro unreadable_value(name, column, bounds) -%}
    {%- set raw = 'source_rows.raw__' ~ name -%}
    {%- set typed = 'source_rows.' ~ name -%}
    {%- set text = 'cast(' ~ raw ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    when {{ raw }} is not null and {{ typed }} is null
        {%- if column.data_type == 'timestamp' %}
        and not {{ post_purchase_gate.is_placeholder_time(raw, typed) }}
        {%- endif %}
        {%- if column.data_type in ['timestamp', 'date'] %}
        then case when {{ post_purchase_gate.matches(text, '^[+]?[0-9]{5,}-|^[iI]nfinity$') }} then 'out_of_bounds:{{ name }}' else 'unparseable:{{ name }}' end
        {%- elif column.data_type in ['decimal', 'integer'] %}
        then case when abs({{ post_purchase_gate.try_cast(text, 'double') }}) >= {{ column.config.meta.below or bounds.below }} then 'out_of_bounds:{{ name }}' else 'unparseable:{{ name }}' end
        {%- else %}
        then 'unparseable:{{ name }}'
        {%- endif %}
    {%- if column.data_type != 'boolean' %}
    when {{ post_purchase_gate.is_out_of_bounds(typed, column, bounds) }} then 'out_of_bounds:{{ name }}'
    {%- endif %}
{%- endmacro %}

{#- What was set right or left out of a row that is accepted, joined by ';'; null where nothing was. -#}
{% macro repairs(columns, forgiving, nulled, bounds) -%}
    {%- set kinds = [] -%}
    {%- for name, column in columns.items() -%}
        {%- set raw = 'source_rows.raw__' ~ name -%}
        {%- set typed = 'source_rows.' ~ name -%}
        {%- if column.data_type == 'timestamp' -%}
            {%- do kinds.append(('placeholder:' ~ name, raw ~ ' is not null and ' ~ post_purchase_gate.is_placeholder_time(raw, typed))) -%}
        {%- endif -%}
        {%- if column.config.meta.no_check and column.data_type != 'varchar' -%}
            {%- set placeholder = ' and not ' ~ post_purchase_gate.is_placeholder_time(raw, typed) if column.data_type == 'timestamp' else '' -%}
            {%- do kinds.append(('unreadable:' ~ name, raw ~ ' is not null and ' ~ typed ~ ' is null' ~ placeholder)) -%}
            {%- if column.data_type != 'boolean' -%}
                {%- do kinds.append(('out_of_bounds:' ~ name, post_purchase_gate.is_out_of_bounds(typed, column, bounds))) -%}
            {%- endif -%}
        {%- endif -%}
        {%- if column.config.meta.sign == 'ignored' -%}{%- do kinds.append(('sign:' ~ name, typed ~ ' < 0')) -%}{%- endif -%}
        {%- if name in nulled -%}{%- do kinds.append(('impossible:' ~ name, nulled[name])) -%}{%- endif -%}
        {%- if name in forgiving -%}
            {%- do kinds.append(('dangling:' ~ name, typed ~ ' is not null and not ' ~ post_purchase_gate.is_found(name, forgiving))) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not kinds -%}
        cast(null as {{ dbt.type_string() }})
    {%- else -%}
        case
            when
                {%- for kind, condition in kinds %}
                coalesce({{ condition }}, false){{ ' or' if not loop.last }}
                {%- endfor %}
                then {% for kind, condition in kinds -%}
                    case when {{ condition }} then '{{ kind }};' else '' end{{ ' || ' if not loop.last }}
                {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{#- The key of a row as one value; a part that may be null is a value of its own. Null where a part is missing that may not be. -#}
{% macro row_identity(keys, nullable_key) -%}
    {%- set parts = [] -%}
    {%- for key in keys -%}
        {%- set text = key if keys | length == 1 else post_purchase_gate.key_part("cast(" ~ key ~ " as " ~ dbt.type_string() ~ ")") -%}
        {%- do parts.append("coalesce(" ~ text ~ ", '~null~')" if key in nullable_key else text) -%}
    {%- endfor -%}
    {{ parts | join(" || '|' || ") }}
{%- endmacro %}

{#- What a row says: as typed, or as brought where that could not be read. -#}
{% macro contents(columns) -%}
    {%- set parts = [] -%}
    {%- for name in columns -%}
        {%- do parts.append("coalesce(cast(" ~ name ~ " as " ~ dbt.type_string() ~ "), cast(raw__" ~ name ~ " as " ~ dbt.type_string() ~ "))") -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

{% macro prefixed(columns, prefix) -%}
    {%- set names = [] -%}
    {%- for column in columns -%}{%- do names.append(prefix ~ column) -%}{%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#-
    The rows of relations: each contract column twice, as brought (raw__) and as typed, and `_source`, the number of the relation. A column that a source
    does not have is null. No relation: no rows.
-#}
{% macro rows_as_typed(relations, columns, derived={}) -%}
    {%- set groups = post_purchase_gate.relations_alike(relations, columns) -%}
    {#- what one tool brings as text and another with a type stands in one column as text: not every engine finds that by itself -#}
    {%- set mixed = [] -%}
    {%- for name in columns -%}
        {%- set kinds = [] -%}
        {%- for alike in groups -%}{%- do kinds.append(post_purchase_gate.value_kind(alike.types[name])) -%}{%- endfor -%}
        {%- if 'text' in kinds and kinds | unique | list | length > 1 -%}{%- do mixed.append(name) -%}{%- endif -%}
    {%- endfor -%}
    {%- for alike in groups %}
    {{ post_purchase_gate.typed_rows(alike, columns, derived, mixed) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    {{ post_purchase_gate.no_rows(columns) }}
    {%- endfor %}
{%- endmacro %}

{#- The same of relations that are alike. -#}
{% macro typed_rows(alike, columns, derived, mixed) -%}
    {%- set types = alike.types -%}
    select
        {%- for name, column in columns.items() %}
        {{ post_purchase_gate.as_text('raw__' ~ name, types[name]) ~ ' as ' if name in mixed }}raw__{{ name }},
        {%- set typed = post_purchase_gate.as_typed('raw__' ~ name, column, types[name]) %}
        {{ 'coalesce(' ~ typed ~ ', ' ~ derived[name] ~ ')' if name in derived else typed }} as {{ name }},
        {%- endfor %}
        {% if types['_loaded_at'] -%}
            {{ post_purchase_gate.read_loaded_at('raw___loaded_at', types['_loaded_at']) }}
        {%- else -%}
            cast(null as {{ dbt.type_timestamp() }})
        {%- endif %} as _loaded_at,
        _source
    from (
        {%- for source in alike.sources %}
        select
            {%- for name in columns %}
            {%- if name not in source.columns %}
            {{ post_purchase_gate.null_as(dbt.type_string()) }} as raw__{{ name }},
            {%- else %}
            {{ post_purchase_gate.as_brought(name, types[name]) }} as raw__{{ name }},
            {%- endif %}
            {%- endfor %}
            {%- if types['_loaded_at'] %}
            {{ post_purchase_gate.as_brought('_loaded_at', types['_loaded_at']) }} as raw___loaded_at,
            {%- endif %}
            {{ source.number }} as _source
        from {{ source.relation }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as brought
{%- endmacro %}

{#-
    The relations that bring a table, those together whose columns have the same types: what reads a type stands in a query once, however many tools bring
    it. A list of {types: {column: its type; varchar where nobody has it}, sources: [{relation, number, columns}]}.
-#}
{% macro relations_alike(relations, columns) -%}
    {%- set groups = {} -%}
    {%- for relation in relations -%}
        {%- set number = loop.index -%}
        {%- set present = {} -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do present.update({column.name | lower: column.dtype | lower}) -%}
        {%- endfor -%}
        {%- set types = {'_loaded_at': present.get('_loaded_at')} -%}
        {%- for name in columns -%}{%- do types.update({name: present.get(name, 'varchar')}) -%}{%- endfor -%}
        {%- set signature = tojson(types) -%}
        {%- if signature not in groups -%}{%- do groups.update({signature: {'types': types, 'sources': []}}) -%}{%- endif -%}
        {%- do groups[signature].sources.append({'relation': relation, 'number': number, 'columns': present}) -%}
    {%- endfor -%}
    {{ return(groups.values() | list) }}
{%- endmacro %}

{#- An absent table is an empty typed one. -#}
{% macro no_rows(columns) -%}
    select
        {%- for name, column in columns.items() %}
        cast(null as {{ post_purchase_gate.contract_type(column.data_type) }}) as raw__{{ name }},
        cast(null as {{ post_purchase_gate.contract_type(column.data_type) }}) as {{ name }},
        {%- endfor %}
        cast(null as {{ dbt.type_timestamp() }}) as _loaded_at,
        1 as _source
    where 1 = 0
{%- endmacro %}

{#- A raw value as text for people, cut where it is too long to read. -#}
{% macro shown(value) -%}
    {%- set text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    substring({{ text }}, 1, {{ post_purchase_gate.longest_shown() }})
{%- endmacro %}

{#- The key of a row as text, its parts joined by '|'; personal data masked. -#}
{% macro row_key(keys, columns) -%}
    {%- set parts = [] -%}
    {%- for key in keys -%}
        {%- if columns[key].config.meta.get('pii') -%}
            {%- do parts.append("'(masked)'") -%}
        {%- else -%}
            {%- do parts.append("coalesce(" ~ post_purchase_gate.shown('raw__' ~ key) ~ ", '(null)')") -%}
        {%- endif -%}
        {%- if not loop.last -%}{%- do parts.append("'|'") -%}{%- endif -%}
    {%- endfor -%}
    {{ dbt.concat(parts) if parts else "''" }}
{%- endmacro %}

{#- The values as brought, as one JSON object; personal data masked. -#}
{% macro row_as_json(columns) -%}
    {%- set parts = ["'{'"] -%}
    {%- for name, column in columns.items() -%}
        {%- set text = post_purchase_gate.shown('raw__' ~ name) -%}
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
