-- Who enters, stays and leaves. A person stays in as long as the audience is about the same order at the same account and no message has used the
-- entry up; a further order or another account is an entry of its own, after the exit. Where accounts turned out to be one person's, the
-- newest membership goes on and the others end. A build at an instant before the last change changes nothing.
with

history as (
    select * from {{ ref('int_audience_history') }}
),

newest as (
    select * from history
    where is_newest
),

candidates as (
    select * from {{ ref('int_audience_candidates') }}
),

-- sent since the entry, on the very order or on none
used_up as (
    select members.audience_member_id
    from newest as members
    inner join {{ ref('int_messages') }} as messages
        on
            members.person_id = messages.person_id
            and members.action = messages.action
            and members.entered_at <= messages.sent_at
    where
        members.left_at is null
        and messages.sent_at < {{ post_purchase_gate.as_of() }}
        and (messages.order_id is null or messages.order_id = members.order_id)
    group by members.audience_member_id
),

paired as (
    select
        coalesce(newest.audience_member_id, candidates.audience_member_id) as audience_member_id,
        coalesce(candidates.person_id, newest.person_id) as person_id,
        coalesce(candidates.customer_id, newest.customer_id) as customer_id,
        coalesce(candidates.audience, newest.audience) as audience,
        coalesce(candidates.audience_class, newest.audience_class) as audience_class,
        coalesce(candidates.action, newest.action) as action,
        candidates.audience_member_id as candidate_id,
        newest.customer_id as last_customer_id,
        newest.entry_number as last_entry_number,
        newest.decision_id as last_decision_id,
        newest.order_id as last_order_id,
        newest.audience_member_id is not null and newest.left_at is null as was_in,
        case
            when candidates.audience_member_id is null then 'none'
            when
                newest.left_at is null
                and newest.order_id = candidates.order_id
                and newest.customer_id = candidates.customer_id
                and used_up.audience_member_id is null
                then 'same'
            when candidates.rests_on_late_facts then 'late'
            else 'new'
        end as reason_to_be_in
    from newest
    full outer join candidates
        on newest.person_id = candidates.person_id and newest.audience = candidates.audience
    left join used_up
        on newest.audience_member_id = used_up.audience_member_id
    union all
    -- of accounts that turned out to be one person's
    select
        audience_member_id,
        person_id,
        customer_id,
        audience,
        audience_class,
        action,
        cast(null as {{ dbt.type_string() }}) as candidate_id,
        customer_id as last_customer_id,
        entry_number as last_entry_number,
        decision_id as last_decision_id,
        order_id as last_order_id,
        left_at is null as was_in,
        'none' as reason_to_be_in
    from history
    where not is_newest
)

select
    paired.audience_member_id,
    paired.person_id,
    paired.customer_id,
    paired.audience,
    paired.audience_class,
    paired.action,
    paired.candidate_id,
    paired.last_customer_id,
    coalesce(paired.last_entry_number, 0) as last_entry_number,
    paired.last_decision_id,
    paired.last_order_id,
    paired.was_in,
    clock.is_replay,
    clock.as_of,
    paired.reason_to_be_in,
    case when clock.is_replay then paired.was_in else paired.reason_to_be_in in ('same', 'new') end as is_in,
    not clock.is_replay and paired.reason_to_be_in = 'new' as has_entered,
    not clock.is_replay and paired.was_in and paired.reason_to_be_in <> 'same' as has_left
from paired
cross join {{ ref('int_audience_clock') }} as clock
