{{ config(severity='warn') }}
-- Without it the probabilities of the joint list could drift away from what customers do and nobody would see it. Judged with enough purchases only. A warning: the list is
-- for people, and a season that it did not see coming is no reason to hold the gate's marts back.
select
    kind,
    expected_over_observed
from {{ ref('int_next_list_calibration') }}
where observed >= {{ var('next_calibration_min') }} and (expected_over_observed < 0.9 or expected_over_observed > 1.1)
