{{ config(enabled=post_purchase_gate.decides(['message'])) }}
-- Sends in and out of a contrast, like with like: lateness bands weighed as Mantel and Haenszel do, by what both sides can say together, so that
-- a band with one send on a side counts for little. Each side's share has the precision of its weighed sends, less what sends to the same
-- customers repeat; with that many trials it has Wilson's interval, and the difference Newcombe's, which hold for rare outcomes too.
{%- set least = post_purchase_gate.least() %}
{%- set greatest = post_purchase_gate.greatest() %}
with

parts as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        punctuality,
        lateness_band,
        customer_part,
        coalesce(sum(case when is_in_contrast then sends end), 0) as sends_in,
        coalesce(sum(case when not is_in_contrast then sends end), 0) as sends_out,
        coalesce(sum(case when is_in_contrast then total end), 0) as total_in,
        coalesce(sum(case when not is_in_contrast then total end), 0) as total_out,
        coalesce(sum(case when is_in_contrast then squares end), 0) as squares_in,
        coalesce(sum(case when not is_in_contrast then squares end), 0) as squares_out
    from {{ ref('int_audit_strata') }}
    group by contrast, outcome, horizon_days, action, punctuality, lateness_band, customer_part
),

bands as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        punctuality,
        lateness_band,
        sum(sends_in) as n_in,
        sum(sends_out) as n_out,
        sum(total_in) / sum(sends_in) as mean_in,
        sum(total_out) / sum(sends_out) as mean_out,
        {{ greatest }}(sum(squares_in) - sum(total_in) * sum(total_in) / sum(sends_in), 0) as spread_in,
        {{ greatest }}(sum(squares_out) - sum(total_out) * sum(total_out) / sum(sends_out), 0) as spread_out,
        cast(sum(sends_in) as {{ post_purchase_gate.type_double() }}) * sum(sends_out) / (sum(sends_in) + sum(sends_out)) as weight
    from parts
    group by contrast, outcome, horizon_days, action, punctuality, lateness_band
    having sum(sends_in) > 0 and sum(sends_out) > 0
),

-- what each part of the customers adds to the difference beyond its share of it
residuals as (
    select
        bands.contrast,
        bands.outcome,
        bands.horizon_days,
        bands.action,
        parts.customer_part,
        sum(parts.sends_in) as sends_in,
        sum(parts.sends_out) as sends_out,
        sum(
            bands.weight * (
                (parts.total_in - bands.mean_in * parts.sends_in) / bands.n_in
                - (parts.total_out - bands.mean_out * parts.sends_out) / bands.n_out
            )
        ) as residual
    from bands
    inner join parts
        on
            bands.contrast = parts.contrast
            and bands.outcome = parts.outcome
            and bands.horizon_days = parts.horizon_days
            and bands.action = parts.action
            and bands.punctuality = parts.punctuality
            and bands.lateness_band = parts.lateness_band
    group by bands.contrast, bands.outcome, bands.horizon_days, bands.action, parts.customer_part
),

spread as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        sum(residual * residual) * count(*) / nullif(count(*) - 1.0, 0) as between_parts,
        {{ least }}(sum(case when sends_in > 0 then 1 else 0 end), sum(case when sends_out > 0 then 1 else 0 end)) as parts_of_smaller_side
    from residuals
    group by contrast, outcome, horizon_days, action
),

weighed as (
    select
        contrast,
        outcome,
        horizon_days,
        action,
        sum(n_in) as sends_compared,
        sum(n_out) as sends_compared_with,
        sum(weight) as weights,
        sum(weight * mean_in) / sum(weight) as mean_in,
        sum(weight * mean_out) / sum(weight) as mean_out,
        sum(weight) * sum(weight) / sum(weight * weight / n_in) as trials_in,
        sum(weight) * sum(weight) / sum(weight * weight / n_out) as trials_out,
        sum(n_in * mean_in + n_out * mean_out) / sum(n_in + n_out) as mean_both,
        sum(weight * weight * (spread_in / (n_in * n_in) + spread_out / (n_out * n_out))) as between_sends
    from bands
    group by contrast, outcome, horizon_days, action
),

-- sends to one customer never count for more than as many customers' would
repeated as (
    select
        weighed.*,
        spread.between_parts,
        spread.parts_of_smaller_side,
        {{ greatest }}(coalesce(spread.between_parts / nullif(weighed.between_sends, 0), 1), 1) as repetition
    from weighed
    inner join spread
        on
            weighed.contrast = spread.contrast
            and weighed.outcome = spread.outcome
            and weighed.horizon_days = spread.horizon_days
            and weighed.action = spread.action
),

precise as (
    select
        *,
        trials_in / repetition as precise_in,
        trials_out / repetition as precise_out
    from repeated
),

bounded as (
    select
        *,
        case when outcome <> 'rating' then {{ post_purchase_gate.share_lower('mean_in', 'precise_in') }} end as lower_in,
        case when outcome <> 'rating' then {{ post_purchase_gate.share_upper('mean_in', 'precise_in') }} end as upper_in,
        case when outcome <> 'rating' then {{ post_purchase_gate.share_lower('mean_out', 'precise_out') }} end as lower_out,
        case when outcome <> 'rating' then {{ post_purchase_gate.share_upper('mean_out', 'precise_out') }} end as upper_out,
        sqrt({{ greatest }}(between_parts, between_sends)) / weights as standard_error
    from precise
),

read as (
    select
        *,
        mean_in - mean_out as difference,
        case
            when outcome = 'rating' then mean_in - mean_out - {{ post_purchase_gate.z_95() }} * standard_error
            else {{ post_purchase_gate.newcombe_lower('mean_in', 'lower_in', 'mean_out', 'upper_out') }}
        end as difference_lower,
        case
            when outcome = 'rating' then mean_in - mean_out + {{ post_purchase_gate.z_95() }} * standard_error
            else {{ post_purchase_gate.newcombe_upper('mean_in', 'upper_in', 'mean_out', 'lower_out') }}
        end as difference_upper,
        -- of the smaller side: events to be expected where nothing differs, or ratings; none where a handful of customers were sent all of it
        case
            when parts_of_smaller_side < 8 then 0
            else {{ least }}(precise_in, precise_out) * case when outcome = 'rating' then 1 else {{ least }}(mean_both, 1 - mean_both) end
        end as events_expected
    from bounded
)

select
    contrast,
    outcome,
    horizon_days,
    action,
    sends_compared,
    sends_compared_with,
    cast(repetition as decimal(18, 9)) as repetition,
    cast(difference as decimal(18, 9)) as difference,
    cast(difference_lower as decimal(18, 9)) as difference_lower,
    cast(difference_upper as decimal(18, 9)) as difference_upper,
    cast(events_expected as decimal(18, 9)) as events_expected
from read
