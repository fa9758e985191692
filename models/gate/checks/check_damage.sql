with

{{ post_purchase_gate.report_answers(
    'damage', ['tickets', 'ticket_events', 'refunds', 'fulfillments', 'fulfillment_events'], carrier_code='unmapped_event'
) }}

{{ post_purchase_gate.check_answers('damage', has_action=true, has_pause_since=true) }}
