-- What everybody answers over a channel: what a person's own answers are drawn to.
select
    channel,
    sum(has_response) * 1.0 / count(*) as response_rate
from {{ ref('int_answered_messages') }}
group by channel
