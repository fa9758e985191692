-- How often a SKU with such a history was bought on the next trip. Few histories fall back on their parents: the cell without the count of
-- purchases, and the rate alone, with the weight of twenty histories each.
with

learned as (
    select
        rate_step,
        recency_step,
        purchases_step,
        cast(sum(is_bought) as decimal(18, 4)) as bought,
        count(*) as histories,
        sum(rate) as rates
    from {{ ref('int_next_histories') }}
    where not is_coming
    group by rate_step, recency_step, purchases_step
),

parents as (
    select
        rate_step,
        recency_step,
        sum(bought) as bought,
        sum(histories) as histories
    from learned
    group by rate_step, recency_step
),

grandparents as (
    select
        rate_step,
        sum(bought) / nullif(sum(histories), 0) as share
    from learned
    group by rate_step
)

select
    learned.rate_step,
    learned.recency_step,
    learned.purchases_step,
    learned.histories,
    cast(learned.rates / nullif(learned.histories, 0) as decimal(18, 9)) as mean_rate,
    cast(
        (learned.bought + 20 * (parents.bought + 20 * grandparents.share) / (parents.histories + 20)) / (learned.histories + 20)
        as decimal(18, 9)
    ) as probability
from learned
inner join parents
    on learned.rate_step = parents.rate_step and learned.recency_step = parents.recency_step
inner join grandparents
    on learned.rate_step = grandparents.rate_step
