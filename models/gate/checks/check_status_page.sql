with

answers as (
    select
        points.point_id,
        case
            when not points.knows_site_events then 'unknown'
            when site.last_status_event = 'status_page_error' then 'problem'
            else 'ok'
        end as state,
        case when points.knows_site_events then 'error_page' else 'feed_site_events' end as detail,
        case when points.knows_site_events then site.last_status_at end as since,
        null as clears_at,
        'site_events' as evidence_table,
        case when points.knows_site_events then site.last_status_event_id end as evidence_id
    from {{ ref('int_progress_points') }} as points
    inner join {{ ref('int_site_evidence') }} as site
        on points.point_id = site.point_id
)

{{ post_purchase_gate.check_answers('status_page') }}
