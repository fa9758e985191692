"""The marts that the sync reads, as tables of a file of their own: a shop of any size, without a build."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

NOW = dt.datetime(2026, 6, 30, 12)

SCHEMA = """
create schema if not exists marts;
create table marts.audience_members (
    audience_member_id varchar, customer_id varchar, audience varchar, audience_class varchar, action varchar,
    channel varchar, email varchar, phone varchar, first_name varchar, in_audience boolean, entered_at timestamp,
    left_at timestamp, expires_at timestamp, decision_id varchar, order_id varchar, skus varchar,
    recommended_sku varchar, due_at timestamp, send_after timestamp, valid_until timestamp, incentive_id varchar,
    incentive_disclosure varchar, updated_at timestamp, row_hash varchar
);
create table marts.audience_events (
    event_id varchar, audience_member_id varchar, customer_id varchar, audience varchar, audience_class varchar,
    action varchar, event_type varchar, occurred_at timestamp, decision_id varchar, order_id varchar, email varchar,
    skus varchar, recommended_sku varchar, due_at timestamp, send_after timestamp, valid_until timestamp,
    incentive_id varchar, incentive_disclosure varchar
);
create table marts.next_actions (decision_id varchar, decision varchar, is_customer_pick boolean);
create table marts.service_actions (service_action_id varchar);
create table marts.gate_reasons (decision_id varchar, check_name varchar, verdict varchar);
create table marts.customer_state (
    customer_id varchar, consent_email varchar, consent_sms varchar, consent_push varchar
);
"""

# What row_hash covers: every column that a destination gets.
HASHED = (
    "audience_member_id, email, phone, first_name, in_audience, decision_id, order_id, skus, recommended_sku, due_at, "
    "expires_at, incentive_id, incentive_disclosure"
)


class Shop:
    """The file; `join` and `leave` do what a build would do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run(SCHEMA)

    def run(self, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"set variable now = timestamp '{NOW}'")
            return connection.execute(sql, parameters).fetchall() if parameters else self.all(connection, sql)

    @staticmethod
    def all(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
        result: list[tuple[Any, ...]] = []
        for statement in duckdb.extract_statements(sql):
            result = connection.execute(statement).fetchall()
        return result

    def join(self, first: int, last: int, audience: str = "marketing_review_request", channel: str = "email") -> None:
        """Customers from the first number to the last enter an audience, with a decision and an event each."""
        self.run(
            f"""
            create or replace temp table joined as
            select
                'm-' || n || '-{audience}' as audience_member_id,
                'customer-' || lpad(n::varchar, 7, '0') as customer_id, n,
                'decision-' || n || '-{audience}' as decision_id
            from range({first}, {last + 1}) as numbers(n);
            delete from marts.audience_members where audience_member_id in (select audience_member_id from joined);
            insert into marts.audience_members
            select
                audience_member_id, customer_id, '{audience}', split_part('{audience}', '_', 1),
                '{audience.split("_", 1)[1]}', '{channel}', 'c' || n || '@example.com',
                '+1555' || lpad(n::varchar, 7, '0'), 'Ann' || n, true, getvariable('now'), null,
                getvariable('now') + interval 60 day, decision_id, 'order-' || n, 'SKU-1,SKU-2', 'SKU-3',
                getvariable('now'), getvariable('now') + interval 2 hour, getvariable('now') + interval 24 hour,
                'incentive-1', 'You get 5 points for any review.', getvariable('now'), null
            from joined;
            insert into marts.next_actions select decision_id, 'send', true from joined;
            insert into marts.customer_state
            select customer_id, 'ok', 'unknown', 'unknown' from joined
            where customer_id not in (select customer_id from marts.customer_state);
            insert into marts.audience_events
            select
                'entered-' || audience_member_id, audience_member_id, customer_id, '{audience}',
                split_part('{audience}', '_', 1), '{audience.split("_", 1)[1]}', 'entered', getvariable('now'),
                decision_id, 'order-' || n, 'c' || n || '@example.com', 'SKU-1,SKU-2', 'SKU-3', getvariable('now'),
                getvariable('now') + interval 2 hour, getvariable('now') + interval 24 hour, 'incentive-1',
                'You get 5 points for any review.'
            from joined
            where 'entered-' || audience_member_id not in (select event_id from marts.audience_events);
            """
        )
        self.hash()

    def leave(self, where: str) -> None:
        """Members leave: the row stays, an event says so, and the decision is no longer a send."""
        self.run(
            f"""
            create or replace temp table leaving as select * from marts.audience_members where {where};
            update marts.next_actions set decision = 'pause' where decision_id in (select decision_id from leaving);
            insert into marts.audience_events
            select
                'left-' || audience_member_id, audience_member_id, customer_id, audience, audience_class, action,
                'left', getvariable('now') + interval 1 minute, decision_id, order_id, email, null,
                null, null, null, null, null, null
            from leaving;
            update marts.audience_members
            set in_audience = false, left_at = getvariable('now'), channel = null, email = null, phone = null,
                first_name = null, skus = null, recommended_sku = null, due_at = null, expires_at = null,
                send_after = null, valid_until = null, incentive_id = null, incentive_disclosure = null
            where audience_member_id in (select audience_member_id from leaving);
            """
        )
        self.hash()

    def hash(self) -> None:
        self.run(f"update marts.audience_members set row_hash = md5(concat_ws('|', {HASHED}))")
