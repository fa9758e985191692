{{ config(enabled=post_purchase_gate.uses_connector('okendo')) }}
-- Mails that asked for a review, where somebody brings them. Without them nobody knows whom the tool has asked.
select
    -- ids
    requests._store || '-okendo-' || requests.id as message_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    coalesce(links.order_id, {{ post_purchase_gate.unlinked_id('only_store', 'requests.order_id') }}) as order_id,
    -- text
    'review_request' as action,
    'email' as channel,
    requests.email as address,
    'okendo' as flow,
    -- timestamps
    requests.sent_at,
    requests._loaded_at
from {{ ref('src_okendo__request') }} as requests
left join {{ ref('connected_stores') }} as only_store
    on requests._store = only_store._store and only_store.connector = 'okendo' and only_store.is_only
left join {{ ref('connected_order_links') }} as links
    on requests._store = links._store and requests.order_id = links.order_said and links.connector = 'okendo'
