with

answers as (
    {{ post_purchase_gate.report_answers('damage', ['tickets', 'ticket_events', 'refunds', 'fulfillments', 'fulfillment_events']) }}
)

{{ post_purchase_gate.check_answers('damage', has_pause_since=true) }}
