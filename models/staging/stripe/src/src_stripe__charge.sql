{{ config(enabled=post_purchase_gate.uses_connector('stripe')) }}
{{ post_purchase_gate.source_rows() }}
