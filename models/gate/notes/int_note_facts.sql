{{ config(materialized='view') }}
-- What the note of a lane's first row is made of: for each slot which sentence stands in it, if any, and what is filled in. An instant is the wall
-- clock of whom it concerns.
{%- set currency = "'" ~ var('reporting_currency') ~ "'" %}
with

words as (
    select * from {{ ref('int_note_words') }}
),

formats as (
    {{ post_purchase_gate.note_formats() }}
),

line_lists as (
    select
        order_id,
        lane,
        {{ post_purchase_gate.note_list('sentence', 'line_number') }} as line_list,
        max(case when line_number = 1 then product end) as bought
    from {{ ref('int_note_lines') }}
    group by order_id, lane
),

reason_lists as (
    select
        order_id,
        lane,
        {{ post_purchase_gate.note_list('sentence', 'position, sentence') }} as reason_list,
        -- where every reason that is said ends by itself
        case when count(*) = count(clears_at) then max(clears_at) end as not_before
    from {{ ref('int_note_reasons') }}
    group by order_id, lane
),

-- what goes first for the person
picks as (
    select
        choices.person_id,
        choices.order_id,
        coalesce(titles.title, '') as pick_action,
        {{ post_purchase_gate.escaped("coalesce(nullif(trim(orders.order_name), ''), choices.order_id)") }} as pick_order
    from {{ ref('int_marketing_choices') }} as choices
    inner join {{ ref('stg_orders') }} as orders
        on choices.order_id = orders.order_id
    left join {{ ref('int_action_words') }} as titles
        on choices.action = titles.action
    where choices.is_customer_pick
),

-- of the ask about the same line, what holds it first
reviews as (
    select
        decisions.order_line_id,
        decisions.decision,
        min(told.sentence) as review_sentence
    from {{ ref('int_decisions') }} as decisions
    left join {{ ref('int_reasons') }} as reasons
        on
            decisions.point_id = reasons.point_id
            and decisions.action = reasons.action
            and decisions.primary_reason = {{ dbt.concat(['reasons.check_name', "':'", 'reasons.state']) }}
    left join {{ ref('int_reason_words') }} as told
        on
            case when decisions.override_id is null then reasons.check_name else 'override' end = told.check_name
            and case when decisions.override_id is null then reasons.state else '*' end = told.state
            and case when decisions.override_id is null then coalesce(reasons.detail, '') else 'set_by_a_person' end = coalesce(told.detail, '')
    where decisions.action = 'review_request'
    group by decisions.order_line_id, decisions.decision
),

rows_of_lanes as (
    select
        chosen.*,
        decisions.override_id,
        hours.timezone,
        -- an address or a number that somebody put where a name belongs is none
        case when not {{ post_purchase_gate.matches('accounts.first_name', '[@0-9]') }} then nullif(trim(accounts.first_name), '') end as first_name,
        case
            when chosen.lane = 'support' then 'support'
            when chosen.action = 'nothing_left' then 'nothing'
            when chosen.decision = 'pause' then 'held'
            when chosen.lane = 'marketing' and not chosen.is_customer_pick then 'turn'
            else 'send'
        end as kind
    from {{ ref('int_next_actions') }} as chosen
    inner join {{ ref('int_customer_zones') }} as hours
        on chosen.customer_id = hours.customer_id
    inner join {{ ref('int_accounts') }} as accounts
        on chosen.customer_id = accounts.customer_id
    left join {{ ref('int_decisions') }} as decisions
        on chosen.decision_id = decisions.decision_id
)

select
    chosen.order_id,
    chosen.lane,
    -- slots
    case when chosen.kind = 'support' and support.issue is null then 'heading_given' else {{ dbt.concat(["'heading_'", 'chosen.kind']) }} end as heading_part,
    case
        when evidence.paid_at is null then 'order_unpaid'
        -- what answers another order is paid by what that one was paid with
        when orders.parent_order_id is not null and evidence.paid_at < orders.ordered_at then 'order_paid_with_first'
        else 'order_paid'
    end as order_part,
    case when line_lists.line_list is not null then 'lines' end as lines_part,
    case
        when chosen.kind not in ('send', 'turn') then null
        when chosen.override_id is not null then 'why_by_a_person'
        when actions.due_anchor = 'last_shipped' and lines.is_digital then 'why_last_shipped_digital'
        else {{ dbt.concat(["'why_'", 'actions.due_anchor']) }}
    end as why_part,
    case when chosen.kind in ('send', 'turn') and channels.channel_sentence is not null then 'channel' end as channel_part,
    case when chosen.kind in ('send', 'turn') and chosen.recommended_sku is not null then 'offer' end as offer_part,
    case when chosen.kind in ('send', 'turn') and content.content_list is not null then 'content' end as content_part,
    case
        when chosen.kind not in ('send', 'turn') then null
        when actions.action_class <> 'commercial' then 'earns_told'
        when chosen.recommended_sku is null then 'earns_nothing_offered'
        when chosen.expected_contribution_profit is null then null
        when rebuys.rebuy_probability_28_days is not null and chosen.action = 'replenishment' then 'earns_rebuy'
        when targets.recommendation_value is null then 'earns_unit'
        else 'earns'
    end as earns_part,
    case
        when chosen.kind not in ('send', 'turn') then null
        when chosen.action = 'review_request' and incentives.incentive_disclosure is not null then 'incentive'
        when chosen.action = 'review_request' then 'incentive_none'
        when chosen.recommended_sku is not null and assumptions.planned_discount > 0 then 'discount'
        when chosen.recommended_sku is not null then 'discount_none'
    end as incentive_part,
    case chosen.kind when 'send' then 'when' when 'turn' then 'when_turn' end as when_part,
    case when chosen.kind in ('send', 'turn') and chosen.handling = 'human' then 'by_hand' end as by_hand_part,
    case
        when chosen.kind not in ('send', 'turn') then null
        when watch.rates is null then 'watch_alone'
        else 'watch'
    end as watch_part,
    case chosen.kind when 'held' then 'held_by' when 'nothing' then 'ended_by' end as held_part,
    case when chosen.kind in ('held', 'nothing') and reason_lists.reason_list is not null then 'reasons' end as reasons_part,
    case
        when chosen.kind <> 'held' then null
        when chosen.recheck_at is not null then 'earliest'
        when reason_lists.not_before is not null then 'earliest_after'
        else 'earliest_none'
    end as earliest_part,
    case
        when chosen.is_customer_pick or picks.order_id is null or picks.pick_action = '' then null
        when chosen.kind = 'held' then 'turn_after'
        when chosen.kind = 'nothing' then 'other_order'
    end as turn_part,
    case
        when chosen.kind <> 'support' then null
        when support.issue is null then 'given'
        when not support.has_ticket then 'no_ticket'
        when support.topic is null then 'ticket_without_topic'
        else 'ticket'
    end as ticket_part,
    case
        when chosen.kind <> 'support' or chosen.support_queue is null then null
        when chosen.support_owner is null then 'queue_without_owner'
        else 'queue'
    end as queue_part,
    case
        when chosen.kind <> 'support' or support.issue is null then null
        when support.held_back is null then 'held_back_nothing'
        when support.worth is null then 'held_back'
        else 'held_back_worth'
    end as held_back_part,
    case
        when chosen.kind <> 'support' or support.held_back is null then null
        when support.released is null then 'releases_nothing'
        else 'releases'
    end as releases_part,
    case
        when chosen.kind = 'support' and support.released is not null and support.still_held is not null then 'still_held'
    end as still_held_part,
    case when chosen.kind = 'support' and support.ask_until is not null then 'ask_at_the_latest' end as ask_part,
    case
        when chosen.kind not in ('send', 'turn', 'support') or chosen.action = 'review_request' or actions.action_class = 'transactional' then null
        when reviews.decision = 'send' then 'review_send'
        when reviews.decision = 'support' and chosen.kind <> 'support' then 'review_support'
        when reviews.decision = 'pause' and chosen.kind <> 'support' and reviews.review_sentence is not null then 'review_waits'
    end as review_part,
    case when chosen.kind = 'support' and support.also_open is not null then 'also' end as also_part,
    -- what is filled in
    coalesce(titles.title, '') as action,
    coalesce({{ post_purchase_gate.escaped('chosen.first_name') }}, nobody.sentence) as person,
    {{ post_purchase_gate.escaped("coalesce(nullif(trim(orders.order_name), ''), chosen.order_id)") }} as order_name,
    {{ post_purchase_gate.note_day('orders.ordered_at', post_purchase_gate.note_zone('chosen.lane', 'chosen.timezone')) }} as ordered,
    {{ post_purchase_gate.note_day('evidence.paid_at', post_purchase_gate.note_zone('chosen.lane', 'chosen.timezone')) }} as paid,
    line_lists.line_list,
    coalesce(line_lists.bought, unnamed.sentence) as bought,
    {{ post_purchase_gate.note_day('chosen.due_at', 'chosen.timezone') }} as due,
    {{ post_purchase_gate.escaped("coalesce(nullif(trim(products.title), ''), chosen.recommended_sku)") }} as offer,
    coalesce(', ' || {{ post_purchase_gate.note_amount('products.list_price', 'products.currency') }}, '') as offer_price,
    replace(fit_words.sentence, '{bought}', coalesce(line_lists.bought, unnamed.sentence)) as fits,
    case when targets.compatibility = 'compatible' and targets.relation not in ('same_sku', 'proven') then fitting.sentence else '' end as compatible,
    {{ post_purchase_gate.note_amount('chosen.expected_contribution_profit', currency) }} as profit,
    {{ post_purchase_gate.note_amount('targets.recommendation_value', currency) }} as offer_value,
    -- what would be rounded to nothing is said to be little
    case
        when rebuys.rebuy_probability_28_days < 0.0005 then '< 0' || formats.decimal_mark || '1'
        else {{ post_purchase_gate.note_number('100 * rebuys.rebuy_probability_28_days', 1) }}
    end as rebuy,
    {{ post_purchase_gate.escaped('incentives.incentive_disclosure') }} as incentive,
    {{ post_purchase_gate.note_amount('assumptions.planned_discount', currency) }} as discount,
    {{ post_purchase_gate.note_minute('chosen.send_after', 'chosen.timezone') }} as send_after,
    {{ post_purchase_gate.note_minute('chosen.valid_until', 'chosen.timezone') }} as valid_until,
    replace(chosen.timezone, '_', ' ') as zone,
    coalesce(titles.watch_for, '') as watch_for,
    {{ post_purchase_gate.note_day('chosen.as_of', 'chosen.timezone') }} as today,
    channels.channel_sentence,
    content.content_list,
    watch.rates,
    reason_lists.reason_list,
    {{ post_purchase_gate.note_minute('chosen.recheck_at', 'chosen.timezone') }} as recheck,
    {{ post_purchase_gate.note_minute('reason_lists.not_before', 'chosen.timezone') }} as not_before,
    picks.pick_action,
    picks.pick_order,
    reviews.review_sentence,
    lower(substring(support.issue, 1, 1)) || substring({{ post_purchase_gate.without_mark('support.issue', '.', 'trailing') }}, 2) as issue,
    support.ticket,
    support.topic,
    support.since,
    support.support_due,
    support.overdue,
    replace({{ post_purchase_gate.escaped("replace(chosen.support_queue, '_', ' ')") }}, '  ', ' ') as queue,
    {{ post_purchase_gate.escaped("replace(chosen.support_owner, '_', ' ')") }} as owner,
    support.held_back,
    support.worth,
    support.released,
    support.still_held,
    support.still_waits,
    support.ask_until,
    support.also_open,
    support.given_action
from rows_of_lanes as chosen
cross join formats
inner join {{ ref('int_line_evidence') }} as evidence
    on chosen.order_line_id = evidence.order_line_id
inner join {{ ref('int_order_lines') }} as lines
    on chosen.order_line_id = lines.order_line_id
inner join {{ ref('stg_orders') }} as orders
    on chosen.order_id = orders.order_id
inner join words as nobody
    on nobody.part = 'the_customer'
inner join words as unnamed
    on unnamed.part = 'the_product'
inner join words as fitting
    on fitting.part = 'compatible'
cross join {{ ref('int_cost_assumptions') }} as assumptions
left join {{ ref('actions') }} as actions
    on chosen.action = actions.action
left join {{ ref('int_action_words') }} as titles
    on chosen.action = titles.action
left join line_lists
    on chosen.order_id = line_lists.order_id and chosen.lane = line_lists.lane
left join {{ ref('int_targets') }} as targets
    on chosen.point_id = targets.point_id and chosen.action = targets.action
left join words as fit_words
    on {{ dbt.concat(["'fits_'", 'targets.relation']) }} = fit_words.part
left join {{ ref('stg_products') }} as products
    on chosen.recommended_sku = products.sku
left join {{ ref('int_line_replenishment') }} as rebuys
    on chosen.order_line_id = rebuys.order_line_id
left join {{ ref('int_review_incentive') }} as incentives
    on {{ post_purchase_gate.any_of_both('chosen.order_line_id', 'incentives.incentive_id') }} and chosen.action = 'review_request'
left join {{ ref('int_note_watch') }} as watch
    on chosen.action = watch.action
left join {{ ref('int_note_channels') }} as channels
    on chosen.decision_id = channels.decision_id
left join {{ ref('int_note_content') }} as content
    on chosen.decision_id = content.decision_id
left join reason_lists
    on chosen.order_id = reason_lists.order_id and chosen.lane = reason_lists.lane
left join picks
    on chosen.person_id = picks.person_id and chosen.order_id <> picks.order_id
left join reviews
    on chosen.order_line_id = reviews.order_line_id
left join {{ ref('int_note_support') }} as support
    on case when chosen.lane = 'support' then chosen.order_id end = support.order_id
