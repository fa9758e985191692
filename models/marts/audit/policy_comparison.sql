{{ config(enabled=var('candidate_matrix', none) is not none) }}
select
    cast(point_id as {{ dbt.type_string() }}) as point_id,
    cast(customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(order_id as {{ dbt.type_string() }}) as order_id,
    cast(order_line_id as {{ dbt.type_string() }}) as order_line_id,
    cast(message_id as {{ dbt.type_string() }}) as message_id,
    cast(origin as {{ dbt.type_string() }}) as origin,
    cast(action as {{ dbt.type_string() }}) as action,
    cast(verdict as {{ dbt.type_string() }}) as decision,
    cast(candidate_verdict as {{ dbt.type_string() }}) as candidate_decision,
    cast(reason_codes as {{ dbt.type_string() }}) as reason_codes,
    cast(candidate_reason_codes as {{ dbt.type_string() }}) as candidate_reason_codes,
    cast(point_at as {{ dbt.type_timestamp() }}) as decided_at
from {{ ref('int_policy_pairs') }}
where verdict <> candidate_verdict
