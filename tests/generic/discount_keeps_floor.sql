{#-
    The closed form against the formula itself: at the largest discount one unit leaves the margin floor, and a cent more breaks it. What has no
    room leaves less than the floor at list price.
-#}
{% test discount_keeps_floor(model) %}
    {%- set share = var('margin_floor_share') %}
    with

    steps as (
        select 0 as cents_more
        union all
        select 1 as cents_more
    ),

    offered as (
        select
            room.sku,
            room.keeps_margin_floor,
            steps.cents_more,
            cast(room.list_price - room.largest_discount - steps.cents_more * 0.01 as decimal(28, 4)) as price,
            cast(contribution.landed_cost as decimal(28, 4)) as landed_cost,
            contribution.refund_probability,
            contribution.shipping_subsidy,
            contribution.return_shipping_cost,
            contribution.return_processing_cost,
            assumptions.salvage_share,
            assumptions.payment_fee_not_returned_share,
            assumptions.payment_fee_share * (room.list_price - room.largest_discount - steps.cents_more * 0.01)
            + assumptions.payment_fee_fixed as payment_fee
        from {{ model }} as room
        cross join steps
        cross join {{ ref('int_cost_assumptions') }} as assumptions
        inner join {{ ref('int_unit_contribution') }} as contribution
            on room.sku = contribution.sku
        where
            contribution.decision_date = cast({{ post_purchase_gate.as_of() }} as date)
            and room.largest_discount is not null
    ),

    judged as (
        select
            *,
            cast({{ post_purchase_gate.expected_unit_contribution() }} as decimal(18, 6)) - cast({{ share }} * price as decimal(18, 6)) as above_floor
        from offered
    )

    select *
    from judged
    where
        (keeps_margin_floor and cents_more = 0 and above_floor < -0.000001)
        or (keeps_margin_floor and cents_more = 1 and price > 0 and above_floor >= 0)
        or (not keeps_margin_floor and cents_more = 0 and above_floor >= 0)
{% endtest %}
