{#-
    The switch. A build makes each mart beside the one that readers have (`gate_decisions__next` beside `gate_decisions`), and its last node,
    served_build, puts all of them in place in one transaction. Until then readers see the build before, whole; a build that ends early has changed
    nothing of theirs. docs/architecture.md draws it.
-#}

{#- The id of this build. An orchestrator that runs a task per node gives all of them one (var build_id); else it is that of the dbt command. -#}
{% macro build_id() -%}
    {{ return(var('build_id', none) or invocation_id) }}
{%- endmacro %}

{#- Whether marts of this command wait for served_build. A person who builds one mart alone wants to see it at once. -#}
{% macro builds_beside() -%}
    {%- if not execute or flags.WHICH not in ['build', 'run', 'retry'] -%}{{ return(false) }}{%- endif -%}
    {{ return(var('build_id', none) is not none or 'model.post_purchase_gate.served_build' in selected_resources) }}
{%- endmacro %}

{#- Where a mart stands until the switch: the table or, of a mart that is only added to, what it will hold; and there the rows that are new. -#}
{% macro beside(relation, part='next') -%}
    {{ return(api.Relation.create(database=relation.database, schema=relation.schema, identifier=relation.identifier ~ '__' ~ part)) }}
{%- endmacro %}

{#-
    A mart as this build has it, for whatever reads it before the switch: the next mart, a test. Of other relations, the relation. What an earlier build
    left there is never served: its own build makes it anew before anything reads it, and check_next refuses the rest.
-#}
{% macro built(relation) -%}
    {%- if not post_purchase_gate.builds_beside() or relation.schema != post_purchase_gate.generate_schema_name('marts', none) | trim -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set next = post_purchase_gate.beside(relation) -%}
    {{ return(next if load_cached_relation(next) else relation) }}
{%- endmacro %}

{#- dbt's tests ask for what they test here. -#}
{% macro get_where_subquery(relation) -%}
    {{ return(dbt.get_where_subquery(post_purchase_gate.built(relation))) }}
{%- endmacro %}

{#- Whether a mart that is only added to stands already; as is_incremental() says it of dbt's own. -#}
{% macro adds_to_served() -%}
    {%- if not execute -%}{{ return(false) }}{%- endif -%}
    {%- set served = load_cached_relation(this) -%}
    {{ return(served is not none and served.type == 'table') }}
{%- endmacro %}

{#- Says of a relation which build it is of, and which one readers had when it was made. The words of persist_docs stay before it. -#}
{% macro mark_build(relation, kind='table') -%}
    {%- set said = 'build ' ~ post_purchase_gate.build_id() ~ ' after ' ~ (post_purchase_gate.served_build_id() or 'none') -%}
    {%- set words = (model.description ~ ' ') if config.persist_relation_docs() else '' -%}
    {%- do run_query("comment on " ~ kind ~ " " ~ relation ~ " is '" ~ (words ~ said) | replace("'", "''") ~ "'") -%}
{%- endmacro %}

{#- The build that readers have now; none before the first. -#}
{% macro served_build_id() -%}
    {%- set served = adapter.get_relation(this.database, post_purchase_gate.generate_schema_name('marts', none) | trim, 'served_build') -%}
    {%- if served is none -%}{{ return(none) }}{%- endif -%}
    {%- set rows = run_query("select build_id from " ~ served).rows -%}
    {{ return(rows[0][0] if rows else none) }}
{%- endmacro %}

{#- {relation: {build, after}} of all in a schema that say which build they are of. -#}
{% macro builds_of(schema) -%}
    {%- set builds = {} -%}
    {%- for row in run_query(adapter.dispatch('comments_of', 'post_purchase_gate')(schema)).rows -%}
        {%- set found = modules.re.search('build ([^ ]+) after ([^ ]+)$', row[1] or '') -%}
        {%- if found -%}{%- do builds.update({row[0]: {'build': found[1], 'after': found[2]}}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(builds) }}
{%- endmacro %}

{% macro default__comments_of(schema) -%}
    {{ exceptions.raise_compiler_error("The switch of the marts is not written for " ~ target.type ~ ": macros/switch needs its way to read comments.") }}
{%- endmacro %}

{% macro duckdb__comments_of(schema) -%}
    select table_name, comment from duckdb_tables() where database_name = '{{ this.database }}' and schema_name = '{{ schema }}'
    union all
    select view_name, comment from duckdb_views() where database_name = '{{ this.database }}' and schema_name = '{{ schema }}'
{%- endmacro %}

{% macro postgres__comments_of(schema) -%}
    select relations.relname, obj_description(relations.oid, 'pg_class')
    from pg_class as relations
    inner join pg_namespace as schemas on relations.relnamespace = schemas.oid
    where schemas.nspname = '{{ schema }}' and relations.relkind in ('r', 'v')
{%- endmacro %}

{#- What served_build waits for. A list, since dbt draws its graph before it reads a table; a test holds it against the folder of the marts. -#}
{% macro marts_before_switch() -%}
    {%- set marts = [
        'audience_events', 'audience_members', 'channel_choices', 'cost_coverage', 'customer_next_skus', 'customer_rhythm', 'customer_state', 'dangling_references', 'decision_changes',
        'decision_log', 'experiment_lift', 'experiment_power', 'feed_health', 'file_accounting', 'gate_decisions', 'gate_reasons', 'input_accounting',
        'line_replenishment', 'may_send', 'message_content', 'next_actions', 'offer_policy_values', 'open_issues', 'order_evidence', 'order_line_profit', 'order_timeline', 'person_links', 'price_of_not_knowing',
        'rejected_rows', 'repaired_values', 'revenue_shares', 'review_to_answer', 'risk_calibration', 'risk_factors', 'service_actions', 'sku_pair_caps', 'sku_pairs',
        'sku_replenishment', 'unmapped_values', 'unsubscribe_latency', 'watch_alerts', 'watch_metrics',
    ] -%}
    {%- if var('time_spine_enabled') -%}{%- do marts.append('time_spine') -%}{%- endif -%}
    {%- if post_purchase_gate.decides(['message']) -%}{%- do marts.extend(['send_audit', 'send_audit_summary', 'send_audit_comparison', 'unasked_messages']) -%}{%- endif -%}
    {%- if post_purchase_gate.decides(['due']) -%}{%- do marts.extend(['review_ask_parity', 'review_asks_missing']) -%}{%- endif -%}
    {%- if post_purchase_gate.decides(['calendar', 'due']) -%}{%- do marts.extend(['calendar_audit', 'calendar_audit_summary']) -%}{%- endif -%}
    {%- if var('candidate_matrix', none) is not none -%}{%- do marts.extend(['policy_comparison', 'policy_comparison_summary']) -%}{%- endif -%}
    {{ return(marts) }}
{%- endmacro %}

{#- Before anything is built: no other build runs, and whoever reads a mart in the same command waits for the switch. -#}
{% macro begin_build() -%}
    {%- if post_purchase_gate.builds_beside() -%}
        {%- do post_purchase_gate.check_mart_readers() -%}
        {%- if var('build_id', none) is none -%}
            {%- do adapter.dispatch('hold_build', 'post_purchase_gate')() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- In a project that installs this one: a model with a ref alone would read the build before, or on the first day nothing. -#}
{% macro check_mart_readers() -%}
    {%- set marts = post_purchase_gate.switched_nodes() | map(attribute='unique_id') | list + ['model.post_purchase_gate.audience_members.v1'] -%}
    {%- for node in graph.nodes.values() if node.package_name != 'post_purchase_gate' and node.resource_type in ['model', 'snapshot'] and node.unique_id in selected_resources -%}
        {%- set read = node.depends_on.nodes | select('in', marts) | list -%}
        {%- set after = 'model.post_purchase_gate.served_build' in node.depends_on.nodes -%}
        {%- if read and not after -%}
            {{ exceptions.raise_compiler_error(
                node.name ~ " would read " ~ read[0].split('.')[2] ~ " before this build puts it in place. Add this line to it: -- depends_on: {{ ref('post_purchase_gate', 'served_build') }}") }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- DuckDB's file has one writer, and its own error names it. -#}
{% macro default__hold_build() -%}{%- endmacro %}

{#- Held by the session of the command, and let go when it ends, however it ends. -#}
{% macro postgres__hold_build() -%}
    {%- set name = "hashtext('post_purchase_gate " ~ post_purchase_gate.generate_schema_name('marts', none) | trim ~ "')" -%}
    {%- if not run_query("select pg_try_advisory_lock(" ~ name ~ ")")[0][0] -%}
        {%- set holder = run_query(
            "select activity.pid, activity.usename, coalesce(host(activity.client_addr), 'this host'), to_char(activity.backend_start, 'YYYY-MM-DD HH24:MI')"
            ~ " from pg_locks as locks inner join pg_stat_activity as activity on locks.pid = activity.pid"
            ~ " where locks.locktype = 'advisory' and locks.granted and locks.database = (select oid from pg_database where datname = current_database())"
            ~ " and locks.objid = (" ~ name ~ "::bigint & 4294967295)::oid").rows -%}
        {%- set who = 'process ' ~ holder[0][0] ~ ' of ' ~ holder[0][1] ~ ' at ' ~ holder[0][2] ~ ' since ' ~ holder[0][3] if holder else 'a process that has just ended' -%}
        {{ exceptions.raise_compiler_error("Another build of these marts runs: " ~ who ~ ". Wait until it ends, or end it.") }}
    {%- endif -%}
{%- endmacro %}
