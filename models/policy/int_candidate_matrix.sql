{{ config(enabled=var('candidate_matrix', none) is not none) }}
{{ post_purchase_gate.policy_cells(ref(var('candidate_matrix', none) or 'gate_matrix')) }}
