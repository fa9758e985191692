-- The note to copy for one order: evidence, review prerequisite, support suppression, related SKU, profit, what to watch. No personal data.
{%- set line_break = post_purchase_gate.new_line() %}
with

reviews as (
    select
        order_line_id,
        decision,
        reason_codes,
        recheck_at
    from {{ ref('gate_decisions') }}
    where action = 'review_request'
)

select
    chosen.order_id,
    '### ' || actions.title || ': ' || case chosen.decision
        when 'send' then 'send' when 'support' then 'route to support' else 'pause'
    end || {{ line_break }}
    || '- Order ' || chosen.order_id || ', SKU ' || coalesce(chosen.skus, 'unknown') || ', as of ' || {{ post_purchase_gate.note_time('chosen.as_of') }} || '.' || {{ line_break }}
    || '- Order evidence: payment ' || evidence.payment || ' (paid ' || {{ post_purchase_gate.note_time('evidence.paid_at') }} || '), units kept '
    || cast(evidence.units_kept as {{ dbt.type_string() }}) || ' of ' || cast(evidence.quantity as {{ dbt.type_string() }}) || '.' || {{ line_break }}
    || '- Shipping evidence: shipping ' || evidence.shipping || ' (' || {{ post_purchase_gate.note_time('evidence.shipped_at') }} || '), delivery ' || evidence.delivery
    || ' (' || {{ post_purchase_gate.note_time('evidence.delivered_at') }} || ', ' || coalesce(evidence.delivery_grade, 'no grade') || ').' || {{ line_break }}
    || '- Use evidence: window ' || evidence.use_window || ', ready ' || {{ post_purchase_gate.note_time('evidence.use_ready_at') }} || ', help seeking ' || evidence.help_seeking || '.' || {{ line_break }}
    || '- Review prerequisite: ' || coalesce(
        case reviews.decision
            when 'send' then 'met; the ask may go out'
            else 'not met (' || reviews.reason_codes || '), next look ' || coalesce({{ post_purchase_gate.to_minute_text('reviews.recheck_at') }} || ' UTC', 'when an event comes')
        end, 'no review decision') || '.' || {{ line_break }}
    || '- Support suppression: ' || case
        when chosen.decision = 'support'
            then 'marketing stopped by ' || chosen.reason_codes || '; queue ' || coalesce(chosen.support_queue, 'none') || ', due '
                || coalesce({{ post_purchase_gate.to_minute_text('chosen.support_due_at') }} || ' UTC', 'now')
        when evidence.ticket <> 'ok' or evidence.damage <> 'ok' or evidence.sizing <> 'ok' or evidence.refund <> 'ok'
            then 'ticket ' || evidence.ticket || ', damage ' || evidence.damage || ', sizing ' || evidence.sizing || ', refund ' || evidence.refund
        else 'none'
    end || '.' || {{ line_break }}
    || '- Related SKU: ' || coalesce(chosen.recommended_sku, 'none') || '; expected contribution profit of one unit '
    || coalesce(cast(cast(chosen.expected_contribution_profit as decimal(18, 2)) as {{ dbt.type_string() }}) || ' {{ var("reporting_currency") }}', 'not applicable') || '.' || {{ line_break }}
    || '- Why: ' || case when chosen.decision = 'send' then 'nothing in the gate holds it back' else chosen.reason_codes end || '.' || {{ line_break }}
    || '- Watch: ' || actions.watch_for || '.' as lesson_note
from {{ ref('int_order_actions') }} as chosen
inner join {{ ref('order_evidence') }} as evidence
    on chosen.order_line_id = evidence.order_line_id
inner join {{ ref('actions') }} as actions
    on case when chosen.decision = 'support' then 'support_recovery' else chosen.action end = actions.action
left join reviews
    on chosen.order_line_id = reviews.order_line_id
