{{ config(materialized='table') }}
-- What the issue checks found: an issue that is open, or one that could not be looked for. Of a payment problem only money to be given back
-- and a chargeback are issues.
with

answers as (
    {%- for check in post_purchase_gate.issue_checks() %}
    select
        point_id,
        check_name,
        state,
        detail,
        since,
        clears_at,
        evidence_table,
        evidence_id
    from {{ ref('check_' ~ check) }}
    where
        state in ('problem', 'unknown')
        -- what a review ask is told apart is no other issue
        and action is null
        {%- if check == 'payment' %}
        and (state = 'unknown' or detail in ({{ post_purchase_gate.payment_issues() }}))
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    point_id,
    check_name,
    state,
    detail,
    since,
    clears_at,
    evidence_table,
    evidence_id
from answers
