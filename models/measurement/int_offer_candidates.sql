-- Which offer each candidate order would have put first in each draw: priority alone, expected profit alone, or one action wherever it may go out and expected profit elsewhere.
with

draws as (
    select
        *,
        row_number() over (partition by choice_id order by priority asc, action asc) as priority_rank,
        row_number() over (partition by choice_id order by choice_value desc nulls last, priority asc, action asc) as value_rank
    from {{ ref('int_offer_draws') }}
),

actions as (
    select action
    from draws
    group by action
),

-- where an action cannot go out, the most valuable one does
preferred as (
    select
        actions.action as preferred_action,
        draws.choice_id,
        draws.action,
        draws.propensity,
        row_number() over (
            partition by actions.action, draws.choice_id
            order by case when draws.action = actions.action then 0 else 1 end, draws.value_rank
        ) as preference
    from draws
    cross join actions
)

select
    'by_priority' as policy,
    choice_id,
    action as target_action,
    propensity as target_propensity
from draws
where priority_rank = 1
union all
select
    'by_value' as policy,
    choice_id,
    action as target_action,
    propensity as target_propensity
from draws
where value_rank = 1
union all
select
    {{ dbt.concat(["preferred_action", "'_first'"]) }} as policy,
    choice_id,
    action as target_action,
    propensity as target_propensity
from preferred
where preference = 1
