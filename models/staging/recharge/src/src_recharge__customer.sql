{{ config(enabled=post_purchase_gate.uses_connector('recharge')) }}
{{ post_purchase_gate.source_rows() }}
