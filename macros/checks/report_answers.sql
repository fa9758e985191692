{#-
    The answers of a check on reports of one topic (damage, sizing): open, of a meaning that nobody knows, unread, cooling off, or none.
    `feeds` are those it reads; a digital line reads no parcels.
-#}
{% macro report_answers(topic, feeds) -%}
    {%- set unread = post_purchase_gate.unread(feeds) -%}
    {%- set unread_digital = post_purchase_gate.unread(feeds | reject('in', ['fulfillments', 'fulfillment_events']) | list) -%}
    {%- set cool_off = var('report_cool_off_days') -%}
    select
        judged.point_id,
        split_part(judged.answer, ':', 1) as state,
        split_part(judged.answer, ':', 2) as detail,
        case
            when judged.answer in ('problem:reported', 'waiting:cooling_off') then judged.since
            when judged.answer like 'unknown:unmapped%' then judged.uncertain_since
        end as since,
        case
            when judged.answer in ('problem:reported', 'waiting:cooling_off') or judged.answer like 'unknown:unmapped%' then judged.pause_since
        end as pause_since,
        case
            when judged.answer = 'waiting:cooling_off' then {{ post_purchase_gate.add_days(cool_off, 'judged.last_resolved_at') }}
            when judged.answer like 'unknown:unmapped%' and not judged.has_open_uncertain_report
                then {{ post_purchase_gate.add_days(cool_off, 'judged.last_uncertain_resolved_at') }}
        end as clears_at,
        split_part(judged.report, ':', 1) as evidence_table,
        -- what is not read rests on no report
        case
            when judged.answer not like 'unknown:%' or judged.answer like 'unknown:unmapped%'
                then substring(judged.report, {{ dbt.length("split_part(judged.report, ':', 1)") }} + 2)
        end as evidence_id
    from (
        select
            points.point_id,
            reports.since,
            reports.uncertain_since,
            reports.pause_since,
            reports.last_resolved_at,
            reports.last_uncertain_resolved_at,
            reports.has_open_uncertain_report,
            case
                when reports.has_open_report then 'problem:reported'
                when reports.has_uncertain_report
                    then case when reports.uncertain_report like 'tickets:%' then 'unknown:unmapped_topic' else 'unknown:unmapped_reason' end
                when not coalesce(points.is_digital, false) and {{ unread }} is not null then 'unknown:' || {{ unread }}
                when {{ unread_digital }} is not null then 'unknown:' || {{ unread_digital }}
                when {{ post_purchase_gate.add_days(cool_off, 'reports.last_resolved_at') }} > points.point_at then 'waiting:cooling_off'
                else 'ok:'
            end as answer,
            case
                when reports.has_open_report then reports.open_report
                when reports.has_uncertain_report then reports.uncertain_report
                else reports.any_report
            end as report
        from {{ ref('int_experience_points') }} as points
        left join {{ ref('int_report_state') }} as reports
            on points.point_id = reports.point_id and reports.topic = '{{ topic }}'
    ) as judged
{%- endmacro %}
