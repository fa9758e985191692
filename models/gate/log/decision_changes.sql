{{ config(
    materialized='mart_log',
    schema='marts',
    group='gate',
    access='public',
) }}
-- Append-only: a row when a decision is new, or when it or its reasons differ from the last entry of its line and action, or an offer stands in another draw. Another policy that
-- decides the same adds nothing, and neither does a build at an instant before the last entry: what was decided then stands. A full refresh keeps it; it has stood in the schema of the marts from the beginning, and history stays there.
with

decisions as (
    select
        decisions.*,
        choices.choice_id,
        choices.is_chosen,
        choices.choice_value,
        coalesce(choices.propensity, 1) as propensity
    from {{ ref('int_decisions') }} as decisions
    left join {{ ref('int_offer_choices') }} as choices
        on decisions.point_id = choices.point_id and decisions.action = choices.action
),

{% if post_purchase_gate.adds_to_served() -%}
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
        choice_id,
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
        (
            last_entries.order_line_id is null
            or last_entries.decision <> decisions.decision
            or last_entries.reason_codes <> decisions.reason_codes
            {%- if post_purchase_gate.logs_draws() %}
            or coalesce(last_entries.choice_id, '') <> coalesce(decisions.choice_id, '')
            {%- endif %}
        )  -- noqa: LT02
        {%- if post_purchase_gate.adds_to_served() %}
        and decisions.as_of >= coalesce((select max(entries.decided_at) from {{ this }} as entries), decisions.as_of)
        {%- endif %}
)

select
    cast({{ post_purchase_gate.text_key(['order_line_id', 'action', 'entry_number']) }} as {{ dbt.type_string() }}) as log_id,
    cast(decision_id as {{ dbt.type_string() }}) as decision_id,
    order_line_id,
    cast(action as {{ dbt.type_string() }}) as action,
    cast(entry_number as integer) as entry_number,
    cast(as_of as {{ dbt.type_timestamp() }}) as decided_at,
    cast(decision as {{ dbt.type_string() }}) as decision,
    cast(previous_decision as {{ dbt.type_string() }}) as previous_decision,
    cast(primary_reason as {{ dbt.type_string() }}) as primary_reason,
    cast(reason_codes as {{ dbt.type_string() }}) as reason_codes,
    cast(policy_version as {{ dbt.type_string() }}) as policy_version,
    is_held_out,
    would_have_sent,
    cast(propensity as decimal(9, 6)) as propensity,
    cast(choice_id as {{ dbt.type_string() }}) as choice_id,
    coalesce(is_chosen, false) as is_chosen,
    cast(choice_value as decimal(18, 6)) as choice_value
from changed
