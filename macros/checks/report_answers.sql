{#- The answers of a check on reports of one topic (damage, sizing): open, cooling off, or none. `feeds` are those it reads. -#}
{% macro report_answers(topic, feeds) -%}
    select
        points.point_id,
        case
            {%- for feed in feeds %}
            when not {{ post_purchase_gate.reads(feed) }} then 'unknown'
            {%- endfor %}
            when reports.has_open_report then 'problem'
            when {{ post_purchase_gate.add_days(var('report_cool_off_days'), 'reports.last_resolved_at') }} > points.point_at then 'waiting'
            else 'ok'
        end as state,
        case
            {%- for feed in feeds %}
            when not {{ post_purchase_gate.reads(feed) }} then 'feed_{{ feed }}'
            {%- endfor %}
            when reports.has_open_report then 'reported'
            else 'cooling_off'
        end as detail,
        case when {% for feed in feeds %}{{ post_purchase_gate.reads(feed) }}{{ ' and ' if not loop.last }}{% endfor %} then reports.since end as since,
        case
            when {% for feed in feeds %}{{ post_purchase_gate.reads(feed) }} and {% endfor %}not reports.has_open_report
                then {{ post_purchase_gate.add_days(var('report_cool_off_days'), 'reports.last_resolved_at') }}
        end as clears_at,
        split_part(coalesce(reports.open_report, reports.any_report), ':', 1) as evidence_table,
        case
            when {% for feed in feeds %}{{ post_purchase_gate.reads(feed) }}{{ ' and ' if not loop.last }}{% endfor %}
                then substring(
                    coalesce(reports.open_report, reports.any_report),
                    {{ dbt.length("split_part(coalesce(reports.open_report, reports.any_report), ':', 1)") }} + 2
                )
        end as evidence_id
    from {{ ref('int_experience_points') }} as points
    left join {{ ref('int_report_state') }} as reports
        on points.point_id = reports.point_id and reports.topic = '{{ topic }}'
{%- endmacro %}

{#- A report on a digital line does not read parcels. -#}
{% macro reads(feed) -%}
    {{ '(points.knows_fulfillments or coalesce(points.is_digital, false))' if feed == 'fulfillments' else 'points.knows_' ~ feed }}
{%- endmacro %}
