{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
) }}
-- Append-only: a row when a decision is new or differs from the last one logged. A full refresh keeps it.
with

decisions as (
    select * from {{ ref('gate_decisions') }}
)

{% if is_incremental() -%}
, logged as (
    select
        order_line_id,
        action,
        decision,
        reason_codes,
        policy_version,
        row_number() over (partition by order_line_id, action order by decided_at desc, log_id desc) as recency
    from {{ this }}
    where decided_at <= {{ post_purchase_gate.as_of() }}
)

{% endif -%}
select
    cast({{ post_purchase_gate.text_key(['decisions.decision_id', 'decisions.decision', 'decisions.reason_codes', post_purchase_gate.to_minute_text('decisions.as_of')]) }} as {{ dbt.type_string() }}) as log_id,
    decisions.decision_id,
    decisions.order_line_id,
    decisions.action,
    decisions.as_of as decided_at,
    decisions.decision,
    {% if is_incremental() %}logged.decision{% else %}cast(null as {{ dbt.type_string() }}){% endif %} as previous_decision,
    decisions.primary_reason,
    decisions.reason_codes,
    decisions.policy_version
from decisions
{%- if is_incremental() %}
left join logged
    on
        decisions.order_line_id = logged.order_line_id
        and decisions.action = logged.action
        and logged.recency = 1
where
    logged.order_line_id is null
    or logged.decision <> decisions.decision
    or logged.reason_codes <> decisions.reason_codes
    or logged.policy_version <> decisions.policy_version
{%- endif %}
