{{ config(enabled=post_purchase_gate.uses_connector('gorgias')) }}
{{ post_purchase_gate.helpdesk_tags('gorgias') }}
