-- How often a person buys, whether the person is likely to come back, and what that earns. The days between purchases are drawn to the shop's own
-- by two gaps' worth, and the days since the last one count: a silence is news. Its interval is that of a constant rate (Wilson and Hilferty's approximation of
-- the gamma quantile), which is too wide rather than too narrow for whoever buys regularly.
{%- set double = post_purchase_gate.type_double() %}
{%- set prior_gaps = 2 %}
{%- set horizon_weeks = 13 %}
with

gaps as (
    select
        *,
        coalesce(gap_days, seen_days) as days_watched
    from {{ ref('int_purchase_gaps') }}
    where seen_days is not null
),

shop as (
    select cast(sum(days_watched) as {{ double }}) / nullif(count(gap_days), 0) as shop_days
    from gaps
),

persons as (
    select
        person_id,
        min(purchased_on) as first_purchase_on,
        max(purchased_on) as last_purchase_on,
        count(*) as purchases,
        count(gap_days) as own_gaps,
        sum(gap_days) as own_gap_days,
        min(seen_days) as silent_days,
        cast({{ prior_gaps }} + count(gap_days) as {{ double }}) as gaps_worth,
        cast(sum(days_watched) as {{ double }}) as days_watched
    from gaps
    group by person_id
),

-- what the kept orders by own accord brought, where that is known of each
profits as (
    select
        person_id,
        count(*) as orders,
        case when count(*) = count(contribution_profit) then sum(contribution_profit) end as contribution_profit
    from {{ ref('int_kept_order_values') }}
    where not is_renewal
    group by person_id
),

estimated as (
    select
        persons.*,
        profits.orders,
        profits.contribution_profit,
        profits.contribution_profit / profits.orders as profit_per_order,
        rates.comparable,
        rates.returned,
        {{ prior_gaps }} * shop.shop_days + persons.days_watched as days_worth
    from persons
    cross join shop
    left join profits
        on persons.person_id = profits.person_id
    left join {{ ref('int_return_rates') }} as rates
        on
            case when persons.purchases >= 3 then 3 else persons.purchases end = rates.purchases_so_far
            and case when persons.silent_days >= 728 then 104 else cast(floor(persons.silent_days / 7.0) as integer) end = rates.week_number
)

select
    person_id,
    first_purchase_on,
    last_purchase_on,
    purchases,
    own_gaps,
    cast(own_gap_days / nullif(cast(own_gaps as {{ double }}), 0) as decimal(18, 4)) as own_days_between,
    cast(days_worth / gaps_worth as decimal(18, 4)) as days_between,
    {#- the 97.5 % quantile of the rate is the lower bound of the days -#}
    {%- for bound, z in [('lower', '1.959963984540054'), ('upper', '-1.959963984540054')] %}
    cast(days_worth / (gaps_worth * power(1 - 1 / (9 * gaps_worth) + {{ z }} / (3 * sqrt(gaps_worth)), 3)) as decimal(18, 4)) as days_between_{{ bound }},
    {%- endfor %}
    silent_days,
    coalesce(comparable, 0) as comparable,
    cast(1 - returned / nullif(cast(comparable as {{ double }}), 0) as decimal(9, 6)) as lapse_probability,
    cast(1 - {{ post_purchase_gate.wilson_upper('returned', 'comparable') }} as decimal(9, 6)) as lapse_probability_lower,
    cast(1 - {{ post_purchase_gate.wilson_lower('returned', 'comparable') }} as decimal(9, 6)) as lapse_probability_upper,
    orders,
    contribution_profit,
    cast(profit_per_order as decimal(18, 4)) as profit_per_order,
    cast(profit_per_order * returned / nullif(cast(comparable as {{ double }}), 0) as decimal(18, 4)) as next_order_value,
    {{ horizon_weeks * 7 }} as horizon_days
from estimated
