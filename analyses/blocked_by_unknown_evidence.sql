-- Decisions that only missing evidence holds back, by action and check: what connecting a feed, or the owner's word that there is none, would free.
with

reasons as (
    select
        decision_id,
        max(case when state <> 'unknown' then 1 else 0 end) as has_other_reason
    from {{ ref('gate_reasons') }}
    group by decision_id
)

select
    gate_reasons.action,
    gate_reasons.check_name,
    gate_reasons.detail,
    count(*) as decisions
from {{ ref('gate_reasons') }} as gate_reasons
inner join reasons
    on gate_reasons.decision_id = reasons.decision_id
where reasons.has_other_reason = 0
group by gate_reasons.action, gate_reasons.check_name, gate_reasons.detail
order by decisions desc, gate_reasons.action asc, gate_reasons.check_name asc, gate_reasons.detail asc
