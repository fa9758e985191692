select
    -- ids
    cast({{ post_purchase_gate.text_key(['listed.customer_id', 'listed.sku']) }} as {{ dbt.type_string() }}) as customer_next_sku_id,
    cast(listed.customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(listed.sku as {{ dbt.type_string() }}) as sku,
    cast(listed.from_sku as {{ dbt.type_string() }}) as from_sku,
    {{ post_purchase_gate.as_of() }} as as_of,
    -- text
    cast(listed.kind as {{ dbt.type_string() }}) as kind,
    cast(case
        when listed.kind = 'new' and listed.from_sku is not null then 'popular,follows_last_order'
        when listed.kind = 'new' then 'popular'
        when listed.purchases = 1 then 'bought_once'
        when listed.trips_since = 1 then 'bought_often,in_last_order'
        else 'bought_often'
    end as {{ dbt.type_string() }}) as reasons,
    -- numbers
    cast(listed.position as integer) as position,
    cast(listed.position_in_kind as integer) as position_in_kind,
    cast(listed.probability as decimal(18, 9)) as probability,
    cast(listed.purchases as integer) as purchases,
    cast(listed.trips_since as integer) as order_days_since,
    cast(listed.lift as decimal(18, 4)) as lift,
    cast(case when calibration.observed >= {{ var('next_calibration_min') }} then calibration.expected_over_observed end as decimal(18, 6))
        as expected_over_observed,
    -- dates
    cast(listed.last_bought_on as date) as last_bought_on
from {{ ref('int_next_skus') }} as listed
left join {{ ref('int_next_list_calibration') }} as calibration
    on listed.kind = calibration.kind
