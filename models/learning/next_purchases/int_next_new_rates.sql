-- Probability that a SKU never bought before is in the coming trip: its recent share of trips, times how often unseen SKUs are still bought
-- after so many trips, times the SKU's own observed over expected first purchases, with thirty pseudo-purchases.
with

steps as (
    select
        look,
        trips_step,
        -- where everyone has bought everything that is popular, nothing is left to be bought for the first time
        cast(coalesce(sum(firsts) / nullif(sum(share * unseen_trips), 0), 0) as decimal(18, 9)) as still_bought
    from {{ ref('int_next_unseen') }}
    group by look, trips_step
),

skus as (
    select
        unseen.look,
        unseen.sku,
        cast((sum(unseen.firsts) + 30) / (sum(steps.still_bought * unseen.share * unseen.unseen_trips) + 30) as decimal(18, 9)) as factor
    from {{ ref('int_next_unseen') }} as unseen
    inner join steps
        on unseen.look = steps.look and unseen.trips_step = steps.trips_step
    group by unseen.look, unseen.sku
),

rates as (
    select
        unseen.look,
        unseen.sku,
        unseen.trips_step,
        unseen.share,
        skus.factor,
        cast(unseen.share * steps.still_bought * skus.factor as {{ post_purchase_gate.type_decimal(18, 12) }}) as probability
    from {{ ref('int_next_unseen') }} as unseen
    inner join steps
        on unseen.look = steps.look and unseen.trips_step = steps.trips_step
    inner join skus
        on unseen.look = skus.look and unseen.sku = skus.sku
)

select
    *,
    cast(row_number() over (partition by look, trips_step order by probability desc, sku asc) as integer) as position
from rates
