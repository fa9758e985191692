-- Units of the reporting currency for one unit of each currency, with validity; the last rate has no end.
with

rates as (
    select
        upper(currency) as currency,
        cast(valid_from as date) as valid_from,
        coalesce(
            lead(cast(valid_from as date)) over (partition by upper(currency) order by cast(valid_from as date)),
            cast('9999-12-31' as date)
        ) as valid_to,
        cast(usd_per_unit as decimal(18, 8)) as usd_per_unit
    from {{ ref('fx_rates') }}
),

reporting as (
    select
        valid_from,
        valid_to,
        usd_per_unit
    from rates
    where currency = '{{ var("reporting_currency") }}'
)

select
    rates.currency,
    case when rates.valid_from > reporting.valid_from then rates.valid_from else reporting.valid_from end as valid_from,
    case when rates.valid_to < reporting.valid_to then rates.valid_to else reporting.valid_to end as valid_to,
    cast(rates.usd_per_unit / nullif(reporting.usd_per_unit, 0) as decimal(18, 8)) as reporting_per_unit
from rates
inner join reporting
    on rates.valid_from < reporting.valid_to and reporting.valid_from < rates.valid_to
