{%- set last = namespace(cells='starting_cells') -%}
{%- set double = post_purchase_gate.type_double() -%}
-- The last reviews before a snapshot, which no coefficient was learned from, say how far its log-odds are off: a shift and a slope, drawn to
-- 0 and 1. They follow a base rate that moves and damp what was learned too eagerly.
with

starting_cells as (
    select
        examples.snapshot_at,
        cast(sum(examples.reviews) as {{ double }}) as reviews,
        cast(sum(examples.negatives) as {{ double }}) as negatives,
        cast(round(log_odds.log_odds + coalesce(categories.coefficient, 0), 2) as {{ double }}) as log_odds,
        cast(0 as {{ double }}) as shift,
        cast(1 as {{ double }}) as slope
    from {{ ref('int_risk_examples') }} as examples
    inner join {{ ref('int_risk_log_odds') }} as log_odds
        on examples.snapshot_at = log_odds.snapshot_at and examples.point_id = log_odds.point_id
    left join {{ ref('int_risk_categories') }} as categories
        on examples.snapshot_at = categories.snapshot_at and examples.category = categories.category
    where examples.is_calibration and not log_odds.is_point
    group by examples.snapshot_at, round(log_odds.log_odds + coalesce(categories.coefficient, 0), 2)
)

{%- for round in range(1, post_purchase_gate.risk_rounds() + 1) %}
{%- set name = 'round_' ~ round %},

{{ post_purchase_gate.risk_calibration_step(last.cells, name) }}
{%- set last.cells = name %}
{%- endfor %}

select
    slices.snapshot_at,
    slices.is_learned,
    cast(coalesce(sum(cells.reviews), 0) as decimal(18, 6)) as reviews,
    cast(coalesce(sum(cells.negatives), 0) as decimal(18, 6)) as negatives,
    cast(coalesce(max(cells.shift), 0) as decimal(18, 6)) as shift,
    cast(coalesce(max(cells.slope), 1) as decimal(18, 6)) as slope,
    case
        when slices.is_learned
            then cast(least({{ var('risk_threshold') }}, {{ var('risk_lift') }} * max(slices.negatives) / max(slices.reviews)) as decimal(9, 6))
    end as high_risk_from
from {{ ref('int_risk_slices') }} as slices
left join {{ last.cells }} as cells
    on slices.snapshot_at = cells.snapshot_at
group by slices.snapshot_at, slices.is_learned
