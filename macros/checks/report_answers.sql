{#-
    The answers of a check on reports of one topic (damage, sizing): open, of a meaning that nobody knows, unread, cooling off, or none.
    `feeds` are those it reads; a digital line reads no parcels. `carrier_code`: what a carrier's word that nobody knows makes of it.
-#}
{% macro report_answers(topic, feeds, carrier_code=none) -%}
    {%- set unread = post_purchase_gate.unread(feeds) -%}
    {%- set unread_digital = post_purchase_gate.unread(feeds | reject('in', ['fulfillments', 'fulfillment_events']) | list) -%}
    {%- set cool_off = var('report_cool_off_days') -%}
    {%- set delays = {
        'open': post_purchase_gate.still_delays('reports.open_pause_since'),
        'uncertain': post_purchase_gate.still_delays('reports.uncertain_pause_since'),
        'cooling': post_purchase_gate.still_delays('reports.cooling_pause_since'),
    } -%}
judged as (
    select
        points.point_id,
        reports.has_open_report,
        reports.since,
        reports.uncertain_since,
        reports.open_pause_since,
        reports.uncertain_pause_since,
        reports.cooling_pause_since,
        reports.last_resolved_at,
        reports.last_uncertain_resolved_at,
        reports.has_open_uncertain_report,
        reports.any_report,
        reports.open_report,
        reports.uncertain_report,
        {%- for answer, is_counted in [('general', {'open': 'true', 'uncertain': 'true', 'cooling': 'true'}), ('review', delays)] %}
        case
            when reports.has_open_report and {{ is_counted.open }} then 'problem:reported'
            when reports.has_uncertain_report and {{ is_counted.uncertain }}
                then case
                    when reports.uncertain_report like 'tickets:%' then 'unknown:unmapped_topic'
                    {%- if carrier_code %}
                    when reports.uncertain_report like 'fulfillment_events:%' then 'unknown:{{ carrier_code }}'
                    {%- endif %}
                    else 'unknown:unmapped_reason'
                end
            when not coalesce(points.is_digital, false) and {{ unread }} is not null then 'unknown:' || {{ unread }}
            when {{ unread_digital }} is not null then 'unknown:' || {{ unread_digital }}
            when {{ post_purchase_gate.add_days(cool_off, 'reports.last_resolved_at') }} > points.point_at and {{ is_counted.cooling }}
                then 'waiting:cooling_off'
            else 'ok:'
        end as {{ answer }}_answer{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_experience_points') }} as points
    left join {{ ref('int_report_state') }} as reports
        on points.point_id = reports.point_id and reports.topic = '{{ topic }}'
),

answered as (
    {{ post_purchase_gate.answers_for_reviews_apart('judged') }}
),

shown as (
    select
        answered.*,
        case
            when answer = 'problem:reported' then 'open'
            when answer like 'unknown:unmapped%' then 'uncertain'
            when answer = 'waiting:cooling_off' then 'cooling'
        end as what,
        -- what is not read rests on no report
        case
            when answer = 'problem:reported' then open_report
            when answer like 'unknown:unmapped%' then uncertain_report
            when answer = 'waiting:cooling_off' then any_report
        end as report
    from answered
),

answers as (
    select
        point_id,
        action,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case what
            when 'open' then since
            when 'uncertain' then uncertain_since
            when 'cooling' then case when has_open_report then cooling_pause_since else since end
        end as since,
        case what when 'open' then open_pause_since when 'uncertain' then uncertain_pause_since when 'cooling' then cooling_pause_since end
            as pause_since,
        case
            when what = 'cooling' then {{ post_purchase_gate.add_days(cool_off, 'last_resolved_at') }}
            when what = 'uncertain' and not has_open_uncertain_report
                then {{ post_purchase_gate.add_days(cool_off, 'last_uncertain_resolved_at') }}
        end as clears_at,
        {{ post_purchase_gate.split_part() }}(report, ':', 1) as evidence_table,
        substring(report, {{ dbt.length(post_purchase_gate.split_part() ~ "(report, ':', 1)") }} + 2) as evidence_id
    from shown
)
{%- endmacro %}
