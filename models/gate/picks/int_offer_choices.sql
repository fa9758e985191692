-- Which of the offers that may go out to a person goes first, where a share of choice is left to chance (exploration_share; no row where it is 0: then priority decides). The most valuable offer goes
-- first, but for the stated share of draws, in which each has the same chance. The draw is a hash of person, set of offers, ISO week and salt: a
-- build an hour later draws the same. Who is asked for a review gets no offer beside it.
with

sends as (
    select
        points.person_id,
        points.order_id,
        points.order_line_id,
        verdicts.point_id,
        verdicts.action,
        verdicts.priority,
        points.point_at as as_of,
        max(case when verdicts.action = 'review_request' then 1 else 0 end) over (partition by points.person_id) as asks_for_review
    from {{ ref('int_verdicts') }} as verdicts
    inner join {{ ref('int_points') }} as points
        on verdicts.point_id = points.point_id
    where
        {{ var('exploration_share') }} > 0
        and points.is_live
        and verdicts.action_class = 'commercial'
        and verdicts.verdict = 'send'
        and not verdicts.is_spent
),

offered as (
    select
        sends.*,
        targets.choice_value,
        row_number() over (
            partition by sends.person_id, sends.action order by targets.choice_value desc nulls last, sends.order_line_id asc
        ) as line_rank
    from sends
    left join {{ ref('int_targets') }} as targets
        on sends.point_id = targets.point_id and sends.action = targets.action
    where sends.asks_for_review = 0
),

best as (
    select
        *,
        -- an offer whose value nobody knows is worth less than one that earns
        row_number() over (partition by person_id order by choice_value desc nulls last, priority asc, action asc) as value_rank,
        row_number() over (partition by person_id order by action) as place
    from offered
    where line_rank = 1
),

sets as (
    select
        person_id,
        count(*) as offers,
        min(priority) as first_priority,
        {{ post_purchase_gate.ordered_list('action', 'action') }} as actions,
        max({{ dbt.date_trunc('week', 'as_of') }}) as week
    from best
    group by person_id
),

drawn as (
    select
        *,
        {{ post_purchase_gate.text_key(["'" ~ var('exploration_salt') ~ "'", 'person_id', 'actions', 'cast(week as date)']) }} as choice_id
    from sets
),

thrown as (
    select
        person_id,
        offers,
        first_priority,
        choice_id,
        {{ post_purchase_gate.share_of_hash('choice_id') }} < {{ var('exploration_share') }} as is_explored,
        {{ post_purchase_gate.share_of_hash('substring(choice_id, 9, 8)') }} as second_draw
    from drawn
),

chosen as (
    select
        best.person_id,
        best.action,
        thrown.choice_id,
        thrown.offers,
        thrown.first_priority,
        case
            when thrown.is_explored then best.place = 1 + cast(floor(thrown.second_draw * thrown.offers) as integer)
            else best.value_rank = 1
        end as is_chosen,
        case when best.value_rank = 1 then 1 - {{ var('exploration_share') }} else 0 end
        + {{ var('exploration_share') }} / cast(thrown.offers as {{ post_purchase_gate.type_double() }}) as propensity
    from best
    inner join thrown
        on best.person_id = thrown.person_id
)

select
    offered.point_id,
    offered.action,
    offered.person_id,
    offered.order_id,
    offered.order_line_id,
    chosen.choice_id,
    chosen.offers,
    chosen.first_priority,
    chosen.is_chosen and offered.line_rank = 1 as is_chosen,
    cast(chosen.propensity as decimal(9, 6)) as propensity,
    offered.choice_value
from offered
inner join chosen
    on offered.person_id = chosen.person_id and offered.action = chosen.action
