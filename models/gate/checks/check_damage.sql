with

answers as (
    {{ post_purchase_gate.report_answers('damage', ['tickets', 'refunds', 'fulfillments']) }}
)

{{ post_purchase_gate.check_answers('damage') }}
