{%- set string = dbt.type_string() -%}
-- What an agent, a tool or a person may be told who wants to write to a customer: the gate's own decision, and what holds it at this instant.
with

-- what only somebody who asks is told: in words of its own
sentences as (
    select
        detail,
        sentence,
        row_number() over (
            partition by detail order by case when language = '{{ var("note_language") }}' then 0 else 1 end
        ) as preference
    from {{ ref('reason_sentences') }}
    where check_name in ('ask', 'override') and language in ('{{ var("note_language") }}', 'en')
),

titles as (
    select
        sku,
        min(title) as title
    from {{ ref('stg_products') }}
    group by sku
),

-- the answers with all that is told of them; what must be told of an order has no opening hours
answers as (
    select
        choices.point_id,
        choices.address_key,
        choices.waits_for_pick,
        decisions.decision_id,
        decisions.policy_version,
        decisions.person_id,
        decisions.customer_id,
        decisions.order_id,
        decisions.order_line_id,
        decisions.override_id,
        decisions.channel,
        decisions.action,
        decisions.action_class,
        decisions.sender,
        decisions.decision,
        decisions.reason_codes,
        decisions.recommended_sku,
        decisions.as_of,
        decisions.recheck_at,
        decisions.expires_at,
        -- what is asked later than this, a newer build must answer, whatever this one says
        coalesce(decisions.valid_until, {{ post_purchase_gate.add_time('hour', var('send_valid_hours'), 'decisions.as_of') }}) as valid_until,
        case when decisions.action_class <> 'transactional' then hours.send_after end as opens_at,
        case when decisions.action_class <> 'transactional' then hours.closes_at end as closes_at,
        case when decisions.action_class <> 'transactional' then hours.reopens_at end as reopens_at
    from {{ ref('int_ask_choices') }} as choices
    inner join {{ ref('int_decisions') }} as decisions
        on choices.decision_id = decisions.decision_id
    inner join {{ ref('int_customer_hours') }} as hours
        on decisions.customer_id = hours.customer_id and decisions.channel = hours.channel
),

held as (
    select
        answers.*,
        case
            when decision <> 'send' then null
            when waits_for_pick is not null then 'another_first'
            when opens_at > as_of then 'channel_closed'
        end as held_by
    from answers
)

select
    cast({{ post_purchase_gate.text_key(['held.person_id', 'held.address_key', 'held.channel', 'held.action']) }} as {{ string }}) as may_send_id,
    held.person_id,
    held.customer_id,
    cast(held.address_key as {{ string }}) as address_key,
    cast(held.channel as {{ string }}) as channel,
    cast(held.action as {{ string }}) as action,
    cast(held.action_class as {{ string }}) as action_class,
    cast(held.sender as {{ string }}) as sender,
    cast(held.as_of as {{ dbt.type_timestamp() }}) as as_of,
    held.valid_until,
    cast(case when held.held_by is not null then 'pause' else held.decision end as {{ string }}) as verdict,
    cast(case when held.held_by is not null then 'ask:' || held.held_by else held.reason_codes end as {{ string }}) as reason_codes,
    cast(coalesce(
        sentences.sentence,
        replace(words.reasons_in_words, '{offer}', coalesce(titles.title, held.recommended_sku, unnamed.sentence)),
        ''
    ) as {{ string }}) as reasons_in_words,
    cast(held.waits_for_pick as {{ string }}) as waits_for,
    case
        when held.held_by = 'channel_closed' then held.opens_at
        when held.held_by is null and held.decision = 'send' then held.as_of
        when held.held_by is null then held.recheck_at
    end as next_at,
    cast(held.decision as {{ string }}) as decision,
    cast(held.decision_id as {{ string }}) as decision_id,
    cast(held.policy_version as {{ string }}) as policy_version,
    held.order_id,
    held.order_line_id,
    held.recommended_sku,
    held.opens_at,
    held.closes_at,
    held.reopens_at,
    held.expires_at
from held
left join {{ ref('int_note_words') }} as unnamed
    on {{ post_purchase_gate.any_of_both('held.order_id', 'unnamed.part') }} and unnamed.part = 'the_product'
left join {{ ref('int_ask_words') }} as words
    on held.point_id = words.point_id and held.action = words.action
left join titles
    on held.recommended_sku = titles.sku
left join sentences
    on
        case when held.override_id is not null and held.decision <> 'send' then 'set_by_a_person' else held.held_by end = sentences.detail
        and sentences.preference = 1
