{{ config(enabled=post_purchase_gate.uses_connector('zendesk')) }}
{{ post_purchase_gate.helpdesk_tags('zendesk') }}
