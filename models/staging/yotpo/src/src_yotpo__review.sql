{{ config(enabled=post_purchase_gate.uses_connector('yotpo')) }}
{{ post_purchase_gate.source_rows() }}
