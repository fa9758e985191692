-- The note to copy for one row of an order's next actions: evidence, review prerequisite, support suppression, related SKU, profit, what to watch. No personal data.
{%- set currency = var('reporting_currency') %}
with

reviews as (
    select
        order_line_id,
        decision,
        reason_codes,
        recheck_at
    from {{ ref('int_decisions') }}
    where action = 'review_request'
),

facts as (
    select
        chosen.*,
        {%- for units in ['quantity', 'units_kept'] %}
        case
            when evidence.{{ units }} = floor(evidence.{{ units }})
                then cast(cast(evidence.{{ units }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }})
            else cast(cast(evidence.{{ units }} as decimal(18, 2)) as {{ dbt.type_string() }})
        end as {{ units }}_text,
        {%- endfor %}
        evidence.payment,
        evidence.shipping,
        evidence.delivery,
        evidence.use_window,
        evidence.help_seeking,
        evidence.ticket,
        evidence.damage,
        evidence.sizing,
        evidence.refund,
        coalesce(evidence.delivery_grade, 'no grade') as delivery_grade,
        {{ post_purchase_gate.note_time('evidence.paid_at') }} as paid_text,
        {{ post_purchase_gate.note_time('evidence.shipped_at') }} as shipped_text,
        {{ post_purchase_gate.note_time('evidence.delivered_at') }} as delivered_text,
        {{ post_purchase_gate.note_time('evidence.use_ready_at') }} as ready_text,
        {{ post_purchase_gate.note_time('chosen.support_due_at') }} as support_due_text,
        coalesce({{ post_purchase_gate.to_minute_text('reviews.recheck_at') }} || ' UTC', 'when an event comes') as review_recheck_text,
        coalesce(reviews.decision, 'none') as review_decision,
        coalesce(reviews.reason_codes, '') as review_reason_codes,
        coalesce(
            cast(cast(chosen.expected_contribution_profit as decimal(18, 2)) as {{ dbt.type_string() }}) || ' {{ currency }}', 'not applicable'
        ) as profit_text,
        case
            when chosen.action = 'replenishment' and chosen.decision <> 'support' and rebuys.rebuy_probability_28_days is not null
                then
                    '; probability of a rebuy within 28 days '
                    || cast(cast(100 * rebuys.rebuy_probability_28_days as decimal(18, 1)) as {{ dbt.type_string() }}) || ' %'
            else ''
        end as rebuy_text,
        coalesce(actions.title, 'Nothing left') as title,
        coalesce(actions.watch_for, 'the next order') as watch_for
    from {{ ref('int_next_actions') }} as chosen
    inner join {{ ref('int_line_evidence') }} as evidence
        on chosen.order_line_id = evidence.order_line_id
    left join {{ ref('actions') }} as actions
        on chosen.action = actions.action
    left join reviews
        on chosen.order_line_id = reviews.order_line_id
    left join {{ ref('int_line_replenishment') }} as rebuys
        on chosen.order_line_id = rebuys.order_line_id
),

sentences as (
    select
        order_id,
        lane,
        title || ': ' || case decision when 'support' then 'route to support' else decision end as heading,
        'Order ' || order_id || ', SKU ' || coalesce(skus, 'unknown') || ', as of ' || {{ post_purchase_gate.note_time('as_of') }} as what,
        'payment ' || payment || ' (paid ' || paid_text || '), units kept '
        || units_kept_text || ' of ' || quantity_text as order_evidence,
        'shipping ' || shipping || ' (' || shipped_text || '), delivery ' || delivery
        || ' (' || delivered_text || ', ' || delivery_grade || ')' as shipping_evidence,
        'window ' || use_window || ', ready ' || ready_text || ', help seeking ' || help_seeking as use_evidence,
        case review_decision
            when 'send' then 'met; the ask may go out'
            when 'none' then 'no review decision'
            else 'not met (' || review_reason_codes || '), next look ' || review_recheck_text
        end as review_prerequisite,
        case
            when decision = 'support'
                then 'marketing stopped by ' || reason_codes || '; queue ' || coalesce(support_queue, 'none') || ', due ' || support_due_text
            when ticket = 'ok' and damage = 'ok' and sizing = 'ok' and refund = 'ok' then 'none'
            else 'ticket ' || ticket || ', damage ' || damage || ', sizing ' || sizing || ', refund ' || refund
        end as support_suppression,
        coalesce(recommended_sku, 'none') || '; expected contribution profit of one unit ' || profit_text || rebuy_text as related_sku,
        case
            when decision = 'send' then 'nothing in the gate holds it back'
            when action = 'nothing_left' then 'no offer is left: ' || coalesce(nothing_left_because, 'unknown')
            else reason_codes || coalesce('; waits for ' || waits_for_event, '')
        end as why,
        watch_for
    from facts
)

select
    order_id,
    lane,
    '### ' || heading || {{ post_purchase_gate.new_line() }}
    || '- ' || what || '.' || {{ post_purchase_gate.new_line() }}
    || '- Order evidence: ' || order_evidence || '.' || {{ post_purchase_gate.new_line() }}
    || '- Shipping evidence: ' || shipping_evidence || '.' || {{ post_purchase_gate.new_line() }}
    || '- Use evidence: ' || use_evidence || '.' || {{ post_purchase_gate.new_line() }}
    || '- Review prerequisite: ' || review_prerequisite || '.' || {{ post_purchase_gate.new_line() }}
    || '- Support suppression: ' || support_suppression || '.' || {{ post_purchase_gate.new_line() }}
    || '- Related SKU: ' || related_sku || '.' || {{ post_purchase_gate.new_line() }}
    || '- Why: ' || why || '.' || {{ post_purchase_gate.new_line() }}
    || '- Watch: ' || watch_for || '.' as lesson_note
from sentences
