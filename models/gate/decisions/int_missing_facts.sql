-- What each decision that is held lacks, thing by thing: a feed, a column, readable rows, a consent, a cost, a compatibility. A due time without an
-- anchor comes with the evidence, and is nothing that anybody could state.
with

held as (
    select
        decisions.decision_id,
        decisions.point_id,
        decisions.action,
        decisions.person_id,
        decisions.sku,
        decisions.recommended_sku,
        decisions.expected_contribution_profit,
        points.country
    from {{ ref('int_decisions') }} as decisions
    inner join {{ ref('int_points') }} as points
        on decisions.point_id = points.point_id
    where decisions.decision <> 'send' and not decisions.is_spent and decisions.override_id is null
),

answers as (
    select
        held.*,
        reasons.check_name,
        reasons.state,
        case
            when reasons.state <> 'unknown' then null
            when reasons.detail like 'feed_%' then 'feed'
            when reasons.detail like 'column_%' then 'column'
            when reasons.detail in ('degraded', 'refused_row') then 'rows'
            when reasons.detail like 'unmapped_%' then 'mapping'
            when reasons.check_name in ('consent', 'compatibility', 'content') then reasons.check_name
            when reasons.check_name = 'pair_profit' then 'cost'
            when reasons.check_name in ('stock', 'reviewable') then 'product'
            else 'evidence'
        end as missing,
        case
            when reasons.detail like 'feed_%' then substring(reasons.detail, 6)
            when reasons.detail like 'column_%' then substring(reasons.detail, 8)
            -- one refused row is behind many checks, and no check says which it was
            when reasons.detail in ('degraded', 'refused_row') then null
            when reasons.detail like 'unmapped_%' then substring(reasons.detail, 10)
            when reasons.check_name = 'consent' then held.country
            when reasons.check_name in ('compatibility', 'pair_profit', 'stock', 'content') then coalesce(held.recommended_sku, held.sku)
            when reasons.check_name = 'reviewable' then held.sku
            else reasons.check_name
        end as subject
    from held
    inner join {{ ref('int_reasons') }} as reasons
        on held.point_id = reasons.point_id and held.action = reasons.action
    where {{ post_purchase_gate.is_consequence('reasons') }} = 0
),

things as (
    select
        decision_id,
        missing,
        coalesce(subject, '(none)') as subject,
        min(check_name) as check_name,
        min(person_id) as person_id,
        min(action) as action,
        min(expected_contribution_profit) as expected_contribution_profit
    from answers
    where missing is not null
    group by decision_id, missing, coalesce(subject, '(none)')
),

holders as (
    select
        decision_id,
        max(case when state <> 'unknown' then 1 else 0 end) as is_held_besides
    from answers
    group by decision_id
),

counted as (
    select
        decision_id,
        count(*) as things
    from things
    group by decision_id
)

select
    things.decision_id,
    things.missing,
    things.subject,
    things.check_name,
    things.person_id,
    things.action,
    things.expected_contribution_profit,
    counted.things = 1 and holders.is_held_besides = 0 as is_all_it_lacks
from things
inner join counted
    on things.decision_id = counted.decision_id
inner join holders
    on things.decision_id = holders.decision_id
