-- How often a person has opened or clicked what came over a channel in the last year, drawn to what everybody does there by so many messages as
-- channel_prior_messages says.
with

of_person as (
    select
        person_id,
        channel,
        count(*) as messages,
        sum(has_response) as responses
    from {{ ref('int_answered_messages') }}
    group by person_id, channel
)

select
    of_person.person_id,
    of_person.channel,
    of_person.messages,
    of_person.responses,
    cast(
        (of_person.responses + {{ var('channel_prior_messages') }} * rates.response_rate)
        / (of_person.messages + {{ var('channel_prior_messages') }})
        as decimal(18, 6)
    ) as affinity,
    cast(rates.response_rate as decimal(18, 6)) as channel_rate
from of_person
inner join {{ ref('int_channel_rates') }} as rates
    on of_person.channel = rates.channel
