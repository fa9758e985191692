{{ config(enabled=post_purchase_gate.uses_connector('klaviyo')) }}
{{ post_purchase_gate.source_rows() }}
