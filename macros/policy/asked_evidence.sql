{#- Whether a point asks for a group of evidence (int_asked_evidence): a live one decides on every action and asks for all, a past one for its own. -#}
{% macro asks_for(evidence, points='points') -%}
(
    {{ points }}.audited_action is null
    or {{ points }}.audited_action in (
        select asked.action
        from {{ ref('int_asked_evidence') }} as asked
        where asked.evidence = '{{ evidence }}'
    )
)
{%- endmacro %}
