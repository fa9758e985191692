-- From the rate of a SKU among all customers to the probability that this one's coming trip holds it: a shift and a slope, and what the size and number of
-- one's trips and the time since the last say, learned at past looks, whose trips are known by now. The head of a list is chosen among many, so it is stated
-- too high where nothing corrects it.
{{ post_purchase_gate.next_new_calibration(ref('int_next_new'), 1) }}
