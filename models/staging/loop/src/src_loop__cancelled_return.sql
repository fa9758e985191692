{{ config(enabled=post_purchase_gate.uses_connector('loop')) }}
{{ post_purchase_gate.source_rows() }}
