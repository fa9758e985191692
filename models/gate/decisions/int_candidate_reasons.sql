{{ config(enabled=var('candidate_matrix', none) is not none) }}
-- What would hold an action under the candidate matrix, by the SQL that judges by the one in force.
{{ post_purchase_gate.judge_findings(ref('int_candidate_matrix')) }}
