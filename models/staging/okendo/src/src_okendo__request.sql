{{ config(enabled=post_purchase_gate.uses_connector('okendo')) }}
{{ post_purchase_gate.source_rows() }}
