{{ config(materialized='view') }}
-- Per list of reasons that holds an answer, its sentences in one text, the reason that decides first. Thousands of decisions share a list: each
-- list is put into words once.
with

choices as (
    select
        point_id,
        action
    from {{ ref('int_ask_choices') }}
    where decision <> 'send' and override_id is null
),

listed as (
    select
        choices.point_id,
        choices.action,
        {{ post_purchase_gate.ordered_list(
            dbt.concat(["reasons.check_name", "':'", "reasons.state", "':'", "coalesce(reasons.detail, '')"]), 'reasons.reason_rank') }} as details
    from choices
    inner join {{ ref('int_reasons') }} as reasons
        on choices.point_id = reasons.point_id and choices.action = reasons.action
    group by choices.point_id, choices.action
),

examples as (
    select
        action,
        details,
        min(point_id) as point_id
    from listed
    group by action, details
),

words as (
    select
        examples.action,
        examples.details,
        {{ post_purchase_gate.ordered_list("coalesce(words.sentence, reasons.check_name)", 'reasons.reason_rank', ' ') }} as reasons_in_words
    from examples
    inner join {{ ref('int_reasons') }} as reasons
        on examples.point_id = reasons.point_id and examples.action = reasons.action
    left join {{ ref('int_reason_words') }} as words
        on
            reasons.check_name = words.check_name
            and reasons.state = words.state
            and coalesce(reasons.detail, '') = coalesce(words.detail, '')
    group by examples.action, examples.details
)

select
    listed.point_id,
    listed.action,
    listed.details,
    words.reasons_in_words
from listed
inner join words
    on listed.action = words.action and listed.details = words.details
