{{ config(enabled=var('candidate_matrix', none) is not none) }}
select
    cast(origin as {{ dbt.type_string() }}) as origin,
    cast(action as {{ dbt.type_string() }}) as action,
    cast(count(*) as bigint) as decisions,
    cast(sum(case when verdict <> candidate_verdict then 1 else 0 end) as bigint) as decisions_changed,
    {%- for verdict in ['send', 'pause', 'support'] %}
    cast(sum(case when verdict = '{{ verdict }}' then 1 else 0 end) as bigint) as {{ verdict }}s,
    cast(sum(case when candidate_verdict = '{{ verdict }}' then 1 else 0 end) as bigint) as candidate_{{ verdict }}s,
    {%- endfor %}
    cast(sum(case when verdict = 'send' and candidate_verdict <> 'send' then 1 else 0 end) as bigint) as sends_lost,
    cast(sum(case when verdict <> 'send' and candidate_verdict = 'send' then 1 else 0 end) as bigint) as sends_gained
from {{ ref('int_policy_pairs') }}
group by origin, action
