with

answers as (
    {{ post_purchase_gate.report_answers('sizing', ['tickets', 'refunds']) }}
)

{{ post_purchase_gate.check_answers('sizing') }}
