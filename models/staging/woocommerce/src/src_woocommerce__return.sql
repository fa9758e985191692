{{ config(enabled=post_purchase_gate.uses_connector('woocommerce')) }}
{{ post_purchase_gate.source_rows() }}
