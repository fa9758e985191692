{{ config(enabled=post_purchase_gate.decides(['due'])) }}
-- Everyone is asked alike: how many lines of each group were asked for a review, or could be, by the end of their longest pause.
with

compared_groups as (
    select
        'issue' as dimension,
        case when had_issue then 'with_issue' else 'without_issue' end as group_name,
        was_asked,
        could_be_asked,
        due_at,
        first_send_at
    from {{ ref('int_parity_lines') }}
    union all
    select
        'risk_decile' as dimension,
        case when risk_decile < 10 then '0' else '' end || cast(risk_decile as {{ dbt.type_string() }}) as group_name,
        was_asked,
        could_be_asked,
        due_at,
        first_send_at
    from {{ ref('int_parity_lines') }}
    where negative_review_risk_score is not null
),

counted as (
    select
        dimension,
        group_name,
        count(*) as lines,
        sum(case when was_asked then 1 else 0 end) as lines_asked,
        sum(case when was_asked or could_be_asked then 1 else 0 end) as lines_asked_or_could_be,
        sum(case when could_be_asked then 1 else 0 end) as lines_could_be,
        avg(case when could_be_asked then {{ post_purchase_gate.days_between('due_at', 'first_send_at') }} end) as mean_delay_days
    from compared_groups
    group by dimension, group_name
)

select
    cast(dimension as {{ dbt.type_string() }}) as dimension,
    cast(group_name as {{ dbt.type_string() }}) as group_name,
    cast(lines as bigint) as lines,
    cast(lines_asked as bigint) as lines_asked,
    cast(lines_could_be as bigint) as lines_could_be,
    cast(cast(lines_asked as decimal(18, 4)) / nullif(lines, 0) as decimal(18, 6)) as asked_rate,
    cast({{ post_purchase_gate.wilson_lower('lines_asked', 'lines') }} as decimal(18, 6)) as asked_rate_lower,
    cast({{ post_purchase_gate.wilson_upper('lines_asked', 'lines') }} as decimal(18, 6)) as asked_rate_upper,
    cast(lines_asked_or_could_be as bigint) as lines_asked_or_could_be,
    cast(cast(lines_could_be as decimal(18, 4)) / nullif(lines, 0) as decimal(18, 6)) as gate_ask_rate,
    cast({{ post_purchase_gate.wilson_lower('lines_could_be', 'lines') }} as decimal(18, 6)) as gate_ask_rate_lower,
    cast({{ post_purchase_gate.wilson_upper('lines_could_be', 'lines') }} as decimal(18, 6)) as gate_ask_rate_upper,
    cast(cast(lines_asked_or_could_be as decimal(18, 4)) / nullif(lines, 0) as decimal(18, 6)) as eventual_ask_rate,
    cast({{ post_purchase_gate.wilson_lower('lines_asked_or_could_be', 'lines') }} as decimal(18, 6)) as eventual_ask_rate_lower,
    cast({{ post_purchase_gate.wilson_upper('lines_asked_or_could_be', 'lines') }} as decimal(18, 6)) as eventual_ask_rate_upper,
    cast(mean_delay_days as decimal(18, 4)) as mean_delay_days
from counted
