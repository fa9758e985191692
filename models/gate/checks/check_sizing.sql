with

{{ post_purchase_gate.report_answers('sizing', ['tickets', 'ticket_events', 'refunds', 'fulfillment_events']) }}

{{ post_purchase_gate.check_answers('sizing', has_action=true, has_pause_since=true) }}
