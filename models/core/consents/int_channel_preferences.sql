-- Over which channel a person wants to be written to. What cannot be read, or what two accounts of a person say differently, is known to nobody.
with

said as (
    select
        persons.person_id,
        min(customers.preferred_channel) as first_channel,
        max(customers.preferred_channel) as last_channel
    from {{ ref('stg_customers') }} as customers
    inner join {{ ref('int_persons') }} as persons
        on customers.customer_id = persons.customer_id
    where customers.preferred_channel is not null
    group by persons.person_id
)

select
    person_id,
    case when first_channel = last_channel and first_channel <> 'unknown' then first_channel end as preferred_channel
from said
