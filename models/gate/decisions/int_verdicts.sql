-- Support if any reason says support, else pause if any says pause, else send. Reasons that decide come first, then matrix order.
-- An override replaces the verdict, but never one that rests on a check which the seed protects.
{{ post_purchase_gate.combine_reasons(ref('int_reasons')) }}
