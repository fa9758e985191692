"""What must change at a destination: the audiences as they stand, judged now, against what was delivered.

Every question is SQL over the marts and the log. The same judgement runs when the sync plans and once more right
before each batch goes out.
"""

from __future__ import annotations

from collections.abc import Iterable

from post_purchase.sync.ledger import Ledger, quoted

CORE = ("audience_member_id", "customer_id", "audience", "audience_class", "in_audience", "row_hash", "valid_until")
MEMBER_COLUMNS = (*CORE, "channel", "email", "phone", "first_name", "decision_id", "due_at")
EVENT_COLUMNS = (
    "event_id",
    "audience_member_id",
    "customer_id",
    "audience",
    "audience_class",
    "event_type",
    "occurred_at",
    "email",
)
# What a template needs, beside the address and the first name. A mart may lack some of them.
TRAITS = (
    "action",
    "channel",
    "order_id",
    "decision_id",
    "skus",
    "recommended_sku",
    "due_at",
    "expires_at",
    "send_after",
    "incentive_id",
    "incentive_disclosure",
)
# An event is read when it happens; on a profile this would be out of date with the next build.
EVENT_TRAITS = (*TRAITS, "valid_until")
READ = {
    "audience_members": MEMBER_COLUMNS,
    "audience_events": EVENT_COLUMNS,
    "next_actions": ("decision_id", "decision", "is_customer_pick"),
    "service_actions": ("service_action_id",),
    "gate_reasons": ("decision_id", "check_name", "verdict"),
    "customer_state": ("customer_id", "consent_email", "consent_sms", "consent_push"),
}


class WarehouseError(Exception):
    """The marts cannot be read; the message says what is missing."""


def columns_of(ledger: Ledger, shop: str, mart: str) -> list[str]:
    rows = ledger.connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = 'marts' and table_name = ?",
        [shop.strip('"'), mart],
    ).fetchall()
    return [row[0] for row in rows]


def check_marts(ledger: Ledger, shop: str, marts: Iterable[str] = READ) -> None:
    """Stop with a name, not half-way through a batch, when a mart or a column is not there."""
    for mart in marts:
        missing = sorted(set(READ[mart]) - set(columns_of(ledger, shop, mart)))
        if missing:
            raise WarehouseError(f"marts.{mart} is missing or lacks: {', '.join(missing)}. Build the project first.")


# The reason why a member may not be addressed now; null when he may. Order: the first that holds is given.
JUDGED_MEMBERS = """
    select
        members.*,
        case
            when not members.in_audience then null
            when members.valid_until is null then 'no_valid_until'
            when members.valid_until <= getvariable('now') then 'expired'
            when decisions.decision_id is null then 'decision_gone'
            when decisions.decision <> 'send' then 'decision_is_' || decisions.decision
            when not decisions.is_customer_pick then 'not_the_pick'
            when held.check_name is not null then 'held_by_' || held.check_name
            when members.audience_class = 'marketing' and coalesce(
                case members.channel
                    when 'sms' then customers.consent_sms
                    when 'push' then customers.consent_push
                    else customers.consent_email
                end, 'unknown'
            ) <> 'ok' then 'no_consent'
        end as invalid_reason,
        members.in_audience and invalid_reason is null as is_in,
        case when members.channel = 'sms' then members.phone is null else members.email is null end as has_no_address
    from {shop}.marts.audience_members as members
    left join (
        select decision_id, min(decision) as decision, bool_or(is_customer_pick) as is_customer_pick
        from {shop}.marts.next_actions
        group by decision_id
    ) as decisions on members.decision_id = decisions.decision_id
    left join (
        select decision_id, arg_min(check_name, (check_name <> 'consent', check_name)) as check_name
        from {shop}.marts.gate_reasons
        where verdict in ('pause', 'support')
        group by decision_id
    ) as held on members.decision_id = held.decision_id
    left join {shop}.marts.customer_state as customers on members.customer_id = customers.customer_id
    {only}
"""


def judged_members(shop: str, only: str = "") -> str:
    return JUDGED_MEMBERS.format(shop=shop, only=only)


def member_steps(shop: str, keys: str = "") -> str:
    """One row per member with the step to take: send, skip, refuse, keep (nothing to do) or wait (a job is open)."""
    only = f"where members.customer_id in (select key from {keys})" if keys else ""
    return f"""
        with judged as ({judged_members(shop, only)}),
        stated as (
            select
                judged.*,
                coalesce(state.may_hold, false) as may_hold,
                state.result as known_result,
                state.row_key is null or state.result in ('sending', 'unconfirmed')
                    or state.row_hash <> judged.row_hash or state.is_in_audience <> judged.is_in as is_changed,
                coalesce(bool_or(state.result = 'submitted') over (partition by judged.customer_id), false) as has_job
            from judged
            left join sync_state as state
                on judged.audience_member_id = state.row_key and state.kind = 'profile'
                and state.destination = getvariable('destination')
        )
        select
            *,
            case
                when has_job then 'wait'
                when not is_changed then 'keep'
                when is_in and has_no_address then 'refuse'
                when is_in or may_hold then 'send'
                else 'skip'
            end as step,
            case
                when is_in and has_no_address then 'no_address'
                when is_in then null
                when in_audience then invalid_reason
                when not may_hold then 'never_entered'
            end as step_reason
        from stated
    """


def event_steps(shop: str, keys: str = "") -> str:
    """One row per event without a result, with the step to take.

    An entry goes out while the customer is in the audience and the profile says so; an exit only after its entry. What
    is told once (due) goes out while it is valid and the gate still says so.
    """
    only = f"where event_id in (select key from {keys})" if keys else ""
    of_chosen = "where members.audience_member_id in (select audience_member_id from chosen)"
    return f"""
        with chosen as (select * from {shop}.marts.audience_events {only}),
        judged as ({judged_members(shop, of_chosen)}),
        state as (select * from sync_state where destination = getvariable('destination')),
        entries as (
            select
                events.audience_member_id,
                max(events.occurred_at) as last_entered_at,
                coalesce(bool_or(state.may_hold), false) as has_sent_entry
            from {shop}.marts.audience_events as events
            left join state on events.event_id = state.row_key and state.kind = 'event'
            where events.event_type = 'entered'
                and events.audience_member_id in (select audience_member_id from chosen)
            group by events.audience_member_id
        )
        select
            chosen.*,
            coalesce(known.may_hold, false) as may_hold,
            case
                when chosen.event_type = 'left' and not coalesce(entries.has_sent_entry, false) then 'never_entered'
                when chosen.email is null then 'no_address'
                when chosen.event_type = 'left' then null
                when chosen.event_type = 'due' then case
                    when coalesce(chosen.valid_until <= getvariable('now'), true) then 'expired'
                    when services.service_action_id is null then 'decision_gone'
                end
                when not coalesce(judged.in_audience, false) then 'left_since'
                when judged.invalid_reason is not null then judged.invalid_reason
                when chosen.occurred_at < entries.last_entered_at then 'superseded'
                when profile.result = 'refused' and profile.row_hash = judged.row_hash then 'profile_refused'
            end as step_reason,
            case
                when known.result in ('delivered', 'refused') then 'keep'
                when known.result = 'skipped' and step_reason is not null then 'keep'
                when step_reason is not null then 'skip'
                when chosen.event_type in ('left', 'due') then 'send'
                when profile.result = 'delivered' and profile.row_hash = judged.row_hash
                    and profile.is_in_audience then 'send'
                else 'wait'
            end as step
        from chosen
        left join judged on chosen.audience_member_id = judged.audience_member_id
        left join entries on chosen.audience_member_id = entries.audience_member_id
        left join {shop}.marts.service_actions as services on chosen.event_id = services.service_action_id
        left join state as known on chosen.event_id = known.row_key and known.kind = 'event'
        left join state as profile on chosen.audience_member_id = profile.row_key and profile.kind = 'profile'
    """


def steps(kind: str, shop: str, keys: str = "") -> str:
    return member_steps(shop, keys) if kind == "profile" else event_steps(shop, keys)


def planned(kind: str, shop: str) -> str:
    """The rows that need a step, with what the ledger keeps of them."""
    own = "audience_member_id, row_hash, is_in" if kind == "profile" else "event_id"
    return f"""
        select customer_id, audience, audience_class, may_hold, step, step_reason, {own}
        from ({steps(kind, shop)})
        where step in ('send', 'skip', 'refuse', 'wait')
    """


def outcome(
    kind: str, source: str, result: str, may_hold: str, reason: str = "step_reason", where: str = "true"
) -> str:
    """Rows of a step table as the ledger records them."""
    key, row_hash, is_in = (
        ("audience_member_id", "row_hash", "is_in") if kind == "profile" else ("event_id", "null", "null")
    )
    return f"""
        select
            {quoted(kind)} as kind, {key} as row_key, customer_id, audience, audience_class,
            cast({row_hash} as varchar) as row_hash, cast({is_in} as boolean) as is_in_audience,
            {may_hold} as may_hold, {result} as result, {reason} as reason,
            cast(null as varchar) as job_id, cast(null as integer) as job_position
        from {source}
        where {where}
    """


NOT_SENT = "case step when 'refuse' then 'refused' else 'skipped' end"
