-- The target of a row: the candidate with the fewest problems among its target checks, then the highest value (of an assumed one the
-- lower bound), then the SKU. What nobody knows of a candidate moves no choice.
with

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.point_id, candidates.target_kind
            order by
                case when candidates.relation is null then 1 else 0 end
                + case when candidates.compatibility_state = 'problem' then 1 else 0 end
                + case when candidates.value_lower_bound <= 0 then 1 else 0 end
                + case when candidates.stock_state = 'problem' then 1 else 0 end
                + case when candidates.owned_detail is not null and candidates.target_kind <> 'same_sku' then 1 else 0 end
                + case when candidates.subscription_id is not null and candidates.target_kind in ('same_sku', 'subscription') then 1 else 0 end
                + case when candidates.supplied_detail is not null then 1 else 0 end
                asc,
                candidates.choice_value desc nulls last,
                candidates.candidate_sku asc
        ) as preference
    from {{ ref('int_candidate_evidence') }} as candidates
)

select
    points.point_id,
    actions.action,
    actions.target_kind,
    ranked.candidate_sku as recommended_sku,
    ranked.relation,
    ranked.compatibility,
    ranked.candidate_category,
    ranked.expected_contribution_profit,
    ranked.recommendation_value,
    ranked.value_lower_bound,
    ranked.choice_value,
    ranked.probability_basis,
    ranked.compatibility_state,
    ranked.stock_state,
    ranked.owned_detail,
    ranked.owned_evidence_id,
    ranked.subscription_id,
    coalesce(ranked.is_asked_for_supply, false) as is_asked_for_supply,
    ranked.supplied_detail,
    ranked.supplied_evidence_id,
    ranked.lasts_until,
    ranked.bought_again_at
from {{ ref('int_points') }} as points
cross join {{ ref('actions') }} as actions
left join ranked
    on
        points.point_id = ranked.point_id
        and actions.target_kind = ranked.target_kind
        and ranked.preference = 1
where
    actions.target_kind is not null
    and (points.audited_action is null or points.audited_action = actions.action)
