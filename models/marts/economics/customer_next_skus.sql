select
    -- ids
    cast({{ post_purchase_gate.text_key(['customer_id', 'sku']) }} as {{ dbt.type_string() }}) as customer_next_sku_id,
    cast(customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(sku as {{ dbt.type_string() }}) as sku,
    cast(from_sku as {{ dbt.type_string() }}) as from_sku,
    {{ post_purchase_gate.as_of() }} as as_of,
    -- text
    cast(kind as {{ dbt.type_string() }}) as kind,
    cast(case
        when kind = 'new' and from_sku is not null then 'popular,follows_last_order'
        when kind = 'new' then 'popular'
        when purchases = 1 then 'bought_once'
        when trips_since = 1 then 'bought_often,in_last_order'
        else 'bought_often'
    end as {{ dbt.type_string() }}) as reasons,
    -- numbers
    cast(position as integer) as position,
    cast(position_in_kind as integer) as position_in_kind,
    cast(probability as decimal(18, 9)) as probability,
    cast(purchases as integer) as purchases,
    cast(trips_since as integer) as order_days_since,
    cast(lift as decimal(18, 4)) as lift,
    -- dates
    cast(last_bought_on as date) as last_bought_on
from {{ ref('int_next_skus') }}
