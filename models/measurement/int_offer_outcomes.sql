-- What a person's orders earned within each horizon of a draw, once it is over, whether the offer went out or not.
with

chosen as (
    select
        choice_id,
        person_id,
        drawn_at,
        action,
        propensity
    from {{ ref('int_offer_draws') }}
    where is_chosen
),

horizons as (
    {%- for horizon in post_purchase_gate.list_var('watch_horizons_days') %}
    select {{ horizon }} as horizon_days
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

earned as (
    select
        chosen.choice_id,
        horizons.horizon_days,
        sum(events.contribution_profit) as contribution_profit,
        count(*) - count(events.contribution_profit) as unknown_orders
    from chosen
    cross join horizons
    inner join {{ ref('int_experiment_events') }} as events
        on chosen.person_id = events.person_id
    where
        events.event in ('purchase', 'renewal')
        and events.occurred_at > chosen.drawn_at
        and events.occurred_at <= {{ post_purchase_gate.add_days('horizons.horizon_days', 'chosen.drawn_at') }}
    group by chosen.choice_id, horizons.horizon_days
)

select
    chosen.choice_id,
    chosen.person_id,
    horizons.horizon_days,
    chosen.action as chosen_action,
    chosen.propensity,
    case when {{ post_purchase_gate.share_of_hash(post_purchase_gate.text_key(['chosen.person_id'])) }} < 0.5 then 0 else 1 end as fold,
    cast(coalesce(earned.contribution_profit, 0) as decimal(18, 4)) as outcome,
    coalesce(earned.unknown_orders, 0) as unknown_orders
from chosen
cross join horizons
left join earned
    on chosen.choice_id = earned.choice_id and horizons.horizon_days = earned.horizon_days
where {{ post_purchase_gate.add_days('horizons.horizon_days', 'chosen.drawn_at') }} <= {{ post_purchase_gate.as_of() }}
