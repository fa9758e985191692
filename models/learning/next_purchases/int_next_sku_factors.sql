{%- set double = post_purchase_gate.type_double() -%}
-- Some SKUs are bought again more often than a history like theirs says: they are used up. Observed over expected says which, with three histories'
-- worth of both. A trip that is learned from reads what the other folds of customers showed, so that nobody's own purchase foretells itself.
with

examples as (
    select
        sku,
        fold,
        cast(weight * outcome as decimal(18, 9)) as observed,
        cast(weight / (1 + exp(-1 * cast(log_odds as {{ double }}))) as {{ post_purchase_gate.type_decimal(18, 12) }}) as expected,
        weight
    from {{ ref('int_next_log_odds') }}
    where not is_coming
),

priors as (
    select 3 * cast(sum(weight) as {{ double }}) / count(*) as pseudo
    from examples
),

folds as (
    select
        sku,
        fold,
        sum(observed) as observed,
        sum(expected) as expected
    from examples
    group by sku, fold
),

skus as (
    select
        sku,
        sum(observed) as observed,
        sum(expected) as expected
    from folds
    group by sku
),

told as (
    select
        sku,
        0 as fold,
        observed,
        expected
    from skus
    union all
    select
        folds.sku,
        folds.fold,
        skus.observed - folds.observed as observed,
        skus.expected - folds.expected as expected
    from folds
    inner join skus
        on folds.sku = skus.sku
)

select
    told.sku,
    told.fold,
    cast(ln(cast(told.observed + priors.pseudo as {{ double }}) / (told.expected + priors.pseudo)) as decimal(18, 9)) as log_factor
from told
cross join priors
