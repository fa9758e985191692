-- A price that a SKU has for a time, while it has it, with its true end: an offer that begins again within offer_again_days of its end has not ended, and
-- what begins anew without an end never does.
with

offers as (
    select
        offer_id,
        sku,
        price,
        starts_at,
        coalesce(ends_at, {{ post_purchase_gate.end_of_time() }}) as ends_at
    from {{ ref('stg_limited_offers') }}
    where starts_at is not null and sku is not null and (ends_at is null or ends_at > starts_at)
),

compared as (
    select
        *,
        max(ends_at) over (
            partition by sku order by starts_at, offer_id rows between unbounded preceding and 1 preceding
        ) as ended_before
    from offers
),

numbered as (
    select
        *,
        sum(case
            when ended_before is null or {{ post_purchase_gate.add_days(var('offer_again_days'), 'ended_before') }} < starts_at then 1
            else 0
        end) over (partition by sku order by starts_at, offer_id rows between unbounded preceding and current row) as run_number
    from compared
),

runs as (
    select
        sku,
        run_number,
        max(ends_at) as ends_at
    from numbered
    group by sku, run_number
),

running as (
    select
        numbered.sku,
        numbered.offer_id,
        numbered.price,
        runs.ends_at,
        row_number() over (partition by numbered.sku order by numbered.price asc, numbered.offer_id asc) as preference
    from numbered
    inner join runs
        on numbered.sku = runs.sku and numbered.run_number = runs.run_number
    where
        numbered.price is not null
        and numbered.starts_at <= {{ post_purchase_gate.as_of() }}
        and numbered.ends_at > {{ post_purchase_gate.as_of() }}
)

select
    sku,
    offer_id,
    price,
    nullif(ends_at, {{ post_purchase_gate.end_of_time() }}) as ends_at
from running
where preference = 1
