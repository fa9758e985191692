{{ config(enabled=post_purchase_gate.uses_connector('yotpo')) }}
-- Addresses that Yotpo may not write to. The list has no dates: it holds from when it was loaded, which no later opt-in is older than.
select
    cast(null as {{ dbt.type_string() }}) as customer_id,
    {{ post_purchase_gate.plain_email('email') }} as address,
    cast(null as {{ dbt.type_string() }}) as store_id,
    'email' as channel,
    'unsubscribed' as status,
    cast(null as {{ dbt.type_string() }}) as basis,
    max(coalesce(unsubscribed_at, _loaded_at)) as occurred_at,
    max(_loaded_at) as _loaded_at
from {{ ref('src_yotpo__unsubscriber') }}
where email is not null
group by {{ post_purchase_gate.plain_email('email') }}
