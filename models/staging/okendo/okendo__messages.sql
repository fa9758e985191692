{{ config(enabled=post_purchase_gate.uses_connector('okendo')) }}
{{ post_purchase_gate.review_app_mails('okendo') }}
