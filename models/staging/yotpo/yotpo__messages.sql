{{ config(enabled=post_purchase_gate.uses_connector('yotpo')) }}
-- Who was asked for a review by Yotpo. A mail about one product that one line of the order has was about that line; any other about the order. A kind
-- of mail that connector_words does not know is handed on, so that nobody takes it for nothing.
with

words as (
    select
        lower(trim(value)) as value,
        means
    from {{ ref('connector_words') }}
    where connector = 'yotpo' and subject = 'email_type'
),

lines as (
    select
        requests._store,
        requests.mail_id,
        min(lines.order_line_id) as order_line_id
    from {{ ref('yotpo_requests') }} as requests
    inner join {{ ref('connected_order_links') }} as links
        on requests._store = links._store and requests.order_said = links.order_said and links.connector = 'yotpo'
    inner join {{ ref('connected_orders') }} as orders
        on links.order_id = orders.order_id
    inner join {{ ref('connected_order_lines') }} as lines
        on links.order_id = lines.order_id and orders.store_id || '-' || requests.product_said = lines.product_id
    group by requests._store, requests.mail_id
    having count(*) = 1
)

select
    -- ids
    requests._store || '-yotpo-' || requests.mail_id as message_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    coalesce(links.order_id, {{ post_purchase_gate.unlinked_id('only_store', 'requests.order_said') }}) as order_id,
    lines.order_line_id,
    -- text
    coalesce(words.means, lower(requests.email_type), 'other') as action,
    'email' as channel,
    requests.address,
    'yotpo ' || coalesce(lower(requests.email_type), 'mail') as flow,
    requests.reminder as step,
    -- timestamps
    requests.mailed_at as sent_at,
    requests._loaded_at
from {{ ref('yotpo_requests') }} as requests
left join {{ ref('connected_stores') }} as only_store
    on requests._store = only_store._store and only_store.connector = 'yotpo' and only_store.is_only
left join {{ ref('connected_order_links') }} as links
    on requests._store = links._store and requests.order_said = links.order_said and links.connector = 'yotpo'
left join lines
    on requests._store = lines._store and requests.mail_id = lines.mail_id
left join words
    on lower(requests.email_type) = words.value
