-- The incentive in force at the instant for the shop's review destination, or the one that a past message offered.
with

in_force as (
    select
        points.point_id,
        incentives.incentive_id,
        points.audited_incentive_id,
        incentives.destination,
        incentives.depends_on_sentiment,
        incentives.is_disclosed,
        row_number() over (partition by points.point_id order by incentives.valid_from desc nulls last, incentives.incentive_id asc) as preference
    from {{ ref('int_points') }} as points
    left join {{ ref('int_review_incentives') }} as incentives
        on
            {{ post_purchase_gate.any_of_both('points.point_id', 'incentives.incentive_id') }}
            and (
                points.audited_incentive_id = incentives.incentive_id
                or (
                    points.is_live
                    and coalesce(incentives.destination, '{{ var("review_destination") }}') = '{{ var("review_destination") }}'
                )
            )
            and (incentives.valid_from is null or cast(incentives.valid_from as date) <= cast(points.point_at as date))
            and (incentives.valid_to is null or cast(incentives.valid_to as date) > cast(points.point_at as date))
    -- a past message that offered nothing has nothing to be judged
    where points.is_live or points.audited_incentive_id is not null
),

judged as (
    select
        point_id,
        coalesce(incentive_id, audited_incentive_id) as incentive_id,
        case
            when incentive_id is null and audited_incentive_id is null then 'ok'
            when incentive_id is null then 'unknown:not_in_the_seed'
            when destination in ('google', 'trustpilot', 'amazon') then 'problem:destination_allows_none'
            when depends_on_sentiment then 'problem:depends_on_sentiment'
            when not is_disclosed then 'problem:not_disclosed'
            when destination is null or depends_on_sentiment is null or is_disclosed is null then 'unknown:blank_field'
            else 'ok'
        end as answer
    from in_force
    where preference = 1
),

answers as (
    select
        points.point_id,
        'review_request' as action,
        coalesce({{ post_purchase_gate.split_part() }}(judged.answer, ':', 1), 'ok') as state,
        {{ post_purchase_gate.split_part() }}(judged.answer, ':', 2) as detail,
        null as since,
        null as clears_at,
        'review_incentives' as evidence_table,
        judged.incentive_id as evidence_id
    from {{ ref('int_points') }} as points
    left join judged
        on points.point_id = judged.point_id
)

{{ post_purchase_gate.check_answers('incentive', has_action=true) }}
