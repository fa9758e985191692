{#-
    The rows of everybody whom a folder of changed rows concerns: what the build of an hour reads in place of the whole shop (post-purchase hour).
    Rows that name the same account, order, line, parcel, ticket, message or address belong together, and what belongs to what has changed is taken
    along, however far it reaches. So every account, order and person is either here whole or not at all, and each model that looks at one of them at a
    time says what it would say of the whole shop.
-#}

{#- By which columns the rows of each table belong to those of others: {table: [{kind, column}]}. -#}
{% macro links_of_rows() -%}
    {%- set kinds = {
        'order_id': ['order', 'order_name'], 'order_line_id': ['line'], 'customer_id': ['customer'], 'email': ['email'], 'phone': ['phone'],
        'fulfillment_id': ['parcel'], 'ticket_id': ['ticket'], 'message_id': ['message'],
    } -%}
    {%- set more = {
        'customers': {'merged_into_customer_id': ['customer']},
        'orders': {'parent_order_id': ['order', 'order_name'], 'order_name': ['order_name']},
        'order_lines': {'replaces_order_line_id': ['line'], 'parent_order_line_id': ['line']},
        'fulfillments': {'fulfillment_id': ['parcel']},
        'tickets': {'ticket_id': ['ticket'], 'merged_into_ticket_id': ['ticket']},
        'messages': {'message_id': ['message']},
        'customer_identities': {'value': ['email', 'phone']},
        'memberships': {'customer_id': ['customer']},
    } -%}
    {%- set links = {} -%}
    {%- for table in post_purchase_gate.contract_tables() -%}
        {%- set listed = [] -%}
        {%- for name, column in (post_purchase_gate.named_by_rows().get(table) or {'names': {}}).names.items() -%}
            {%- for kind in kinds.get(name, []) -%}{%- do listed.append({'kind': kind, 'column': column}) -%}{%- endfor -%}
        {%- endfor -%}
        {%- for column, its_kinds in more.get(table, {}).items() -%}
            {%- for kind in its_kinds -%}{%- do listed.append({'kind': kind, 'column': column}) -%}{%- endfor -%}
        {%- endfor -%}
        {%- do links.update({table: listed}) -%}
    {%- endfor -%}
    {{ return(links) }}
{%- endmacro %}

{#- A value as rows are compared by it. Two spellings that staging takes for one are one here; taking a row too many costs time, one too few an answer. -#}
{% macro link_name(kind, column) -%}
    {%- set text = 'trim(cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ '))' -%}
    {%- if kind == 'email' -%}
        case when {{ text }} like '%@%' then {{ post_purchase_gate.plain_email(text) }} end
    {%- elif kind == 'phone' -%}
        case
            when {{ text }} not like '%@%' and {{ post_purchase_gate.is_phone_number(post_purchase_gate.digits_only(text)) }}
                then {{ post_purchase_gate.last_nine_digits(post_purchase_gate.digits_only(text)) }}
        end
    {%- elif kind == 'order_name' -%}
        {{ post_purchase_gate.folded_name(text) }}
    {%- else -%}
        {{ post_purchase_gate.read_id(text) }}
    {%- endif -%}
{%- endmacro %}

{#-
    In the database of the target: schema `raw`, the rows of whoever is concerned; `landed`, the changed rows of the folder; `changes`, these and what
    earlier hours brought; `concerned`, by what rows were found. `served` is the attached database that the last whole build made, with its inputs in `raw_schema`; with_earlier: hours since have left changes there.
-#}
{% macro gather_changes(folder, served, raw_schema, with_earlier) -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- do post_purchase_gate.check_vars() -%}
    {%- do post_purchase_gate.land_folder('raw', folder) -%}
    {%- set landed = post_purchase_gate.landed_changes(folder) -%}
    {%- for schema in ['landed', 'changes', 'concerned'] -%}{%- do run_query("create schema " ~ schema) -%}{%- endfor -%}
    {%- for table in landed -%}
        {%- do run_query("create table landed." ~ table ~ " as select * from raw." ~ table) -%}
    {%- endfor -%}
    {%- do run_query("drop schema raw cascade") -%}
    {%- do run_query("create schema raw") -%}
    {%- for node in post_purchase_gate.source_tables('raw') -%}
        {#- what hours since the last whole build have brought, and what this one brings: of each key the newest row alone, as a loader's table has it -#}
        {%- set before = adapter.get_relation(served, raw_schema, node.identifier) -%}
        {%- set earlier = adapter.get_relation(served, 'changes', node.name) if with_earlier else none -%}
        {%- set now = adapter.get_relation(target.database, 'landed', node.name) -%}
        {%- set changes = api.Relation.create(database=target.database, schema='changes', identifier=node.name) -%}
        {%- if earlier is not none or now is not none -%}
            {%- do run_query("create table " ~ changes ~ " as " ~ post_purchase_gate.newest_of(earlier, now, node)) -%}
        {%- else -%}
            {%- set changes = none -%}
        {%- endif -%}
        {%- if before is not none or changes is not none -%}
            {%- do run_query("create view concerned." ~ node.name ~ " as " ~ post_purchase_gate.newest_of(before, changes, node)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do post_purchase_gate.find_concerned(served, landed) -%}
    {%- for node in post_purchase_gate.source_tables('raw') if node.name != 'feed_loads' -%}
        {%- set all_rows = adapter.get_relation(target.database, 'concerned', node.name) -%}
        {%- if all_rows is not none -%}
            {%- set links = post_purchase_gate.links_in(all_rows, node.name) -%}
            {%- if links -%}
                {%- do run_query("create table raw." ~ node.name ~ " as select * from " ~ all_rows ~ " where " ~ post_purchase_gate.is_named(links, 'names')) -%}
            {%- else -%}
                {#- the catalogue is everybody's -#}
                {%- do run_query("create view raw." ~ node.name ~ " as select * from " ~ all_rows) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do post_purchase_gate.carry_feed_loads(served) -%}
    {{ adapter.commit() }}
{%- endmacro %}

{#- The rows of two relations of one table, either of which may be none: of a key that both have, those of the second. -#}
{% macro newest_of(older, newer, node) -%}
    {%- if older is none or newer is none -%}{{ return("select * from " ~ (newer or older)) }}{%- endif -%}
    {%- set keys = [] -%}
    {%- set columns = adapter.get_columns_in_relation(newer) | map(attribute='name') | map('lower') | list -%}
    {%- for key in node.config.meta.key if key in columns -%}
        {%- do keys.append("coalesce(trim(cast(older." ~ key ~ " as varchar)), '') = coalesce(trim(cast(newer." ~ key ~ " as varchar)), '')") -%}
    {%- endfor -%}
    {{ return(
        "select older.* from " ~ older ~ " as older where not exists (select 1 from " ~ newer ~ " as newer where " ~ keys | join(" and ") ~ ")"
        ~ " union all by name select * from " ~ newer) }}
{%- endmacro %}

{#- The tables that the folder brings. What nobody can read, or what concerns every customer, is for the whole build. -#}
{% macro landed_changes(folder) -%}
    {%- set unreadable = run_query("select table_name, count(*) from raw.unreadable_lines group by table_name order by table_name").rows -%}
    {%- if unreadable -%}
        {{ exceptions.raise_compiler_error(
            unreadable[0][1] ~ " lines of " ~ unreadable[0][0] ~ " in '" ~ folder ~ "' cannot be read, and whom they concern nobody can tell. Mend the file, or run the whole build, which refuses them by line.") }}
    {%- endif -%}
    {%- set landed = [] -%}
    {%- set of_everybody = [] -%}
    {%- set links = post_purchase_gate.links_of_rows() -%}
    {%- for node in post_purchase_gate.source_tables('raw') if adapter.get_relation(target.database, 'raw', node.name) is not none -%}
        {%- do landed.append(node.name) -%}
        {%- if not links[node.name] and node.name != 'feed_loads' -%}{%- do of_everybody.append(node.name) -%}{%- endif -%}
    {%- endfor -%}
    {%- for table in landed if links[table] -%}
        {%- set relation = api.Relation.create(database=target.database, schema='raw', identifier=table) -%}
        {%- set names = [] -%}
        {%- for link in post_purchase_gate.links_in(relation, table) -%}
            {%- do names.append("coalesce(" ~ post_purchase_gate.link_name(link.kind, link.column) ~ ", '') = ''") -%}
        {%- endfor -%}
        {%- set nameless = run_query("select count(*) from " ~ relation ~ " where " ~ (names | join(' and ') or 'true'))[0][0] -%}
        {%- if nameless -%}
            {{ exceptions.raise_compiler_error(nameless ~ " rows of " ~ table ~ " in '" ~ folder ~ "' name nobody: whom they concern is for the whole build to say.") }}
        {%- endif -%}
    {%- endfor -%}
    {%- if of_everybody -%}
        {{ exceptions.raise_compiler_error("'" ~ folder ~ "' brings " ~ of_everybody | join(', ') ~ ", which concern every customer: leave them for the whole build.") }}
    {%- endif -%}
    {{ return(landed) }}
{%- endmacro %}

{#- Of a table's links, those whose column it has. -#}
{% macro links_in(relation, table) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
    {%- set links = [] -%}
    {%- for link in post_purchase_gate.links_of_rows()[table] if link.column in columns -%}{%- do links.append(link) -%}{%- endfor -%}
    {{ return(links) }}
{%- endmacro %}

{#- Whether a row bears one of the names in a table of names. -#}
{% macro is_named(links, names) -%}
    {%- for link in links -%}
        {{ post_purchase_gate.link_name(link.kind, link.column) }} in (select name from concerned.{{ names }} where kind = '{{ link.kind }}')
        {%- if not loop.last %} or {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The names that the rows of a relation bear. -#}
{% macro names_of(relation, links) -%}
    {%- for link in links %}
    select '{{ link.kind }}' as kind, {{ post_purchase_gate.link_name(link.kind, link.column) }} as name from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- From the changed rows, and the decisions whose time has come, to all rows that belong to them: a step takes along what bears a name found in the last. -#}
{% macro find_concerned(served, landed) -%}
    {%- do run_query("create table concerned.names (kind varchar, name varchar)") -%}
    {%- do run_query("create table concerned.found (kind varchar, name varchar)") -%}
    {%- for table in landed if table != 'feed_loads' -%}
        {%- set relation = api.Relation.create(database=target.database, schema='landed', identifier=table) -%}
        {%- set links = post_purchase_gate.links_in(relation, table) -%}
        {%- if links -%}{%- do run_query("insert into concerned.found " ~ post_purchase_gate.names_of(relation, links)) -%}{%- endif -%}
    {%- endfor -%}
    {%- do run_query("insert into concerned.found " ~ post_purchase_gate.names_of_due(served)) -%}
    {%- for step in range(100) -%}
        {%- do run_query(
            "create or replace table concerned.newly_found as select distinct found.kind, found.name from concerned.found as found"
            ~ " left join concerned.names as names on found.kind = names.kind and found.name = names.name where found.name <> '' and names.name is null") -%}
        {#- a scan of a large table for names of a kind of which none is new finds nothing -#}
        {%- set kinds = run_query("select distinct kind from concerned.newly_found order by kind").columns[0].values() | list -%}
        {%- if not kinds -%}{{ return('') }}{%- endif -%}
        {%- do run_query("insert into concerned.names select * from concerned.newly_found") -%}
        {%- do run_query("truncate concerned.found") -%}
        {%- for node in post_purchase_gate.source_tables('raw') -%}
            {%- set relation = adapter.get_relation(target.database, 'concerned', node.name) -%}
            {%- set links = post_purchase_gate.links_in(relation, node.name) if relation is not none else [] -%}
            {%- set asked = links | selectattr('kind', 'in', kinds) | list -%}
            {%- if asked and links | map(attribute='kind') | unique | list | length > 1 -%}
                {%- do run_query(
                    "insert into concerned.found with touched as (select * from " ~ relation ~ " where " ~ post_purchase_gate.is_named(asked, 'newly_found') ~ ") "
                    ~ post_purchase_gate.names_of('touched', links)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("Who is concerned has no end after 100 steps: run the whole build.") }}
{%- endmacro %}

{#-
    Whose decision may be another by now though nothing happened: something has begun or ended since, a parcel has been silent for too long, or an order has come of another age.
-#}
{% macro names_of_due(served) -%}
    {%- set as_of = post_purchase_gate.as_of() -%}
    {%- set marts = served ~ '.' ~ post_purchase_gate.generate_schema_name('marts', none) | trim -%}
    {%- set staging = served ~ '.' ~ post_purchase_gate.generate_schema_name('staging', none) | trim -%}
    {%- set core = served ~ '.' ~ post_purchase_gate.generate_schema_name('core', none) | trim -%}
    {%- set last_as_of = "(select as_of from " ~ marts ~ ".served_build)" %}
    select 'customer' as kind, customer_id as name
    from {{ marts }}.gate_decisions
    where
        recheck_at <= {{ as_of }}
        or valid_until <= {{ as_of }}
        or (due_at > as_of and due_at <= {{ as_of }})
        or (expires_at > as_of and expires_at <= {{ as_of }})
    union
    select 'line' as kind, order_line_id as name
    from {{ marts }}.gate_reasons
    where clears_at <= {{ as_of }}
    union
    select 'line' as kind, order_line_id as name
    from {{ marts }}.order_evidence
    where next_change_at <= {{ as_of }}
    union
    select 'line' as kind, order_line_id as name
    from {{ staging }}.base_overrides
    where expires_at <= {{ as_of }} and expires_at > {{ post_purchase_gate.add_days(-30, as_of) }}
    union
    select 'customer' as kind, customer_id as name
    from {{ marts }}.may_send
    where next_at > as_of and next_at <= {{ as_of }}
    union
    select 'order' as kind, order_id as name
    from {{ marts }}.open_issues
    where due_at > as_of and due_at <= {{ as_of }}
    union
    -- orders that have grown too old to be decided on since the last whole build, or whose parcel has
    select 'order' as kind, order_id as name
    from {{ core }}.int_orders
    where
        ordered_at < {{ post_purchase_gate.add_days(-1 * var('live_days'), as_of) }}
        and {{ post_purchase_gate.add_days(var('live_days'), 'ordered_at') }} >= {{ last_as_of }}
    union
    -- an exchange inside an order that was still to be asked for
    select 'line' as kind, order_line_id as name
    from {{ core }}.int_order_lines
    where known_from > {{ last_as_of }} and known_from <= {{ as_of }}
    union
    select 'order' as kind, order_id as name
    from {{ core }}.int_live_spans
    where
        (live_from > {{ last_as_of }} and live_from <= {{ as_of }})
        or (live_until > {{ last_as_of }} and live_until <= {{ as_of }})
{%- endmacro %}

{#- How far every feed reaches: as the last whole build knew it, and what the loader has said since. A few persons' rows say nothing of it. -#}
{% macro carry_feed_loads(served) -%}
    {%- set core = post_purchase_gate.generate_schema_name('core', none) | trim -%}
    {%- set told = "select feed, loaded_through from " ~ served ~ "." ~ core ~ ".int_feed_status where is_connected and loaded_through is not null" -%}
    {%- set said = adapter.get_relation(target.database, 'changes', 'feed_loads') -%}
    {%- if said is not none -%}
        {%- set told = told ~ " union all select lower(trim(cast(feed as varchar))), " ~ post_purchase_gate.parse_utc('cast(loaded_through as varchar)') ~ " from " ~ said -%}
    {%- endif -%}
    {%- do run_query("create table raw.feed_loads as select feed, max(loaded_through) as loaded_through from (" ~ told ~ ") as told group by feed") -%}
{%- endmacro %}
