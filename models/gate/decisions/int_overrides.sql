-- A person's decision on a line and action, while it lasts; the last one set counts, and of two set at one instant the more careful one. It is
-- signed with a role: who a person is stays out of decisions, and what would break a list of reasons, a note or a page with it.
with

in_force as (
    select
        points.point_id,
        overrides.override_id,
        overrides.action,
        overrides.decision,
        case
            when overrides.set_by like '%@%' or trim(overrides.set_by) = '' then 'staff'
            when {{ post_purchase_gate.is_phone_number(post_purchase_gate.digits_only('overrides.set_by')) }} then 'staff'
            else coalesce(substring({{ post_purchase_gate.without_marks('lower(trim(overrides.set_by))') }}, 1, 40), 'staff')
        end as set_by,
        overrides.set_at,
        overrides.expires_at,
        row_number() over (
            partition by points.point_id, overrides.action
            order by
                overrides.set_at desc,
                case overrides.decision when 'support' then 0 when 'pause' then 1 else 2 end asc,
                overrides.override_id desc
        ) as recency
    from {{ ref('int_points') }} as points
    inner join {{ ref('stg_overrides') }} as overrides
        on
            points.order_line_id = overrides.order_line_id
            and overrides.set_at <= points.point_at
            and (overrides.expires_at is null or overrides.expires_at > points.point_at)
)

select *
from in_force
where recency = 1
