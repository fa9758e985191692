{%- set string = dbt.type_string() -%}
select
    cast({{ post_purchase_gate.text_key(['decisions.decision_id', 'choices.channel']) }} as {{ string }}) as channel_choice_id,
    cast(decisions.decision_id as {{ string }}) as decision_id,
    decisions.person_id,
    decisions.customer_id,
    decisions.order_id,
    decisions.order_line_id,
    cast(choices.action as {{ string }}) as action,
    cast(choices.channel as {{ string }}) as channel,
    cast(choices.channel_position as integer) as channel_position,
    choices.is_chosen,
    choices.is_allowed,
    cast(choices.why_not as {{ string }}) as why_not,
    cast(words.sentence as {{ string }}) as why_not_in_words,
    choices.affinity,
    cast(choices.messages as integer) as messages,
    cast(choices.responses as integer) as responses,
    choices.send_cost,
    choices.worth
from {{ ref('int_channel_choices') }} as choices
inner join {{ ref('int_decisions') }} as decisions
    on choices.point_id = decisions.point_id and choices.action = decisions.action
left join {{ ref('int_channel_words') }} as words
    on choices.why_not = words.why_not
