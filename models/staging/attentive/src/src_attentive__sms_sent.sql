{{ config(enabled=post_purchase_gate.uses_connector('attentive')) }}
{{ post_purchase_gate.source_rows() }}
