{{ config(enabled=post_purchase_gate.uses_connector('shopify')) }}
{{ post_purchase_gate.source_rows() }}
