-- The same as int_next_new_calibration, learned without the last look, which is judged by it.
{{ post_purchase_gate.next_new_calibration(ref('int_next_new'), 2) }}
