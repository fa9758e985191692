-- What a message that may go out can say: of the product that it recommends, else of the product bought. A price is compared with another only in one
-- currency, and a bundle with its parts only where each of them has a price.
with

sends as (
    select
        decisions.decision_id,
        decisions.point_id,
        decisions.person_id,
        decisions.customer_id,
        decisions.order_id,
        decisions.order_line_id,
        decisions.action,
        decisions.sku,
        decisions.recommended_sku,
        catalogue.target_kind,
        coalesce(decisions.recommended_sku, decisions.sku) as about_sku,
        decisions.as_of
    from {{ ref('int_decisions') }} as decisions
    inner join {{ ref('actions') }} as catalogue
        on decisions.action = catalogue.action
    where decisions.decision = 'send'
),

recipients as (
    select person_id
    from sends
    group by person_id
),

products as (
    select * from {{ ref('stg_products') }}
),

slots as (
    select
        product_key,
        {%- for slot in post_purchase_gate.content_slots() %}
        max(case when slot = '{{ slot.slot }}' then content end) as {{ slot.slot }},
        {%- endfor %}
        count(*) as slots
    from {{ ref('int_product_content') }}
    group by product_key
),

bundles as (
    select
        parts.bundle_sku,
        sum(parts.units_per_bundle * part.list_price) as parts_price
    from {{ ref('int_bundle_parts') }} as parts
    inner join products as bundle
        on parts.bundle_sku = bundle.sku
    left join products as part
        on parts.part_sku = part.sku and bundle.currency = part.currency
    group by parts.bundle_sku
    having count(*) = count(part.list_price)
),

-- what those have bought who are sent something
placed as (
    select
        purchases.person_id,
        purchases.order_id,
        purchases.order_type,
        lower(purchases.category) as category
    from {{ ref('int_purchases') }} as purchases
    inner join recipients
        on purchases.person_id = recipients.person_id
    where
        purchases.ordered_at <= {{ post_purchase_gate.as_of() }}
        and not coalesce(purchases.cancelled_at <= {{ post_purchase_gate.as_of() }}, false)
),

history as (
    select
        person_id,
        count(distinct order_id) as orders_placed
    from placed
    where order_type = 'purchase'
    group by person_id
),

categories as (
    select
        person_id,
        category
    from placed
    where category is not null
    group by person_id, category
),

category_lists as (
    select
        person_id,
        {{ post_purchase_gate.ordered_list('category', 'category') }} as categories_bought
    from categories
    group by person_id
)

select
    sends.decision_id,
    sends.person_id,
    sends.customer_id,
    sends.order_id,
    sends.order_line_id,
    sends.action,
    sends.about_sku,
    about.title as about_title,
    {%- for slot in post_purchase_gate.content_slots() %}
    slots.{{ slot.slot }},
    {%- endfor %}
    {% if var('returns_days', none) is not none -%}
    {{ post_purchase_gate.add_days(var('returns_days'), 'use_evidence.delivered_at') }} as returns_until,
    {%- else -%}
    cast(null as {{ dbt.type_timestamp() }}) as returns_until,
    {%- endif %}
    about.list_price as price,
    about.currency,
    case when sends.target_kind = 'upsell' and about.currency = bought.currency then about.list_price - bought.list_price end as step_up_price,
    bundles.parts_price,
    bundles.parts_price - about.list_price as bundle_saving,
    -- a price that is no lower, or has no end, is no limited offer
    case when sends.recommended_sku is not null and offers.ends_at is not null and offers.price < about.list_price then offers.price end
        as offer_price,
    case when sends.recommended_sku is not null and offers.price < about.list_price then offers.ends_at end as offer_ends_at,
    parcels.carrier as tracking_carrier,
    parcels.tracking_number,
    parcels.tracking_url,
    -- whoever is asked for a review is not told what others thought
    case when sends.target_kind is not null then ratings.rating_average end as rating_average,
    case when sends.target_kind is not null then coalesce(ratings.ratings, 0) end as ratings,
    case
        when {{ post_purchase_gate.share_of_hash(post_purchase_gate.text_key(["'copy'", 'sends.person_id', 'sends.action'])) }} < 0.5 then 'a'
        else 'b'
    end as copy_variant,
    coalesce(history.orders_placed, 0) as orders_placed,
    coalesce(history.orders_placed, 0) > 1 as is_repeat_customer,
    category_lists.categories_bought
from sends
left join products as about
    on sends.about_sku = about.sku
left join products as bought
    on sends.sku = bought.sku
left join slots
    on about.product_key = slots.product_key
left join {{ ref('int_product_ratings') }} as ratings
    on about.product_key = ratings.product_key
left join bundles
    on sends.about_sku = bundles.bundle_sku
left join {{ ref('int_use_evidence') }} as use_evidence
    on sends.point_id = use_evidence.point_id
left join {{ ref('int_limited_offers') }} as offers
    on sends.recommended_sku = offers.sku
-- the parcel that the message is about
left join {{ ref('int_point_actions') }} as timing
    on sends.point_id = timing.point_id and sends.action = timing.action
left join {{ ref('int_parcels') }} as parcels
    on timing.fulfillment_id = parcels.fulfillment_id
left join history
    on sends.person_id = history.person_id
left join category_lists
    on sends.person_id = category_lists.person_id
