{%- set string = dbt.type_string() -%}
select
    cast(service_action_id as {{ string }}) as service_action_id,
    customer_id,
    person_id,
    order_id,
    cast(fulfillment_id as {{ string }}) as fulfillment_id,
    order_line_id,
    cast(decision_id as {{ string }}) as decision_id,
    cast(as_of as {{ dbt.type_timestamp() }}) as as_of,
    cast(stage as {{ string }}) as stage,
    cast(action as {{ string }}) as action,
    cast(sender as {{ string }}) as sender,
    cast(skus as {{ string }}) as skus,
    cast(service_rank as integer) as rank,
    due_at,
    expires_at,
    cast(send_after as {{ dbt.type_timestamp() }}) as send_after,
    valid_until
from {{ ref('int_service_actions') }}
