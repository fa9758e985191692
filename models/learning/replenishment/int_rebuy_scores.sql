{#- One column per horizon: the days within which a rebuy is meant. -#}
{%- set horizons = post_purchase_gate.list_var('rebuy_horizons_days') -%}
-- Probability that an open purchase is followed by another within each horizon, before recalibration. Subscribers are left alone.
with

exposures as (
    select *
    from {{ ref('int_rebuy_exposures') }}
    -- of the age of lines that are decided on: today's, and those that recalibrate them
    where not is_over and age_days <= {{ var('live_days') }}
),

subscribed as (
    select
        looks.days_back,
        order_keys.customer_key,
        sku_keys.sku_key
    from {{ ref('stg_subscriptions') }} as subscriptions
    inner join {{ ref('int_rebuy_looks') }} as looks
        on cast(subscriptions.started_at as date) <= looks.seen_on
    inner join {{ ref('int_persons') }} as persons
        on subscriptions.customer_id = persons.customer_id
    inner join {{ ref('int_pair_order_keys') }} as order_keys
        on persons.person_id = order_keys.person_id
    inner join {{ ref('int_pair_sku_keys') }} as sku_keys
        on subscriptions.sku = sku_keys.sku
    where
        order_keys.order_key = order_keys.customer_key
        and subscriptions.started_at <= {{ post_purchase_gate.as_of() }}
        and not coalesce(
            cast(subscriptions.cancelled_at as date) <= looks.seen_on
            and subscriptions.cancelled_at <= {{ post_purchase_gate.as_of() }}, false
        )
    group by looks.days_back, order_keys.customer_key, sku_keys.sku_key
),

placed as (
    select
        exposures.*,
        {%- for horizon in horizons %}
        {{ post_purchase_gate.rebuy_position('exposures.age_days + ' ~ horizon, 'exposures.expected_days') }} as position_{{ horizon }},
        case when exposures.rebought_after_days <= {{ horizon }} then 1 else 0 end as rebought_{{ horizon }},
        {%- endfor %}
        factors.factor,
        coalesce(customer_factors.factor, 1) as customer_factor
    from exposures
    inner join {{ ref('int_rebuy_sku_factors') }} as factors
        on exposures.days_back = factors.days_back and exposures.sku_key = factors.sku_key
    left join {{ ref('int_rebuy_customer_factors') }} as customer_factors
        on exposures.days_back = customer_factors.days_back and exposures.customer_key = customer_factors.customer_key
    left join subscribed
        on
            exposures.days_back = subscribed.days_back
            and exposures.customer_key = subscribed.customer_key
            and exposures.sku_key = subscribed.sku_key
    where subscribed.sku_key is null
)

select
    placed.days_back,
    placed.seen_on,
    placed.customer_key,
    placed.sku_key,
    placed.bought_on,
    placed.units,
    placed.own_gaps,
    placed.age_days,
    cast(placed.expected_days as decimal(18, 4)) as expected_days,
    {%- for horizon in horizons %}
    placed.rebought_{{ horizon }},
    cast(1 - exp(-cast(
        placed.factor * placed.customer_factor * (
            curve_{{ horizon }}.hazard_before + (placed.position_{{ horizon }} - curve_{{ horizon }}.step) * curve_{{ horizon }}.hazard
            - curve_now.hazard_before - (placed.position - curve_now.step) * curve_now.hazard
        ) as {{ post_purchase_gate.type_double() }}
    )) as decimal(18, 9)) as probability_{{ horizon }},
    {%- endfor %}
    placed.factor
from placed
inner join {{ ref('int_rebuy_curves') }} as curve_now
    on
        placed.days_back = curve_now.days_back
        and placed.history = curve_now.history
        and cast(floor(placed.position) as integer) = curve_now.step
{%- for horizon in horizons %}
inner join {{ ref('int_rebuy_curves') }} as curve_{{ horizon }}
    on
        placed.days_back = curve_{{ horizon }}.days_back
        and placed.history = curve_{{ horizon }}.history
        and cast(floor(placed.position_{{ horizon }}) as integer) = curve_{{ horizon }}.step
{%- endfor %}
