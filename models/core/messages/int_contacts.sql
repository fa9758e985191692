{{ config(materialized='view') }}
-- What a person has been sent, or is about to be: the messages, and the leases for as long as they count. A lease that counts no longer is like a
-- message that failed then.
select
    message_id,
    person_id,
    root_order_id,
    order_line_id,
    fulfillment_id,
    action,
    channel,
    is_action,
    is_commercial,
    sent_at,
    failed_at,
    arrived_at,
    cast(null as {{ dbt.type_timestamp() }}) as counts_until
from {{ ref('int_messages') }}
union all
select
    {{ dbt.concat(["'lease:'", "lease_id"]) }} as message_id,
    person_id,
    root_order_id,
    order_line_id,
    cast(null as {{ dbt.type_string() }}) as fulfillment_id,
    action,
    channel,
    is_action,
    is_commercial,
    leased_at as sent_at,
    counts_until as failed_at,
    cast(null as {{ dbt.type_timestamp() }}) as arrived_at,
    counts_until
from {{ ref('int_leases') }}
