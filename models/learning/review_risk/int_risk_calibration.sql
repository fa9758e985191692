{%- set last = namespace(cells='starting_cells') -%}
{%- set double = post_purchase_gate.type_double() -%}
-- The last reviews before a snapshot, which no coefficient was learned from, say for each age how far its log-odds are off: a shift and a slope, drawn to
-- 0 and 1. They follow a base rate that moves and damp what was learned too eagerly. Beside what is served a trial, from the earlier half of these
-- reviews: the later half says how well such a calibration holds (risk_calibration).
with

starting_cells as (
    {%- for is_trial in [false, true] %}
    select
        examples.snapshot_at,
        examples.age_days,
        {{ 'true' if is_trial else 'false' }} as is_trial,
        cast(sum(examples.reviews) as {{ double }}) as reviews,
        cast(sum(examples.negatives) as {{ double }}) as negatives,
        cast(round(sums.log_odds, 2) as {{ double }}) as log_odds,
        cast(0 as {{ double }}) as shift,
        cast(1 as {{ double }}) as slope
    from {{ ref('int_risk_examples') }} as examples
    inner join {{ ref('int_risk_sums') }} as sums
        on examples.snapshot_at = sums.snapshot_at and examples.point_id = sums.point_id
    where examples.is_calibration and not sums.is_point and sums.is_told{{ ' and not examples.is_judge' if is_trial }}
    group by examples.snapshot_at, examples.age_days, round(sums.log_odds, 2)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

trials as (
    select false as is_trial
    union all
    select true as is_trial
)

{%- for round in range(1, post_purchase_gate.risk_rounds() + 1) %}
{%- set name = 'round_' ~ round %},

{{ post_purchase_gate.risk_calibration_step(last.cells, name) }}
{%- set last.cells = name %}
{%- endfor %}

select
    slices.snapshot_at,
    slices.age_days,
    trials.is_trial,
    slices.is_learned,
    slices.is_any_age_learned,
    cast(coalesce(sum(cells.reviews), 0) as decimal(18, 6)) as reviews,
    cast(coalesce(sum(cells.negatives), 0) as decimal(18, 6)) as negatives,
    cast(coalesce(max(cells.shift), 0) as decimal(18, 6)) as shift,
    cast(coalesce(max(cells.slope), 1) as decimal(18, 6)) as slope,
    case
        when slices.is_learned
            then cast(least({{ var('risk_threshold') }}, {{ var('risk_lift') }} * max(slices.negatives) / max(slices.reviews)) as decimal(9, 6))
    end as high_risk_from
from {{ ref('int_risk_slices') }} as slices
cross join trials
left join {{ last.cells }} as cells
    on
        slices.snapshot_at = cells.snapshot_at and slices.age_days = cells.age_days
        and trials.is_trial = cells.is_trial
group by slices.snapshot_at, slices.age_days, trials.is_trial, slices.is_learned, slices.is_any_age_learned
