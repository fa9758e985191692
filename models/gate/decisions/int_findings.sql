{#- Every answer that is not ok, of every check: the only rows that can hold an action back. -#}
{% for check in post_purchase_gate.check_models() -%}
select
    point_id,
    check_name,
    action,
    state,
    detail,
    since,
    pause_since,
    clears_at,
    evidence_table,
    evidence_id
from {{ ref('check_' ~ check) }}
where state <> 'ok'
{% if not loop.last -%}
union all
{% endif -%}
{% endfor %}
