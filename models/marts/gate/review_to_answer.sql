select
    cast(source_table as {{ dbt.type_string() }}) as source_table,
    cast(source_id as {{ dbt.type_string() }}) as source_id,
    customer_id,
    order_id,
    sku,
    cast(rating as integer) as rating,
    cast(mark as {{ dbt.type_string() }}) as mark,
    said_at,
    cast(support_queue as {{ dbt.type_string() }}) as support_queue,
    cast(support_owner as {{ dbt.type_string() }}) as support_owner,
    due_at,
    coalesce(due_at <= {{ post_purchase_gate.as_of() }}, false) as is_overdue
from {{ ref('int_review_to_answer') }}
