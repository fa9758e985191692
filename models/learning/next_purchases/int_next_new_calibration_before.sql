-- The same as int_next_new_calibration, learned without the last look, which is judged by it.
with

cells as {{ post_purchase_gate.computed_once() }} (
    {{ post_purchase_gate.next_new_cells(ref('int_next_new'), 2) }}
),

{{ post_purchase_gate.logistic_rounds('cells', post_purchase_gate.next_new_features(), shrinkage=5) }}

select
    cast(intercept as decimal(18, 9)) as intercept,
    cast(log_odds as decimal(18, 9)) as log_odds,
    cast(log_size as decimal(18, 9)) as log_size,
    cast(largest_step as decimal(18, 9)) as largest_step
from fit
