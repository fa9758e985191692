{%- set horizons = post_purchase_gate.list_var('rebuy_horizons_days') | sort -%}
-- When a line will be used up and how likely it is bought again, at as_of: for the person's last purchase of a SKU that is used up. No
-- row: superseded by a later purchase, nothing kept, a subscriber, or no consumable.
with

calibration as (
    select
        {%- for horizon in horizons %}
        coalesce(max(case when horizon_days = {{ horizon }} and observed >= {{ var('rebuy_calibration_min') }} then expected_over_observed end), 1)
            as ratio_{{ horizon }},
        {%- endfor %}
        count(*) as horizons
    from {{ ref('int_rebuy_calibration') }}
),

recalibrated as (
    select
        persons.person_id,
        sku_keys.sku,
        scores.bought_on,
        scores.units,
        scores.own_gaps,
        scores.age_days,
        scores.expected_days,
        {%- for horizon in horizons %}
        {{ post_purchase_gate.least() }}(scores.probability_{{ horizon }} / nullif(calibration.ratio_{{ horizon }}, 0), 0.999) as probability_{{ horizon }},
        {%- endfor %}
        scores.factor
    from {{ ref('int_rebuy_scores') }} as scores
    inner join {{ ref('int_pair_order_keys') }} as persons
        on scores.customer_key = persons.order_key
    inner join {{ ref('int_pair_sku_keys') }} as sku_keys
        on scores.sku_key = sku_keys.sku_key
    cross join calibration
    where scores.days_back = 0
)

select
    lines.order_line_id,
    lines.order_id,
    lines.customer_id,
    lines.sku,
    {{ post_purchase_gate.as_of() }} as as_of,
    lines.ordered_at,
    sku_days.basis,
    scores.units,
    scores.own_gaps,
    scores.age_days,
    scores.expected_days as expected_interval_days,
    {{ post_purchase_gate.add_time('second', post_purchase_gate.seconds_of_use('scores.expected_days'), 'lines.ordered_at') }} as due_at,
    -- each horizon is recalibrated by a ratio of its own, and who buys within the shorter one buys within the longer
    {%- set within = [] %}
    {%- for horizon in horizons %}
    {%- do within.append('scores.probability_' ~ horizon) %}
    {%- set largest = post_purchase_gate.greatest(within | length) ~ '(' ~ within | join(', ') ~ ')' %}
    cast({{ within[0] if loop.first else largest }} as decimal(18, 6)) as rebuy_probability_{{ horizon }}_days,
    {%- endfor %}
    scores.factor as sku_factor
from recalibrated as scores
inner join {{ ref('int_pair_lines') }} as lines
    on
        scores.person_id = lines.person_id
        and scores.sku = lines.sku
        and scores.bought_on = cast(lines.ordered_at as date)
inner join {{ ref('int_rebuy_sku_days') }} as sku_days
    on scores.sku = sku_days.sku and lines.snapshot_at = sku_days.snapshot_at
where
    lines.snapshot_at = {{ post_purchase_gate.learned_at() }}
    and not lines.is_gift
    and lines.ordered_at >= {{ post_purchase_gate.add_days(-1 * var('live_days'), post_purchase_gate.as_of()) }}
