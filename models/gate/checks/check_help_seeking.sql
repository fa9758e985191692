with

answers as (
    select
        points.point_id,
        case
            when not points.knows_site_events then 'unknown'
            when {{ post_purchase_gate.add_days(var('help_seeking_days'), 'site.last_help_at') }} > points.point_at then 'waiting'
            else 'ok'
        end as state,
        case when points.knows_site_events then 'help_viewed' else 'feed_site_events' end as detail,
        case when points.knows_site_events then site.help_since end as since,
        case when points.knows_site_events then {{ post_purchase_gate.add_days(var('help_seeking_days'), 'site.last_help_at') }} end as clears_at,
        'site_events' as evidence_table,
        case when points.knows_site_events then site.help_event_id end as evidence_id
    from {{ ref('int_experience_points') }} as points
    inner join {{ ref('int_site_evidence') }} as site
        on points.point_id = site.point_id
)

{{ post_purchase_gate.check_answers('help_seeking') }}
