-- What an address has shown comes first, then what nobody has heard. Of several faults the worst speaks. A row of the suppressions that cannot be
-- read may be a complaint; a shop that keeps no such list has none.
with

points as (
    select
        point_id,
        point_at,
        customer_id,
        channel,
        {{ post_purchase_gate.address_kind('channel') }} as kind,
        coalesce(
            {{ post_purchase_gate.unread(['message_events']) }},
            case when points.unread_suppressions in ('refused_row', 'degraded') then points.unread_suppressions end
        ) as unread_events
    from {{ ref('int_points') }} as points
),

ranked as (
    select
        points.point_id,
        states.address_state,
        states.from_at,
        states.source_table,
        states.source_id,
        row_number() over (
            partition by points.point_id
            order by
                case states.address_state
                    when 'complained' then 1 when 'suppressed' then 2 when 'dropped' then 3 when 'hard_bounced' then 4 else 5
                end asc,
                states.from_at asc nulls first,
                states.source_id asc
        ) as position
    from points
    inner join {{ ref('int_permission_addresses') }} as addresses
        on points.customer_id = addresses.customer_id and points.kind = addresses.kind
    inner join {{ ref('int_address_states') }} as states
        on
            addresses.permission_key = states.permission_key
            and points.channel = states.channel
            and (states.from_at is null or states.from_at <= points.point_at)
            and states.until_at > points.point_at
),

judged as (
    select
        points.point_id,
        case
            when ranked.address_state <> 'unknown' then 'problem:' || ranked.address_state
            when not addresses.has_address then 'problem:no_address'
            when points.unread_events is not null then 'unknown:' || points.unread_events
            when ranked.address_state = 'unknown' then 'unknown:unmapped_event'
            else 'ok'
        end as answer,
        ranked.address_state,
        ranked.from_at,
        ranked.source_table,
        ranked.source_id
    from points
    left join {{ ref('int_permission_addresses') }} as addresses
        on points.customer_id = addresses.customer_id and points.kind = addresses.kind
    left join ranked
        on points.point_id = ranked.point_id and ranked.position = 1
),

answers as (
    select
        point_id,
        {{ post_purchase_gate.split_part() }}(answer, ':', 1) as state,
        {{ post_purchase_gate.split_part() }}(answer, ':', 2) as detail,
        case when answer in ('problem:' || address_state, 'unknown:unmapped_event') then from_at end as since,
        null as clears_at,
        source_table as evidence_table,
        case when answer in ('problem:' || address_state, 'unknown:unmapped_event') then source_id end as evidence_id
    from judged
)

{{ post_purchase_gate.check_answers('deliverability') }}
