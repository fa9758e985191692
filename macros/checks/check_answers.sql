{#-
    The columns in which every check ends. `answers` is a CTE with point_id, state, and where they apply action, detail, since,
    clears_at, evidence_table, evidence_id. What is ok needs no detail: those columns are emptied.
-#}
{% macro check_answers(check_name, answers='answers', has_action=false) -%}
    select
        point_id,
        '{{ check_name }}' as check_name,
        {{ 'action' if has_action else post_purchase_gate.null_as(dbt.type_string()) }} as action,
        state,
        case when state <> 'ok' then cast(detail as {{ dbt.type_string() }}) end as detail,
        case when state <> 'ok' then cast(since as {{ dbt.type_timestamp() }}) end as since,
        case when state <> 'ok' then cast(clears_at as {{ dbt.type_timestamp() }}) end as clears_at,
        case when state <> 'ok' and evidence_id is not null then cast(evidence_table as {{ dbt.type_string() }}) end as evidence_table,
        case when state <> 'ok' then cast(evidence_id as {{ dbt.type_string() }}) end as evidence_id
    from {{ answers }}
{%- endmacro %}
