{%- set offsets = post_purchase_gate.rebuy_offsets() -%}
-- Expected over observed rebuys in finished windows. The last one's ratio recalibrates today's probabilities; that window, recalibrated by
-- the one before it, shows how well this works.
with

windows as (
    {%- for horizon in post_purchase_gate.list_var('rebuy_horizons_days') %}
    select
        {{ horizon }} as horizon_days,
        days_back,
        min(seen_on) as window_starts_on,
        count(*) as open_purchases,
        sum(probability_{{ horizon }}) as expected,
        sum(rebought_{{ horizon }}) as observed
    from {{ ref('int_rebuy_scores') }}
    where days_back > 0
    group by days_back
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    windows.horizon_days,
    windows.window_starts_on,
    windows.open_purchases,
    cast(windows.expected as decimal(18, 4)) as expected,
    cast(windows.observed as bigint) as observed,
    cast(windows.expected / nullif(cast(windows.observed as decimal(18, 4)), 0) as decimal(18, 6)) as expected_over_observed,
    cast(
        windows.expected / nullif(cast(windows.observed as decimal(18, 4)), 0)
        / nullif(previous_windows.expected / nullif(cast(previous_windows.observed as decimal(18, 4)), 0), 0) as decimal(18, 6)
    ) as recalibrated_ratio,
    windows.observed >= {{ var('rebuy_calibration_min') }} and previous_windows.observed >= {{ var('rebuy_calibration_min') }} as is_judged
from windows
left join windows as previous_windows
    on windows.horizon_days = previous_windows.horizon_days and previous_windows.days_back = {{ offsets[2] }}
where windows.days_back = {{ offsets[1] }}
