-- Without it a message could be lost or counted twice between its outcome and the weeks: over all cells of a horizon, messages and what
-- followed them are those of the messages themselves.
with

direct as (
    {%- for horizon in post_purchase_gate.list_var('watch_horizons_days') %}
    select
        {{ horizon }} as horizon_days,
        count(*) as sends,
        count(case
            when
                {{ post_purchase_gate.add_days(horizon, 'outcomes.sent_at') }} <= reach.orders_through
                and {{ dbt.datediff('outcomes.sent_at', 'outcomes.second_purchase_at', 'second') }} <= {{ horizon * 86400 }}
                then 1
        end) as second_purchases,
        count(case
            when
                {{ post_purchase_gate.add_days(horizon, 'outcomes.sent_at') }} <= reach.messages_through
                and {{ dbt.datediff('outcomes.sent_at', 'outcomes.complained_at', 'second') }} <= {{ horizon * 86400 }}
                then 1
        end) as complaints
    from {{ ref('int_message_outcomes') }} as outcomes
    cross join {{ ref('int_outcome_reach') }} as reach
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

by_week as (
    select
        horizon_days,
        sum(sends) as sends,
        sum(second_purchases) as second_purchases,
        sum(complaints) as complaints
    from {{ post_purchase_gate.built(ref('watch_metrics')) }}
    group by horizon_days
)

select direct.*
from direct
left join by_week
    on direct.horizon_days = by_week.horizon_days
where
    direct.sends <> coalesce(by_week.sends, 0)
    or direct.second_purchases <> coalesce(by_week.second_purchases, 0)
    or direct.complaints <> coalesce(by_week.complaints, 0)
