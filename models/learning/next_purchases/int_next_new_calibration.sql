-- From the rate of a SKU among all customers to the probability that this one's coming trip holds it: a shift and a slope, and what the size of one's trips
-- says, learned at past looks, whose trips are known by now. The head of a list is chosen among many, so it is stated too high where nothing corrects it.
with

cells as {{ post_purchase_gate.computed_once() }} (
    {{ post_purchase_gate.next_new_cells(ref('int_next_new'), 1) }}
),

{{ post_purchase_gate.logistic_rounds('cells', post_purchase_gate.next_new_features(), shrinkage=5) }}

select
    cast(intercept as decimal(18, 9)) as intercept,
    cast(log_odds as decimal(18, 9)) as log_odds,
    cast(log_size as decimal(18, 9)) as log_size,
    cast(largest_step as decimal(18, 9)) as largest_step
from fit
