-- The incentive that a review request may offer today: in force for the shop's destination, the newest first, as the check reads it. One that
-- depends on sentiment, is not disclosed, is blank, or is offered where none is allowed is never handed to a template.
with

in_force as (
    select
        incentive_id,
        description,
        destination,
        depends_on_sentiment,
        is_disclosed,
        row_number() over (order by valid_from desc nulls last, incentive_id asc) as preference
    from {{ ref('int_review_incentives') }}
    where
        coalesce(destination, '{{ var("review_destination") }}') = '{{ var("review_destination") }}'
        and (valid_from is null or cast(valid_from as date) <= cast({{ post_purchase_gate.as_of() }} as date))
        and (valid_to is null or cast(valid_to as date) > cast({{ post_purchase_gate.as_of() }} as date))
)

select
    incentive_id,
    'This review is rewarded: ' || description as incentive_disclosure
from in_force
where
    preference = 1
    and destination not in ('google', 'trustpilot', 'amazon')
    and not depends_on_sentiment
    and is_disclosed
    and description is not null
