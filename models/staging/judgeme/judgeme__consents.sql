{{ config(enabled=post_purchase_gate.uses_connector('judgeme')) }}
-- Reviewers who asked Judge.me for no more mail. That somebody did not is no consent. The last time counts, wherever it stands.
with

said as (
    select
        _store,
        {{ post_purchase_gate.plain_email('email') }} as address,
        unsubscribed_at,
        _loaded_at
    from {{ ref('src_judgeme__review') }}
    where unsubscribed_at is not null and email is not null
    union all
    select
        _store,
        {{ post_purchase_gate.plain_email('email') }} as address,
        unsubscribed_at,
        _loaded_at
    from {{ ref('src_judgeme__reviewer') }}
    where unsubscribed_at is not null and email is not null
)

select
    cast(null as {{ dbt.type_string() }}) as customer_id,
    address,
    -- it may be one store's; nobody says, so it is all of them
    cast(null as {{ dbt.type_string() }}) as store_id,
    'email' as channel,
    'unsubscribed' as status,
    cast(null as {{ dbt.type_string() }}) as basis,
    max(unsubscribed_at) as occurred_at,
    max(_loaded_at) as _loaded_at
from said
group by address
