{#-
    What a database remembers of the builds before, and what it does not take in silence. Both checks run before anything is written: the first before
    the files of a folder are landed, the second after.
-#}

{#- Whose rows a build brings, in words: what the owner calls the shop, else where the rows come from. -#}
{% macro source_identity() -%}
    {%- if var('shop_name', none) -%}
        {{ return("shop '" ~ var('shop_name') ~ "'") }}
    {%- endif -%}
    {%- set sources = [] -%}
    {%- for connection in post_purchase_gate.connections() -%}
        {%- do sources.append(connection.connector ~ " in '" ~ connection.database ~ '.' ~ connection.schema ~ "'") -%}
    {%- endfor -%}
    {%- for connector in post_purchase_gate.used_connectors() if connector in ['native', 'olist'] -%}
        {%- if connector != 'native' -%}
            {%- do sources.append(connector ~ (" in '" ~ var(connector ~ '_path').rstrip('/') ~ "'" if var(connector ~ '_path', none) else '')) -%}
        {%- elif post_purchase_gate.uses_demo_shop() -%}
            {%- do sources.append('the demo shop') -%}
        {%- elif var('raw_path', none) -%}
            {%- do sources.append("folder '" ~ var('raw_path').rstrip('/') ~ "'") -%}
        {%- else -%}
            {%- do sources.append("schema '" ~ (var('raw_database', none) ~ '.' if var('raw_database', none) else '') ~ (var('raw_schema', none) or 'raw') ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(sources | sort | join(' and ')) }}
{%- endmacro %}

{#- Stops a build that brings another shop into a database that remembers one: its log, its audiences and its persons would go on with strangers. -#}
{% macro check_source_identity() -%}
    {%- set known = post_purchase_gate.remembered_identity() -%}
    {%- set identity = post_purchase_gate.source_identity() -%}
    {%- if known is not none and known != identity and not var('accept_other_shop') -%}
        {{ exceptions.raise_compiler_error(
            "This database holds " ~ known ~ ", and this build would bring " ~ identity ~ ". Nothing was written. Build another shop into another database"
            ~ " (POST_PURCHASE_DB=FILE). If it is the same shop and only its file, its folder or its schema was renamed or moved, say so for one build: --vars '{accept_other_shop: true, ...}';"
            ~ " where that place changes from day to day, give the shop a name (var shop_name).") }}
    {%- endif -%}
{%- endmacro %}

{#- The shop that a database knows: the last that was built into it (int_source_identities), or none. -#}
{% macro remembered_identity() -%}
    {%- set identities = post_purchase_gate.remembered_relation('int_source_identities') -%}
    {%- set known = run_query("select identity from " ~ identities ~ " order by entry_number desc limit 1") if identities else [] -%}
    {{ return(known[0][0] if known | length else none) }}
{%- endmacro %}

{#- A model as an earlier build left it, or none where it does not stand yet. -#}
{% macro remembered_relation(name) -%}
    {%- for node in graph.nodes.values() if node.name == name and node.package_name == 'post_purchase_gate' -%}
        {#- asked by hand: the adapter's own look-up opens a transaction, and what landing writes in it would be rolled back -#}
        {%- set there = run_query(
            "select 1 as one from information_schema.tables where table_schema = '" ~ node.schema ~ "' and table_name = '" ~ node.alias
            ~ "' and table_catalog = '" ~ post_purchase_gate.sql_text(target.database) ~ "'") -%}
        {{ return(api.Relation.create(node.database, node.schema, node.alias) if there | length else none) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{#-
    Stops a build that would know guests by other ids than the last one did: their audiences, what they were sent and their history would go on with nobody,
    and they would enter everything anew. One guest tells: an id that this build's salt does not make of the address beside it.
-#}
{% macro check_salt() -%}
    {%- set guests = post_purchase_gate.remembered_relation('base_guests') if not var('accept_new_salt') -%}
    {%- if guests and run_query(
        "select 1 as one from " ~ guests ~ " where email is not null and customer_id <> " ~ post_purchase_gate.guest_customer_id('email', "''") ~ " limit 1") | length -%}
            {{ exceptions.raise_compiler_error(
                "This database knows its guests by another salt than this build has. Nothing was written. Set the salt that it was built with: var guest_salt, or POST_PURCHASE_SALT in the"
                ~ " environment; without either it is the one that every shop has. If the salt is meant to change, say so for one build: --vars '{accept_new_salt: true, ...}': guests then"
                ~ " get new ids, leave the audiences under the old ones and enter them anew; what they were sent is known by their addresses still.") }}
    {%- endif -%}
{%- endmacro %}

{#-
    Stops the build where a table lost what it had when it was last built: more than `max_shrink` of its rows and more than `max_shrink_rows`, or all of
    them. Half a table of opt-outs is no news that people opted in again. A table under `rolling_days` is compared over the days that it keeps.
-#}
{% macro check_shrink() -%}
    {%- set lost = [] -%}
    {%- set named = [] -%}
    {%- for table in post_purchase_gate.contract_tables() -%}
        {%- set said = post_purchase_gate.what_a_table_lost(table) -%}
        {%- if said -%}
            {%- do lost.append(said) -%}
            {%- do named.append(table) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if lost -%}{{ post_purchase_gate.stop_over_shrink(lost, named) }}{%- endif -%}
{%- endmacro %}

{% macro stop_over_shrink(lost, named) -%}
    {{ exceptions.raise_compiler_error(
        "The input shrank since the last build: " ~ lost | join('; ') ~ ". No model was written. If the extract is at fault, mend it. If it is meant so, say it for one build: "
        ~ "--vars '{accept_shrink: [" ~ named | join(', ') ~ "], ...}'. A table that keeps its last days only is named in var rolling_days.") }}
{%- endmacro %}

{#- In words what a table lost, where it is too much; none otherwise. -#}
{% macro what_a_table_lost(table) -%}
    {%- set served = post_purchase_gate.served_relation('base_' ~ table) -%}
    {%- if served is none or table in post_purchase_gate.list_var('accept_shrink') -%}{{ return(none) }}{%- endif -%}
    {%- for feed in post_purchase_gate.feeds() if feed.table == table and feed.feed in post_purchase_gate.list_var('feeds_not_kept') -%}{{ return(none) }}{%- endfor -%}
    {%- set contract = post_purchase_gate.raw_contract(table) -%}
    {%- set keys = contract.config.meta.key -%}
    {%- set days = var('rolling_days').get(table) -%}
    {%- set relations = post_purchase_gate.connected_relations(table) -%}
    {%- set counts = run_query(
        "with had as (select _row_key as row_key, count(*) as times from " ~ served ~ " where _rejected_reason is null"
        ~ (" and " ~ post_purchase_gate.event_time(table) ~ " >= " ~ post_purchase_gate.add_days(-1 * days, post_purchase_gate.as_of()) if days else "")
        ~ " group by 1), has as (select row_key, count(*) as times from (" ~ post_purchase_gate.keys_as_brought(relations, keys, contract.columns)
        ~ ") as brought group by 1) select coalesce(sum(had.times), 0), coalesce(sum(case when coalesce(has.times, 0) < had.times then had.times - coalesce(has.times, 0) else 0 end), 0), "
        ~ "(select count(*) from has) from had left join has on had.row_key = has.row_key")[0] -%}
    {%- set had, lost, now = counts[0] | int, counts[1] | int, counts[2] | int -%}
    {%- if had and not relations -%}
        {{ return(table ~ " is gone (it had " ~ had ~ (" row" if had == 1 else " rows") ~ ")") }}
    {%- elif had and not now -%}
        {{ return(table ~ " is empty (it had " ~ had ~ (" row" if had == 1 else " rows") ~ ")") }}
    {%- elif lost > var('max_shrink_rows') and lost > var('max_shrink') * had -%}
        {{ return(table ~ " lost " ~ lost ~ " of " ~ had ~ " rows" ~ (" of its last " ~ days ~ " days" if days else "")) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- The keys of a table's rows as judge_rows shows them, without reading anything else. -#}
{% macro keys_as_brought(relations, keys, columns) -%}
    {%- for relation in relations %}
        select {{ post_purchase_gate.row_key(keys, columns) }} as row_key from (
            select
            {%- for key in keys %}
            {%- set type = post_purchase_gate.raw_column_type(relation, key) %}
            {{ post_purchase_gate.as_brought(key, type) if type else post_purchase_gate.null_as(dbt.type_string()) }} as raw__{{ key }}{{ ',' if not loop.last }}
            {%- endfor %}
            from {{ relation }}
        ) as keys
        union all
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as row_key where 1 = 0
{%- endmacro %}

{#- The same before a base model of a shop whose connectors are models themselves: what they bring is not there when the build begins. -#}
{% macro check_connected_shrink() -%}
    {%- if execute and flags.WHICH in ['build', 'run'] and post_purchase_gate.used_connectors() != ['native'] and model.name.replace('base_', '') in post_purchase_gate.contract_tables() -%}
        {%- set table = model.name.replace('base_', '') -%}
        {%- set lost = post_purchase_gate.what_a_table_lost(table) -%}
        {%- if lost -%}{{ post_purchase_gate.stop_over_shrink([lost], [table]) }}{%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Says that a build stands at an instant before the last entry of the log: its marts are of that instant, and the log and the audiences stay as they are. -#}
{% macro warn_of_earlier_clock() -%}
    {%- set log = post_purchase_gate.served_relation('decision_changes') -%}
    {%- set last = run_query("select max(decided_at) as decided_at from " ~ log)[0][0] if log is not none else none -%}
    {%- if last is not none and post_purchase_gate.as_of_text() | trim < (last | string)[:19] -%}
        {%- do exceptions.warn(
            "as_of is " ~ post_purchase_gate.as_of_text() | trim ~ ", before the last decision in the log (" ~ (last | string)[:19] ~ "): the log and the audiences stay as they are."
            ~ " To look at the past, build into another database (POST_PURCHASE_DB=FILE).") -%}
    {%- endif -%}
{%- endmacro %}
