-- What a held row waits for, sentence by sentence; where nothing is left, what ended each action.
{%- set names = ['waits_for', 'until', 'offer', 'actions'] %}
with

words as (
    select * from {{ ref('int_note_words') }}
),

formats as (
    {{ post_purchase_gate.note_formats() }}
),

reasons as (
    select
        actions.order_id,
        actions.lane,
        actions.customer_id,
        actions.recommended_sku,
        reasons.check_name,
        reasons.state,
        reasons.detail,
        reasons.clears_at,
        reasons.reason_rank,
        reasons.state = 'problem' and checks.is_final as is_over,
        {{ post_purchase_gate.is_consequence('reasons') }} as is_consequence,
        policy.due_anchor
    from {{ ref('int_next_actions') }} as actions
    inner join {{ ref('int_decisions') }} as decisions
        on actions.decision_id = decisions.decision_id
    inner join {{ ref('actions') }} as policy
        on decisions.action = policy.action
    inner join {{ ref('int_reasons') }} as reasons
        on decisions.point_id = reasons.point_id and decisions.action = reasons.action
    inner join {{ ref('checks') }} as checks
        on reasons.check_name = checks.check_name
    where actions.decision = 'pause' and decisions.override_id is null
    union all
    -- what a person decided stands above all that the checks say; who it was is nobody's business
    select
        actions.order_id,
        actions.lane,
        actions.customer_id,
        actions.recommended_sku,
        'override' as check_name,
        '*' as state,
        'set_by_a_person' as detail,
        decisions.recheck_at as clears_at,
        0 as reason_rank,
        false as is_over,
        0 as is_consequence,
        cast(null as {{ dbt.type_string() }}) as due_anchor
    from {{ ref('int_next_actions') }} as actions
    inner join {{ ref('int_decisions') }} as decisions
        on actions.decision_id = decisions.decision_id
    where actions.decision = 'pause' and decisions.override_id is not null
),

-- what only follows from something else is said where nothing else is
ranked as (
    select
        *,
        min(is_consequence) over (partition by order_id, lane) as least_consequence
    from reasons
),

own_reasons as (
    select * from ranked
    where is_consequence = least_consequence
),

held as (
    select
        reasons.order_id,
        reasons.lane,
        told.sentence,
        coalesce(anchors.sentence, told.waits_for) as waits_for,
        reasons.clears_at,
        {{ post_purchase_gate.note_minute('reasons.clears_at', 'hours.timezone') }} as until,
        coalesce({{ post_purchase_gate.escaped("coalesce(nullif(trim(products.title), ''), reasons.recommended_sku)") }}, unnamed.sentence) as offer,
        '' as actions,
        case
            when reasons.is_over then 'reason_final'
            when reasons.clears_at is not null then 'reason_until'
            else 'reason_event'
        end as part,
        reasons.reason_rank as position
    from own_reasons as reasons
    cross join formats
    inner join words as unnamed
        on unnamed.part = 'the_product'
    -- what no day is counted from yet has a name
    left join words as anchors
        on case when reasons.check_name = 'due' and reasons.detail = 'no_anchor' then {{ dbt.concat(["'anchor_'", 'reasons.due_anchor']) }} end = anchors.part
    inner join {{ ref('int_reason_words') }} as told
        on
            reasons.check_name = told.check_name
            and reasons.state = told.state
            and coalesce(reasons.detail, '') = coalesce(told.detail, '')
    inner join {{ ref('int_customer_zones') }} as hours
        on reasons.customer_id = hours.customer_id
    left join {{ ref('stg_products') }} as products
        on reasons.recommended_sku = products.sku
),

-- what came too late says until when there was time
ended_actions as (
    select
        ended.order_id,
        chosen.lane,
        ended.action,
        ended.priority,
        case
            when ended.check_name = 'due' and ended.expires_at is not null
                then replace(
                    replace(words.sentence, '{action}', actions.title),
                    '{ended}',
                    {{ post_purchase_gate.note_day('ended.expires_at', 'hours.timezone') }}
                )
            else actions.title
        end as title,
        told.sentence
    from {{ ref('int_ended_actions') }} as ended
    inner join {{ ref('int_next_actions') }} as chosen
        on ended.order_id = chosen.order_id and chosen.lane = 'marketing'
    inner join {{ ref('int_customer_zones') }} as hours
        on chosen.customer_id = hours.customer_id
    cross join formats
    inner join words
        on words.part = 'ended_action'
    inner join {{ ref('int_action_words') }} as actions
        on ended.action = actions.action
    inner join {{ ref('int_reason_words') }} as told
        on
            ended.check_name = told.check_name
            and ended.state = told.state
            and coalesce(ended.detail, '') = coalesce(told.detail, '')
),

-- actions that ended for one and the same reason share its sentence
ended as (
    select
        ended_actions.order_id,
        ended_actions.lane,
        ended_actions.sentence,
        '' as waits_for,
        cast(null as {{ dbt.type_timestamp() }}) as clears_at,
        '' as until,
        unnamed.sentence as offer,
        {{ post_purchase_gate.ordered_list('ended_actions.title', 'ended_actions.priority, ended_actions.action', ', ') }} as actions,
        'ended' as part,
        min(ended_actions.priority) as position
    from ended_actions
    inner join words as unnamed
        on unnamed.part = 'the_product'
    group by ended_actions.order_id, ended_actions.lane, ended_actions.sentence, unnamed.sentence
),

said as (
    select * from held
    union all
    select * from ended
),

filled as (
    select
        said.order_id,
        said.lane,
        said.position,
        said.clears_at,
        '  ' || {{ post_purchase_gate.filled("replace(words.sentence, '{sentence}', said.sentence)", names) }} as sentence
    from said
    inner join words
        on said.part = words.part
)

select
    order_id,
    lane,
    sentence,
    min(position) as position,
    max(clears_at) as clears_at
from filled
group by order_id, lane, sentence
