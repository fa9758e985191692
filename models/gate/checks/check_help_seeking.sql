{%- set unread = post_purchase_gate.unread(['site_events']) -%}
with

judged as (
    select
        points.point_id,
        case
            when {{ unread }} is not null then 'unknown:' || {{ unread }}
            when {{ post_purchase_gate.add_days(var('help_seeking_days'), 'site.last_help_at') }} > points.point_at then 'waiting:help_viewed'
            else 'ok:'
        end as answer,
        site.help_since,
        site.last_help_at,
        site.help_event_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_site_evidence') }} as site
        on points.point_id = site.point_id
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case when answer = 'waiting:help_viewed' then help_since end as since,
        case when answer = 'waiting:help_viewed' then {{ post_purchase_gate.add_days(var('help_seeking_days'), 'last_help_at') }} end as clears_at,
        'site_events' as evidence_table,
        case when answer = 'waiting:help_viewed' then help_event_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('help_seeking') }}
