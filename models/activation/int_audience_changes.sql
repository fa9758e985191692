-- Who enters, stays and leaves. A member stays in as long as the audience is about the same order and no message has used his entry up; a
-- further order, line or parcel is an entry of its own. A build at an instant before the last change changes nothing.
with

history as (
    select * from {{ ref('int_audience_history') }}
),

candidates as (
    select * from {{ ref('int_audience_candidates') }}
),

clock as (
    select
        case when max(last_changed_at) > {{ post_purchase_gate.as_of() }} then 1 else 0 end as is_replay,
        {{ post_purchase_gate.as_of() }} as as_of
    from history
),

members as (
    select * from history
    where left_at is null
),

-- sent since the entry, on the very order or on none
used_up as (
    select members.audience_member_id
    from members
    inner join {{ ref('stg_messages') }} as messages
        on
            members.customer_id = messages.customer_id
            and members.action = messages.action
            and members.entered_at <= messages.sent_at
    where
        messages.sent_at < {{ post_purchase_gate.as_of() }}
        and (messages.order_id is null or messages.order_id = members.order_id)
    group by members.audience_member_id
),

keys as (
    select audience_member_id
    from history
    union
    select audience_member_id
    from candidates
),

compared as (
    select
        keys.audience_member_id,
        coalesce(candidates.customer_id, history.customer_id) as customer_id,
        coalesce(candidates.audience, history.audience) as audience,
        coalesce(candidates.audience_class, history.audience_class) as audience_class,
        coalesce(candidates.action, history.action) as action,
        coalesce(history.entry_number, 0) as last_entry_number,
        history.decision_id as last_decision_id,
        history.order_id as last_order_id,
        history.audience_member_id is not null and history.left_at is null as was_in,
        clock.is_replay = 1 as is_replay,
        clock.as_of,
        case
            when candidates.audience_member_id is null then 'none'
            when history.left_at is null and history.order_id = candidates.order_id and used_up.audience_member_id is null then 'same'
            when candidates.rests_on_late_facts then 'late'
            else 'new'
        end as reason_to_be_in
    from keys
    cross join clock
    left join history
        on keys.audience_member_id = history.audience_member_id
    left join candidates
        on keys.audience_member_id = candidates.audience_member_id
    left join used_up
        on keys.audience_member_id = used_up.audience_member_id
)

select
    *,
    case when is_replay then was_in else reason_to_be_in in ('same', 'new') end as is_in,
    not is_replay and reason_to_be_in = 'new' as has_entered,
    not is_replay and was_in and reason_to_be_in <> 'same' as has_left
from compared
