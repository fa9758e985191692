{{ config(enabled=post_purchase_gate.uses_connector('judgeme')) }}
{{ post_purchase_gate.review_app_mails('judgeme') }}
