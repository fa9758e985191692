{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
) }}
-- Append-only: a row when a decision is new or differs from the last entry of its line and action. A full refresh keeps it.
with

decisions as (
    select * from {{ ref('gate_decisions') }}
),

{% if is_incremental() -%}
last_numbers as (
    select
        order_line_id,
        action,
        max(entry_number) as entry_number
    from {{ this }}
    group by order_line_id, action
),

last_entries as (
    select entries.*
    from {{ this }} as entries
    inner join last_numbers
        on
            entries.order_line_id = last_numbers.order_line_id
            and entries.action = last_numbers.action
            and entries.entry_number = last_numbers.entry_number
),
{%- else -%}
last_entries as (
    select
        order_line_id,
        action,
        decision,
        reason_codes,
        policy_version,
        0 as entry_number
    from decisions
    where 1 = 0
),
{%- endif %}

changed as (
    select
        decisions.*,
        coalesce(last_entries.entry_number, 0) + 1 as entry_number,
        last_entries.decision as previous_decision
    from decisions
    left join last_entries
        on decisions.order_line_id = last_entries.order_line_id and decisions.action = last_entries.action
    where
        last_entries.order_line_id is null
        or last_entries.decision <> decisions.decision
        or last_entries.reason_codes <> decisions.reason_codes
        or last_entries.policy_version <> decisions.policy_version
)

select
    cast({{ post_purchase_gate.text_key(['order_line_id', 'action', 'entry_number']) }} as {{ dbt.type_string() }}) as log_id,
    decision_id,
    order_line_id,
    action,
    cast(entry_number as integer) as entry_number,
    as_of as decided_at,
    decision,
    cast(previous_decision as {{ dbt.type_string() }}) as previous_decision,
    primary_reason,
    reason_codes,
    policy_version,
    is_held_out,
    would_have_sent
from changed
