{{ config(materialized='view') }}
-- What each candidate's target checks answer, and what recommending it is worth.
with

target_lifts as (
    select
        actions.action,
        actions.target_kind,
        lifts.incremental_probability,
        lifts.treated_probability,
        lifts.distance
    from {{ ref('int_action_lifts') }} as lifts
    inner join {{ ref('actions') }} as actions
        on lifts.action = actions.action
),

related as (
    select
        candidates.*,
        points.point_at,
        points.person_id,
        points.sku,
        points.snapshot_at,
        products.category as candidate_category,
        products.inventory_quantity,
        products.is_active,
        products.sku is not null as is_in_products,
        coalesce(profiles.needs_compatibility, false) as needs_compatibility,
        contribution.expected_contribution_profit,
        contribution.contribution_variance,
        assumptions.planned_discount,
        assumptions.send_cost,
        assumptions.unsubscribe_increase,
        assumptions.unsubscribe_loss,
        -- the pair's own figures, or the assumption; what nothing relates to the SKU bought has none
        case
            when candidates.relation is null then null
            when candidates.relation = 'same_sku' then 'assumed'
            else pairs.probability_basis
        end as own_basis,
        case
            when candidates.relation is null then null
            when candidates.relation = 'same_sku' then assumptions.same_sku_probability
            else pairs.incremental_probability
        end as own_conversion,
        case when candidates.relation = 'same_sku' then assumptions.treated_conversion else pairs.treated_probability end as own_treated,
        case
            when candidates.relation = 'same_sku'
                then {{ post_purchase_gate.assumed_distance_down('assumptions.same_sku_probability', 'assumptions.assumed_probability_error') }}
            else pairs.distance_down
        end as own_distance_down,
        case
            when candidates.relation = 'same_sku'
                then {{ post_purchase_gate.assumed_distance_up('assumptions.same_sku_probability', 'assumptions.assumed_probability_error') }}
            else pairs.distance_up
        end as own_distance_up,
        lifts.incremental_probability as lift,
        lifts.distance as lift_distance
    from {{ ref('int_target_candidates') }} as candidates
    inner join {{ ref('int_points') }} as points
        on candidates.point_id = points.point_id
    cross join {{ ref('int_cost_assumptions') }} as assumptions
    left join {{ ref('stg_products') }} as products
        on candidates.candidate_sku = products.sku
    left join {{ ref('use_profiles') }} as profiles
        on profiles.applies_to = 'category' and lower(products.category) = lower(profiles.applies_to_value)
    left join {{ ref('int_unit_contribution') }} as contribution
        on candidates.candidate_sku = contribution.sku and cast(points.snapshot_at as date) = contribution.decision_date
    left join {{ ref('int_pairs') }} as pairs
        on
            points.snapshot_at = pairs.snapshot_at
            and points.sku = pairs.sku
            and candidates.candidate_sku = pairs.related_sku
    -- known at as_of only: a past point may not read it
    left join target_lifts as lifts
        on candidates.target_kind = lifts.target_kind and points.is_live
),

shared as (
    select
        *,
        sum({{ post_purchase_gate.greatest() }}(own_conversion, 0)) over (partition by point_id, target_kind) as conversion_of_all
    from related
),

-- what a hold-out has shown is the action's, whichever SKU it names: what its candidates would bring together is no more than that
capped as (
    select
        *,
        case
            when own_conversion is null or lift is null then null
            when lift <= 0 then 0
            when conversion_of_all > lift then cast(lift as {{ post_purchase_gate.type_double() }}) / conversion_of_all
        end as kept_share
    from shared
),

candidates as (
    select
        *,
        case when kept_share is not null then 'hold_out' else own_basis end as probability_basis,
        case when kept_share is null then own_conversion when lift <= 0 then lift else own_conversion * kept_share end as incremental_conversion,
        case
            when kept_share is null then own_treated
            else {{ post_purchase_gate.greatest() }}(own_treated - own_conversion + case when lift <= 0 then lift else own_conversion * kept_share end, 0)
        end as treated_conversion,
        case
            when kept_share is null then own_distance_down
            when lift <= 0 then lift_distance
            else {{ post_purchase_gate.greatest() }}(own_distance_down * kept_share, lift_distance * own_conversion / conversion_of_all)
        end as distance_down,
        case
            when kept_share is null then own_distance_up
            when lift <= 0 then lift_distance
            else {{ post_purchase_gate.greatest() }}(own_distance_up * kept_share, lift_distance * own_conversion / conversion_of_all)
        end as distance_up
    from capped
),

valued as (
    select
        *,
        {{ post_purchase_gate.recommendation_value() }} as recommendation_value
    from candidates
),

-- a subscription to the SKU, or, where it is offered again, to what was bought
subscribed as (
    select
        candidates.point_id,
        candidates.target_kind,
        candidates.candidate_sku,
        min(subscriptions.subscription_id) as subscription_id
    from candidates
    inner join {{ ref('int_subscribed_skus') }} as subscriptions
        on candidates.person_id = subscriptions.person_id and candidates.point_at >= subscriptions.started_at
    where
        (
            subscriptions.sku = candidates.candidate_sku
            or (candidates.target_kind in ('same_sku', 'subscription') and subscriptions.sku = candidates.sku)
        )
        and not coalesce(subscriptions.cancelled_at <= candidates.point_at, false)
    group by candidates.point_id, candidates.target_kind, candidates.candidate_sku
)

select
    candidates.point_id,
    candidates.target_kind,
    candidates.candidate_sku,
    candidates.relation,
    candidates.compatibility,
    candidates.candidate_category,
    candidates.expected_contribution_profit,
    candidates.probability_basis,
    cast(candidates.recommendation_value as decimal(18, 6)) as recommendation_value,
    cast({{ post_purchase_gate.value_lower_bound() }} as decimal(18, 6)) as value_lower_bound,
    -- an estimate is drawn to its kind already; an assumption nobody drew anywhere
    cast(
        case when candidates.own_basis = 'assumed' then {{ post_purchase_gate.value_lower_bound() }} else candidates.recommendation_value end
        as decimal(18, 6)
    ) as choice_value,
    case
        when candidates.compatibility = 'incompatible' then 'problem'
        when candidates.compatibility = 'unknown' then 'unknown'
        when candidates.compatibility is null and candidates.needs_compatibility then 'unknown'
        else 'ok'
    end as compatibility_state,
    case
        when candidates.inventory_quantity <= 0 or not candidates.is_active then 'problem'
        when not candidates.is_in_products then 'unknown'
        else 'ok'
    end as stock_state,
    owned.owned_detail,
    owned.owned_evidence_id,
    subscribed.subscription_id,
    -- what is used up is offered when the person is about to run out of it, and by the last purchase of it
    coalesce(sku_days.basis, 'none') <> 'none' and candidates.target_kind in ('same_sku', 'cross_sell', 'subscription') as is_asked_for_supply,
    case
        when coalesce(sku_days.basis, 'none') = 'none' or candidates.target_kind not in ('same_sku', 'cross_sell', 'subscription') then null
        when candidates.target_kind = 'same_sku' and supplies.later_order_line_id is not null then 'bought_again'
        when subscribed.subscription_id is not null then 'subscribed'
        when
            {{ post_purchase_gate.greatest() }}(supplies.lasts_until, own_supplies.lasts_until)
            > {{ post_purchase_gate.add_days(var('supply_days'), 'candidates.point_at') }}
            then 'enough_at_hand'
    end as supplied_detail,
    {{ post_purchase_gate.greatest() }}(supplies.lasts_until, own_supplies.lasts_until) as lasts_until,
    supplies.bought_again_at,
    case
        when candidates.target_kind = 'same_sku' and supplies.later_order_line_id is not null then supplies.later_order_line_id
        else coalesce(supplies.supply_order_line_id, own_supplies.supply_order_line_id)
    end as supplied_evidence_id
from valued as candidates
left join {{ ref('int_candidate_purchases') }} as owned
    on candidates.point_id = owned.point_id and candidates.candidate_sku = owned.candidate_sku
left join subscribed
    on
        candidates.point_id = subscribed.point_id
        and candidates.target_kind = subscribed.target_kind
        and candidates.candidate_sku = subscribed.candidate_sku
left join {{ ref('int_rebuy_sku_days') }} as sku_days
    on candidates.snapshot_at = sku_days.snapshot_at and candidates.candidate_sku = sku_days.sku
left join {{ ref('int_candidate_supplies') }} as supplies
    on candidates.point_id = supplies.point_id and candidates.candidate_sku = supplies.candidate_sku
left join {{ ref('int_candidate_supplies') }} as own_supplies
    on
        -- a key, and no condition on the candidate beside it, which keeps the engine from comparing all with all
        case when candidates.target_kind = 'subscription' then candidates.point_id end = own_supplies.point_id
        and candidates.sku = own_supplies.candidate_sku
