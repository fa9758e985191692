{{ post_purchase_gate.policy_cells(ref('gate_matrix')) }}
