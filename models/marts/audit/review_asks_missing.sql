{{ config(enabled=post_purchase_gate.decides(['due'])) }}
-- One line that was not asked is one too many, whatever the rate of its group: what follows from a rate, a shop of any size can look up here.
select
    cast(order_line_id as {{ dbt.type_string() }}) as order_line_id,
    cast(order_id as {{ dbt.type_string() }}) as order_id,
    cast(customer_id as {{ dbt.type_string() }}) as customer_id,
    cast(due_at as {{ dbt.type_timestamp() }}) as due_at,
    cast(deadline_at as {{ dbt.type_timestamp() }}) as deadline_at,
    cast(first_send_at as {{ dbt.type_timestamp() }}) as first_send_at,
    cast(asked_at as {{ dbt.type_timestamp() }}) as asked_at,
    cast(case
        when not could_be_asked then 'held_by_gate'
        when asked_at is null then 'never_sent'
        else 'sent_late'
    end as {{ dbt.type_string() }}) as cause,
    cast(reason_codes as {{ dbt.type_string() }}) as reason_codes,
    had_issue,
    cast(negative_review_risk_score as decimal(9, 6)) as negative_review_risk_score
from {{ ref('int_parity_lines') }}
where not coalesce(was_asked, false)
