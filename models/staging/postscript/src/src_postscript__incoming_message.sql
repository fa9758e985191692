{{ config(enabled=post_purchase_gate.uses_connector('postscript')) }}
{{ post_purchase_gate.source_rows() }}
