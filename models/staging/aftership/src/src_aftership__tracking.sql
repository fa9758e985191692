{{ config(enabled=post_purchase_gate.uses_connector('aftership')) }}
{{ post_purchase_gate.source_rows() }}
