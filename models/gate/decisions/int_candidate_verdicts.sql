{{ config(enabled=var('candidate_matrix', none) is not none) }}
-- What the gate would decide under the candidate matrix, by the SQL that decides under the one in force.
{{ post_purchase_gate.combine_reasons(ref('int_candidate_reasons')) }}
