-- Nothing is offered to somebody who is waiting for help, on whichever order: does another order of the person, or another line of this one, have an
-- open issue, or one that could not be looked for? An order that nobody could read may have one. An order, its exchanges and its replacements are one. What a line's own checks say of it is
-- not said again. For a past send the others are not judged anew: what was open of their tickets, refund requests, chargebacks and parcels speaks
-- for them (int_order_issue_spans).
with

points as (
    select
        points.point_id,
        points.point_at,
        points.is_live,
        points.person_id,
        points.order_line_id,
        points.order_type,
        points.is_test,
        points.audited_action,
        points.knows_orders,
        points.unread_orders,
        orders.root_order_id
    from {{ ref('int_points') }} as points
    inner join {{ ref('int_orders') }} as orders
        on points.order_id = orders.order_id
),

of_lines as (
    select
        points.point_id,
        points.is_live,
        points.person_id,
        points.root_order_id,
        answers.state,
        min(answers.since) as since,
        min({{ dbt.concat(["answers.evidence_table", "':'", "answers.evidence_id"]) }}) as evidence
    from {{ ref('int_issue_answers') }} as answers
    inner join points
        on answers.point_id = points.point_id
    where
        points.order_type <> 'replacement'
        and not points.is_test
        and (
            answers.state = 'problem'
            -- an answer that only time or a scan can give is no issue that went unread
            or answers.detail in ('degraded', 'refused_row', 'unknown_status')
            or substring(answers.detail, 1, 5) = 'feed_'
            or substring(answers.detail, 1, 7) = 'column_'
            -- of what time will clear nothing is open
            or (substring(answers.detail, 1, 9) = 'unmapped_' and answers.clears_at is null)
        )
    group by
        points.point_id, points.is_live, points.person_id, points.root_order_id, answers.state
),

of_live_orders as (
    select
        person_id,
        root_order_id,
        state,
        min(since) as since,
        min(evidence) as evidence
    from of_lines
    where is_live
    group by person_id, root_order_id, state
),

-- the first two orders of a person and state: where the first is the point's own, the second is the other one
ranked as (
    select
        *,
        row_number() over (partition by person_id, state order by since nulls last, root_order_id) as position
    from of_live_orders
),

-- a line whose own checks have found something is held by them
quiet as (
    select points.*
    from points
    left join of_lines
        on points.point_id = of_lines.point_id
    where of_lines.point_id is null
),

elsewhere as (
    select
        points.point_id,
        ranked.state,
        'order' as whose,
        ranked.since,
        ranked.evidence,
        ranked.position
    from points
    inner join ranked
        on
            points.person_id = ranked.person_id
            and points.root_order_id <> ranked.root_order_id
            and ranked.position <= 2
    where points.is_live
    union all
    select
        quiet.point_id,
        of_lines.state,
        'line' as whose,
        min(of_lines.since) as since,
        min(of_lines.evidence) as evidence,
        1 as position
    from quiet
    inner join of_lines
        on quiet.root_order_id = of_lines.root_order_id and quiet.person_id = of_lines.person_id
    where quiet.is_live and of_lines.is_live
    group by quiet.point_id, of_lines.state
    union all
    select
        points.point_id,
        'problem' as state,
        case when points.root_order_id = spans.root_order_id then 'line' else 'order' end as whose,
        min(spans.open_from) as since,
        min({{ dbt.concat(["spans.evidence_table", "':'", "spans.evidence_id"]) }}) as evidence,
        1 as position
    from points
    inner join {{ ref('int_order_issue_spans') }} as spans
        on
            points.person_id = spans.person_id
            and spans.open_from <= points.point_at
            and spans.open_until > points.point_at
    left join quiet
        on points.point_id = quiet.point_id
    where
        not points.is_live
        and (
            points.root_order_id <> spans.root_order_id
            or (quiet.point_id is not null and points.order_line_id <> spans.order_line_id)
        )
    group by points.point_id, case when points.root_order_id = spans.root_order_id then 'line' else 'order' end
),

found as (
    select
        *,
        row_number() over (
            partition by point_id
            order by case state when 'problem' then 1 else 2 end asc, whose desc, position asc
        ) as preference
    from elsewhere
),

answers as (
    select
        points.point_id,
        coalesce(found.state, case when points.knows_orders then 'ok' else 'unknown' end) as state,
        case
            when found.state = 'problem' and found.whose = 'order' then 'other_order'
            when found.state = 'problem' then 'other_line'
            when found.state = 'unknown' and found.whose = 'order' then 'other_order_unread'
            when found.state = 'unknown' then 'other_line_unread'
            when not points.knows_orders then coalesce(points.unread_orders, 'feed_orders')
        end as detail,
        found.since,
        null as clears_at,
        {{ post_purchase_gate.split_part() }}(found.evidence, ':', 1) as evidence_table,
        substring(found.evidence, {{ dbt.length(post_purchase_gate.split_part() ~ "(found.evidence, ':', 1)") }} + 2) as evidence_id
    from points
    left join found
        on points.point_id = found.point_id and found.preference = 1
)

{{ post_purchase_gate.check_answers('person_issue') }}
