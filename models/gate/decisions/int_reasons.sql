-- Findings that the gate matrix gives a verdict for an action. An objective issue may delay a review request for max_pause_days from
-- its start; then it no longer holds the ask back, whatever anybody thought of the product.
{{ post_purchase_gate.judge_findings(ref('int_policy_matrix')) }}
