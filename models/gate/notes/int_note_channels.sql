-- Over which channel a decision's message goes, and, of the others that its action lists, why not.
with

words as (
    select * from {{ ref('int_note_words') }}
),

others as (
    select
        choices.point_id,
        choices.action,
        {{ post_purchase_gate.ordered_list(
            "replace(replace(not_words.sentence, '{channel}', coalesce(channel_words.sentence, replace(choices.channel, '_', ' '))), '{reason}', reasons.sentence)",
            'choices.channel_position', '') }} as sentences
    from {{ ref('int_channel_choices') }} as choices
    inner join words as not_words
        on not_words.part = 'channel_not'
    left join words as channel_words
        on {{ dbt.concat(["'channel_name_'", 'choices.channel']) }} = channel_words.part
    inner join {{ ref('int_channel_words') }} as reasons
        on choices.why_not = reasons.why_not
    where not choices.is_chosen
    group by choices.point_id, choices.action
)

select
    decisions.decision_id,
    decisions.channel,
    replace(channel_said.sentence, '{channel}', coalesce(channel_words.sentence, replace(decisions.channel, '_', ' ')))
    || coalesce(others.sentences, '') as channel_sentence
from {{ ref('int_decisions') }} as decisions
left join words as channel_words
    on {{ dbt.concat(["'channel_name_'", 'decisions.channel']) }} = channel_words.part
left join others
    on decisions.point_id = others.point_id and decisions.action = others.action
inner join words as channel_said
    on case when others.point_id is null then 'channel_alone' else 'channel' end = channel_said.part
