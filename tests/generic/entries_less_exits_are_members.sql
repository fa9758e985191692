{#- An identity: of each membership, the entries less the exits in the outbox are whether it lasts. Every event has its row, every row its events. -#}
{% test entries_less_exits_are_members(model, events) %}
    with

    balance as (
        select
            audience_member_id,
            sum(case when event_type = 'entered' then 1 else -1 end) as memberships
        from {{ post_purchase_gate.built(events) }}
        where event_type in ('entered', 'left')
        group by audience_member_id
    )

    select
        coalesce(members.audience_member_id, balance.audience_member_id) as audience_member_id,
        members.in_audience,
        balance.memberships
    from {{ model }} as members
    full outer join balance
        on members.audience_member_id = balance.audience_member_id
    where coalesce(balance.memberships, -1) <> case when members.in_audience then 1 when not members.in_audience then 0 else 9 end
{% endtest %}
