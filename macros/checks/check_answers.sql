{#-
    The columns in which every check ends. `answers` is a CTE with point_id, state, and where they apply action, detail, since,
    clears_at, evidence_table, evidence_id. What is ok needs no detail: those columns are emptied.

    `since` is the start of the oldest issue behind the answer, from which support counts. `pause_since` is the start of the youngest: an issue
    delays a review ask for max_pause_days from its own start, and one that was forgotten does not let the ask out while a fresh one is open.
    A check that tells several issues apart gives it; elsewhere the answer has one start.
-#}
{% macro check_answers(check_name, answers='answers', has_action=false, has_pause_since=false) -%}
    select
        point_id,
        '{{ check_name }}' as check_name,
        {{ 'action' if has_action else post_purchase_gate.null_as(dbt.type_string()) }} as action,
        state,
        case when state <> 'ok' then cast(detail as {{ dbt.type_string() }}) end as detail,
        case when state <> 'ok' then cast(since as {{ dbt.type_timestamp() }}) end as since,
        {% if has_pause_since -%}
        case when state <> 'ok' then cast(pause_since as {{ dbt.type_timestamp() }}) end as pause_since,
        {%- else -%}
        case when state in ('problem', 'waiting') then cast(since as {{ dbt.type_timestamp() }}) end as pause_since,
        {%- endif %}
        case when state <> 'ok' then cast(clears_at as {{ dbt.type_timestamp() }}) end as clears_at,
        case when state <> 'ok' and evidence_id is not null then cast(evidence_table as {{ dbt.type_string() }}) end as evidence_table,
        case when state <> 'ok' then cast(evidence_id as {{ dbt.type_string() }}) end as evidence_id
    from {{ answers }}
{%- endmacro %}

{#-
    Why a point's `feeds` are not read, or null where their silence is evidence: the first that is not read says it. What was seen is said
    before it, what is over or fine after it.
-#}
{% macro unread(feeds, points='points') -%}
    {%- set kept = post_purchase_gate.feeds() | map(attribute='feed') | list -%}
    {%- set codes = [] -%}
    {%- for feed in feeds if feed in kept -%}
        {%- do codes.append(
            "case when not " ~ points ~ ".knows_" ~ feed ~ " then coalesce(" ~ points ~ ".unread_" ~ feed ~ ", 'feed_" ~ feed ~ "') end"
        ) -%}
    {%- endfor -%}
    {{ 'coalesce(' ~ codes | join(', ') ~ ')' if codes | length > 1 else codes[0] }}
{%- endmacro %}
