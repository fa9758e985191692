{#- A mart that is made anew: a table beside the one that readers have. -#}
{% materialization mart, default %}
    {%- set next = post_purchase_gate.beside(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do post_purchase_gate.make_next(next, sql) -%}
    {{ return(post_purchase_gate.finish_mart([next])) }}
{% endmaterialization %}

{#-
    A mart that is only added to (a log, the outbox, the members): the rows that are new or changed stand beside it, and what it will hold is a view over
    both. Where two builds ran at once, the switch refuses the one whose rows were found before the other was served.
-#}
{% materialization mart_log, default %}
    {%- set served = load_cached_relation(this) -%}
    {%- set next = post_purchase_gate.beside(this) -%}
    {%- set rows = post_purchase_gate.beside(this, 'rows') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do post_purchase_gate.drop_beside(next) -%}
    {%- if served is none and config.get('stands_from_the_start') -%}
        {#- a view is of it: on the first day it is empty until the switch -#}
        {%- call statement('first') -%}
            {{ get_create_table_as_sql(False, this, 'select * from (' ~ sql ~ '\n) as nothing where 1 = 0') }}
        {%- endcall -%}
        {{ adapter.commit() }}
        {%- set served = this.incorporate(type='table') -%}
        {%- do adapter.cache_added(served) -%}
    {%- endif -%}
    {%- if served is none -%}
        {%- do post_purchase_gate.drop_beside(rows) -%}
        {%- do post_purchase_gate.make_next(next, sql) -%}
        {{ return(post_purchase_gate.finish_mart([next])) }}
    {%- endif -%}
    {%- do post_purchase_gate.make_next(rows, sql) -%}
    {#- a column of a newer version: of no matter to those who read the others -#}
    {%- do process_schema_changes('append_new_columns', rows, served) -%}
    {%- set columns = adapter.get_columns_in_relation(served) | map(attribute='quoted') | join(', ') -%}
    {%- set key = config.get('unique_key') -%}
    {%- call statement('what_it_will_hold') -%}
        create view {{ next }} as
        select {{ columns }} from {{ served }}
        {%- if key %}
        where {{ key }} not in (select {{ key }} from {{ rows }})
        {%- endif %}
        union all
        select {{ columns }} from {{ rows }}
    {%- endcall -%}
    {%- do post_purchase_gate.mark_build(next, 'view') -%}
    {{ return(post_purchase_gate.finish_mart([next.incorporate(type='view'), rows])) }}
{% endmaterialization %}

{#- The last node of a build: its one row, and with it every mart that the build made, in one transaction. -#}
{% materialization mart_switch, default %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- do post_purchase_gate.check_next() -%}
    {%- do post_purchase_gate.make_next(post_purchase_gate.beside(this), sql) -%}
    {{ adapter.commit() }}
    {%- do adapter.cache_added(post_purchase_gate.beside(this).incorporate(type='table')) -%}
    {%- do post_purchase_gate.switch(post_purchase_gate.marts_of_this_command() + [this]) -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{#- A mart of a build waits for the last node; one that was asked for alone goes live by itself. -#}
{% macro finish_mart(made) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {%- for relation in made -%}
        {%- do adapter.cache_added(relation if relation.type else relation.incorporate(type='table')) -%}
    {%- endfor -%}
    {%- if not post_purchase_gate.builds_beside() -%}
        {%- do post_purchase_gate.switch([this]) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': made if post_purchase_gate.builds_beside() else [this.incorporate(type='table')]}) }}
{%- endmacro %}

{#- A table beside a mart, with its contract and all that belongs to it. -#}
{% macro make_next(relation, sql) -%}
    {%- do post_purchase_gate.drop_beside(relation) -%}
    {%- call statement('main') -%}
        {{ get_create_table_as_sql(False, relation, sql) }}
    {%- endcall -%}
    {%- do create_indexes(relation) -%}
    {%- do apply_grants(relation, config.get('grants'), should_revoke=False) -%}
    {%- if config.persist_column_docs() and model.columns -%}
        {%- do run_query(alter_column_comment(relation, model.columns)) -%}
    {%- endif -%}
    {%- do post_purchase_gate.mark_build(relation) -%}
    {%- do post_purchase_gate.analyze_relation(relation) -%}
{%- endmacro %}

{#- Of a build that ended early. -#}
{% macro drop_beside(relation) -%}
    {%- set left = load_cached_relation(relation) -%}
    {%- if left is not none -%}{%- do adapter.drop_relation(left) -%}{%- endif -%}
{%- endmacro %}

{#- Every mart of this project that this command builds. -#}
{% macro marts_of_this_command() -%}
    {%- set marts = [] -%}
    {%- for node in post_purchase_gate.switched_nodes() if node.unique_id in selected_resources or var('build_id', none) is not none -%}
        {%- do marts.append(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) -%}
    {%- endfor -%}
    {{ return(marts) }}
{%- endmacro %}

{% macro switched_nodes() -%}
    {%- set nodes = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == 'post_purchase_gate'
        and node.config.materialized in ['mart', 'mart_log'] -%}
        {%- do nodes.append(node) -%}
    {%- endfor -%}
    {{ return(nodes | sort(attribute='unique_id')) }}
{%- endmacro %}

{#-
    Before the switch: everything that goes live is of this build, nothing of another build that ended early lies beside it, and no other build was
    served since this one looked at what readers have.
-#}
{% macro check_next() -%}
    {%- set schema = this.schema -%}
    {%- set builds = post_purchase_gate.builds_of(schema) -%}
    {%- set id = post_purchase_gate.build_id() -%}
    {%- set served = post_purchase_gate.served_build_id() or 'none' -%}
    {%- set missing = [] -%}
    {%- for mart in post_purchase_gate.marts_of_this_command() if builds.get(mart.identifier ~ '__next', {}).get('build') != id -%}
        {%- do missing.append(mart.identifier) -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error("Nothing was switched: build " ~ id ~ " has not made " ~ missing | join(', ') ~ ". Build all of it: dbt build.") }}
    {%- endif -%}
    {%- set known = post_purchase_gate.switched_nodes() | map(attribute='alias') | list + [this.identifier] -%}
    {%- set others = [] -%}
    {%- for name, build in builds.items() if modules.re.sub('__(next|rows)$', '', name) not in known -%}
        {#- of a mart that is off in this build: what an earlier one left of it is nobody's -#}
        {%- if modules.re.search('__(next|rows)$', name) -%}
            {%- do post_purchase_gate.drop_beside(api.Relation.create(database=this.database, schema=schema, identifier=name)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, build in builds.items() if modules.re.sub('__(next|rows)$', '', name) in known and modules.re.search('__(next|rows)$', name) and (build.build != id or build.after != served) -%}
        {%- do others.append(modules.re.sub('__(next|rows)$', '', name) ~ ' (build ' ~ build.build ~ ')') -%}
    {%- endfor -%}
    {%- if others -%}
        {{ exceptions.raise_compiler_error(
            "Nothing was switched: " ~ others | unique | sort | join(', ') ~ " is of another build, one that ended early or one that runs now. Wait for a build that runs, "
            ~ "then build all: dbt build.") }}
    {%- endif -%}
{%- endmacro %}

{#- What readers have, of now: all relations of the list at once. -#}
{% macro switch(marts) -%}
    {%- set statements = [] -%}
    {#- all that is read or changed, so that no other build gets between the look and the switch -#}
    {%- set names = [] -%}
    {%- for mart in marts -%}
        {%- set served = adapter.get_relation(mart.database, mart.schema, mart.identifier) -%}
        {%- set next = post_purchase_gate.beside(mart) -%}
        {%- set rows = post_purchase_gate.beside(mart, 'rows') -%}
        {%- do names.extend([served, load_cached_relation(next), load_cached_relation(rows)] | reject('none')) -%}
        {%- if load_cached_relation(rows) is not none -%}
            {%- set key = post_purchase_gate.key_of(mart) -%}
            {%- set columns = adapter.get_columns_in_relation(served) | map(attribute='quoted') | join(', ') -%}
            {%- do statements.append('drop view ' ~ next) -%}
            {%- if key -%}
                {%- do statements.append('delete from ' ~ served ~ ' where ' ~ key ~ ' in (select ' ~ key ~ ' from ' ~ rows ~ ')') -%}
            {%- endif -%}
            {%- do statements.append('insert into ' ~ served ~ ' (' ~ columns ~ ') select ' ~ columns ~ ' from ' ~ rows) -%}
            {%- do statements.append('drop table ' ~ rows) -%}
            {%- do statements.append("comment on table " ~ served ~ " is '" ~ 'build ' ~ post_purchase_gate.build_id() ~ ' after ' ~ (post_purchase_gate.served_build_id() or 'none') ~ "'") -%}
        {%- else -%}
            {%- if served is not none -%}
                {%- do statements.append('drop ' ~ served.type ~ ' ' ~ served ~ ' cascade') -%}
            {%- endif -%}
            {%- do statements.append('alter table ' ~ next ~ ' rename to ' ~ adapter.quote(mart.identifier)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- call statement('switch') -%}
        {{ adapter.dispatch('wait_for_readers', 'post_purchase_gate')(names) }}
        {{ statements | join(';\n') }};
    {%- endcall -%}
    {{ adapter.commit() }}
    {%- for mart in marts -%}
        {%- do adapter.cache_dropped(post_purchase_gate.beside(mart)) -%}
        {%- do adapter.cache_dropped(post_purchase_gate.beside(mart, 'rows')) -%}
        {%- do adapter.cache_added(mart.incorporate(type='table')) -%}
    {%- endfor -%}
{%- endmacro %}

{#- By what a row of a mart that is added to is known; none where rows are never changed. -#}
{% macro key_of(mart) -%}
    {%- for node in post_purchase_gate.switched_nodes() if node.alias == mart.identifier -%}
        {{ return(node.config.get('unique_key')) }}
    {%- endfor -%}
{%- endmacro %}

{% macro default__wait_for_readers(relations) -%}{%- endmacro %}

{#-
    All locks or none: a reader who has read one mart of the old build in a transaction and asks for the next one must not wait for the switch while the
    switch waits for the reader.
-#}
{% macro postgres__wait_for_readers(relations) -%}
    {%- set tables = relations | selectattr('type', 'equalto', 'table') | list -%}
    do $$ begin
        for attempt in 1..6000 loop
            begin
                {%- if tables %}
                lock table {{ tables | join(', ') }} in access exclusive mode nowait;
                {%- endif %}
                if exists (
                    select 1
                    from pg_class as relations
                    inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
                    where schemas.nspname = '{{ this.schema }}' and relations.relname in ('{{ relations | map(attribute='identifier') | join("', '") }}')
                        and relations.relname ~ '__(next|rows)$'
                        and coalesce(obj_description(relations.oid, 'pg_class'), '') !~ 'build {{ post_purchase_gate.build_id() }} after [^ ]+$'
                ) then
                    raise exception 'Nothing was switched: another build of the same marts runs. Wait until it ends, then build again.';
                end if;
                return;
            exception when lock_not_available then
                perform pg_sleep(0.1);
            end;
        end loop;
        raise exception 'Nothing was switched: a reader has held a mart for ten minutes. End that transaction (pg_stat_activity), then build again.';
    end $$;
{%- endmacro %}
