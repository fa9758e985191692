"""Audiences over a sequence of builds of a generated shop: who is in, who left, and what is lost, repeated or missent.

One database lives through the sequence, as a shop's own does: builds at rising instants, one repeated, one with a full
refresh, one at an earlier instant, one after a backfill, one after tickets have opened. What must hold is read from the
raw rows, not from the models that decide.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Build, BuildError, run_dbt

DAYS = [f"2026-06-{day} 12:00:00" for day in (22, 24, 25)]
# what decides and keeps the audiences, where the gate's own decisions stand as they are
AUDIENCES = "int_audience_clock+ int_audience_history+ int_audience_picks+"
# one customer in four is unknown to the warehouse until the rows are loaded, all at once
BACKFILLED = "hash(customer_id) % 4 = 0"
THEIR_ORDERS = f"order_id in (select order_id from orders where {BACKFILLED})"
THEIR_PARCELS = f"fulfillment_id in (select fulfillment_id from fulfillments where {THEIR_ORDERS})"
THEIR_TICKETS = f"ticket_id in (select ticket_id from tickets where {BACKFILLED} or {THEIR_ORDERS})"
THEIR_MESSAGES = f"message_id in (select message_id from messages where {BACKFILLED})"
# whatever names one of them: rows of nobody would make their feed unknown evidence for all
OF_A_CUSTOMER = {
    "customers": BACKFILLED,
    "orders": BACKFILLED,
    "order_lines": THEIR_ORDERS,
    "payments": THEIR_ORDERS,
    "fulfillments": THEIR_ORDERS,
    "fulfillment_lines": THEIR_PARCELS,
    "fulfillment_events": THEIR_PARCELS,
    "refunds": THEIR_ORDERS,
    "tickets": f"{BACKFILLED} or {THEIR_ORDERS}",
    "ticket_events": THEIR_TICKETS,
    "site_events": f"{BACKFILLED} or {THEIR_ORDERS}",
    "messages": BACKFILLED,
    "message_events": THEIR_MESSAGES,
    "consents": BACKFILLED,
    "reviews": BACKFILLED,
    "subscriptions": BACKFILLED,
}
OPEN_TICKETS = """
    with last as (
        select tickets.ticket_id,
            any_value(tickets.customer_id) as customer_id,
            any_value(tickets.order_id) as order_id,
            any_value(lower(trim(tickets.requester_email))) as email,
            coalesce(arg_max(events.status, events.occurred_at), 'open') as status
        from tickets left join (select * from ticket_events where occurred_at <= timestamp '{as_of}') as events
            on tickets.ticket_id = events.ticket_id
        where tickets.opened_at <= timestamp '{as_of}' group by all
    ), orders_now as (
        select * from orders
        where ordered_at between timestamp '{as_of}' - interval 180 days and timestamp '{as_of}'
    )
    select coalesce(orders_now.customer_id, last.customer_id, customers.customer_id) as customer_id
    from last left join orders_now using (order_id) left join customers on lower(trim(customers.email)) = last.email
    where last.status not in ('solved', 'closed', 'spam')
    and (last.order_id is null or orders_now.order_id is not null)"""
# the last word of the ledger and of the messages themselves, on e-mail
CONSENT = """
    with words as (
        select customer_id, status, occurred_at from consents where channel = 'email'
        union all
        select customer_id, 'unsubscribed', occurred_at from message_events inner join messages using (message_id)
        where event_type = 'unsubscribed' and channel = 'email'
    ), last as (
        select customer_id, arg_max(status, (occurred_at, status = 'unsubscribed')) as status
        from words where occurred_at <= timestamp '{as_of}' group by customer_id
    )
    select customers.customer_id from customers left join last using (customer_id)
    where last.status = 'subscribed' or (last.status is null and upper(customers.country) in ('US', 'CA'))"""


@dataclass
class Moment:
    """The audiences after one build: rows as dictionaries, and what the build saw."""

    as_of: str
    members: dict[str, dict[str, Any]]
    events: dict[str, dict[str, Any]]
    picks: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    open_tickets: set[str]
    consented: set[str]

    def inside(self, audience_class: str | None = None) -> dict[str, dict[str, Any]]:
        return {
            key: row
            for key, row in self.members.items()
            if row["in_audience"] and audience_class in (None, row["audience_class"])
        }

    def new_since(self, earlier: Moment) -> list[dict[str, Any]]:
        return [row for key, row in self.events.items() if key not in earlier.events]


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


class Shop:
    """A generated shop whose raw rows may change between builds, and the one database that lives through them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        generated = folder / "generated"
        command = [
            sys.executable,
            str(ROOT / "scripts" / "generate_shop.py"),
            "bulk",
            "--orders",
            "2500",
            "--seed",
            "11",
        ]
        subprocess.run([*command, "--out", str(generated)], check=True, capture_output=True)
        self.connection = duckdb.connect()
        self.tables = sorted(path.stem for path in generated.glob("*.parquet"))
        for table in self.tables:
            self.connection.execute(f"create table {table} as from read_parquet('{generated / table}.parquet')")
        # a backfill says when it came
        for table in OF_A_CUSTOMER:
            self.connection.execute(f"alter table {table} add column _loaded_at timestamp")
        self.without: dict[str, str] = dict(OF_A_CUSTOMER)
        self.number = 0

    def write(self) -> None:
        self.raw.mkdir(exist_ok=True)
        for table in self.tables:
            kept = f"where not coalesce({self.without[table]}, false)" if table in self.without else ""
            self.connection.execute(f"copy (from {table} {kept}) to '{self.raw / table}.parquet' (format parquet)")

    def build(self, as_of: str, select: str = "+audience_members +next_actions", **options: Any) -> Build:
        self.write()
        self.number += 1
        more = options.pop("more", {})
        return run_dbt(
            self.folder / f"build{self.number}",
            {"raw_path": str(self.raw), "as_of": as_of, **more},
            database=self.folder / "shop.duckdb",
            select=select,
            **options,
        )

    def database(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.folder / "shop.duckdb"))

    def moment(self, as_of: str) -> Moment:
        with duckdb.connect(str(self.folder / "shop.duckdb"), read_only=True) as built:
            members = rows(built, "from marts.audience_members")
            events = rows(built, "from marts.audience_events where event_type <> 'due'")
            picks = rows(built, "from marts.next_actions where is_customer_pick")
            candidates = rows(built, "from activation.int_audience_candidates")
        assert len({row["audience_member_id"] for row in members}) == len(members)
        assert len({row["event_id"] for row in events}) == len(events)
        return Moment(
            as_of,
            {row["audience_member_id"]: row for row in members},
            {row["event_id"]: row for row in events},
            picks,
            candidates,
            {row[0] for row in self.connection.execute(OPEN_TICKETS.format(as_of=as_of)).fetchall()},
            {row[0] for row in self.connection.execute(CONSENT.format(as_of=as_of)).fetchall()},
        )

    def built(self, as_of: str, **options: Any) -> Moment:
        self.build(as_of, **options)
        return self.moment(as_of)

    def open_tickets(self, members: list[dict[str, Any]], at: str) -> None:
        """One ticket each: by customer, by order, by the address in other letters."""
        for number, row in enumerate(members):
            who = [
                {"customer_id": row["customer_id"]},
                {"order_id": row["order_id"]},
                {"requester_email": f" {row['email'].upper()} "},
            ][number % 3]
            names, values = ", ".join(who), ", ".join(f"'{value}'" for value in who.values())
            self.connection.execute(
                f"insert into tickets (ticket_id, {names}, topic, opened_at) "
                f"values ('opened-{number}', {values}, 'other', timestamp '{at}')"
            )


@pytest.fixture(scope="module")
def sequence(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, dict[str, Moment], list[dict[str, Any]]]:
    shop = Shop(tmp_path_factory.mktemp("audiences"))
    told: dict[str, Moment] = {"first": shop.built(DAYS[0])}
    told["repeated"] = shop.built(DAYS[0], select=AUDIENCES)
    # the held back rows arrive
    shop.without = {}
    for table, belongs in OF_A_CUSTOMER.items():
        shop.connection.execute(f"update {table} set _loaded_at = timestamp '{DAYS[1]}' where {belongs}")
    told["backfilled"] = shop.built(DAYS[1], full_refresh=True)
    told["replayed"] = shop.built(DAYS[0], select=f"int_next_actions next_actions {AUDIENCES}")
    complainers = sorted(told["replayed"].inside("marketing").values(), key=lambda row: row["customer_id"])[:9]
    shop.open_tickets(complainers, "2026-06-24 15:00:00")
    told["ticketed"] = shop.built(DAYS[2])
    return shop, told, complainers


@pytest.fixture(scope="module")
def moments(sequence: tuple[Shop, dict[str, Moment], list]) -> dict[str, Moment]:
    return sequence[1]


EACH = pytest.mark.parametrize("name", ["first", "repeated", "backfilled", "replayed", "ticketed"])


@EACH
def test_entries_less_exits_are_the_members(moments: dict[str, Moment], name: str) -> None:
    moment = moments[name]
    balance: dict[str, int] = {}
    for event in moment.events.values():
        balance[event["audience_member_id"]] = balance.get(event["audience_member_id"], 0) + (
            1 if event["event_type"] == "entered" else -1
        )
    assert balance == {key: int(row["in_audience"]) for key, row in moment.members.items()}
    assert len(moment.inside()) > 100


@EACH
def test_one_pick_per_customer_and_only_picks_are_in(moments: dict[str, Moment], name: str) -> None:
    moment = moments[name]
    assert len({row["person_id"] for row in moment.picks}) == len(moment.picks)
    inside = [(row["customer_id"], row["action"]) for row in moment.inside().values()]
    assert len({customer for customer, _ in inside}) == len(inside)
    if name == "replayed":
        return  # the gate looked at another instant; the audiences did not move
    sends = {(row["customer_id"], row["action"]) for row in moment.picks if row["decision"] == "send"}
    late = {(row["customer_id"], row["action"]) for row in moment.candidates if row["rests_on_late_facts"]}
    assert set(inside) <= sends
    assert sends - set(inside) <= late


@EACH
def test_marketing_has_consent_and_no_open_issue(moments: dict[str, Moment], name: str) -> None:
    moment = moments["backfilled" if name == "replayed" else name]
    marketing = {row["customer_id"] for row in moment.inside("marketing").values()}
    assert len(marketing) > 50
    assert marketing - moment.consented == set()
    assert marketing & moment.open_tickets == set()


def test_the_raw_rows_would_show_a_breach(moments: dict[str, Moment]) -> None:
    """Otherwise the properties above would hold of a shop in which everybody consents and nobody complains."""
    moment = moments["ticketed"]
    customers = {row["customer_id"] for row in moment.picks}
    assert len(customers - moment.consented) > 10
    # who waits for help has no pick any more
    assert len(moment.open_tickets) >= 9


def test_a_customer_is_out_at_the_first_build_after_his_ticket_opens(
    sequence: tuple[Shop, dict[str, Moment], list[dict[str, Any]]],
) -> None:
    _, told, complainers = sequence
    before, after = told["replayed"], told["ticketed"]
    assert len(complainers) == 9
    left = {row["audience_member_id"] for row in after.new_since(before) if row["event_type"] == "left"}
    for row in complainers:
        out = after.members[row["audience_member_id"]]
        assert not out["in_audience"] and str(out["left_at"]) == after.as_of
        assert out["email"] is None and out["first_name"] is None
        assert row["audience_member_id"] in left
        assert not any(other["customer_id"] == row["customer_id"] for other in after.inside("marketing").values())
    assert len(set(before.inside("marketing")) & set(after.inside("marketing"))) > 50


def test_a_second_build_at_the_same_instant_changes_nothing(moments: dict[str, Moment]) -> None:
    assert moments["repeated"].members == moments["first"].members
    assert moments["repeated"].events == moments["first"].events


def test_a_build_at_an_earlier_instant_changes_nothing(moments: dict[str, Moment]) -> None:
    assert moments["replayed"].members == moments["backfilled"].members
    assert moments["replayed"].events == moments["backfilled"].events
    # it would let customers in and out, were it not for the instant
    assert {row["audience_member_id"] for row in moments["replayed"].candidates} != set(moments["replayed"].inside())


def test_a_full_refresh_keeps_every_event_and_row(moments: dict[str, Moment]) -> None:
    before, after = moments["repeated"], moments["backfilled"]
    assert before.members.keys() <= after.members.keys()
    assert {key: after.events[key] for key in before.events} == before.events


@pytest.mark.parametrize(("earlier", "later"), [("repeated", "backfilled"), ("replayed", "ticketed")])
def test_the_cursor_moves_with_the_row_alone(moments: dict[str, Moment], earlier: str, later: str) -> None:
    before, after = moments[earlier], moments[later]
    moved, stayed = 0, 0
    for key, row in before.members.items():
        now = after.members[key]
        synced = [name for name in row if name not in ("send_after", "valid_until", "updated_at", "row_hash")]
        if any(row[name] != now[name] for name in synced):
            moved += 1
            assert now["row_hash"] != row["row_hash"] and str(now["updated_at"]) == after.as_of
        else:
            stayed += 1
            assert now["row_hash"] == row["row_hash"] and now["updated_at"] == row["updated_at"]
        if now["in_audience"]:
            assert str(now["valid_until"]) > after.as_of
    assert moved > 10 and stayed > 50
    # whoever follows the cursor sees every entry and exit
    seen = {key for key, row in after.members.items() if str(row["updated_at"]) > before.as_of}
    assert {event["audience_member_id"] for event in after.new_since(before)} <= seen


def test_a_backfill_of_old_facts_sends_nothing(moments: dict[str, Moment]) -> None:
    """None that fell due more than three days before its rows came opens a membership, though the gate would send."""
    before, after = moments["repeated"], moments["backfilled"]
    late = [row for row in after.candidates if row["rests_on_late_facts"]]
    assert len(late) > 10
    assert {row["audience_member_id"] for row in late} & set(after.inside()) == set()
    known = {row["customer_id"] for row in before.picks}
    entered = [row for row in after.new_since(before) if row["customer_id"] not in known]
    assert all(str(row["due_at"]) >= "2026-06-21 12:00:00" for row in entered)
    # nor at the next build, when the rows are no longer new
    later = moments["ticketed"]
    still = {row["audience_member_id"] for row in later.candidates if row["rests_on_late_facts"]}
    assert still & {row["audience_member_id"] for row in late}
    assert still & set(later.inside()) == set()


def test_a_refused_change_leaves_the_served_audiences_alone(
    sequence: tuple[Shop, dict[str, Moment], list[dict[str, Any]]],
) -> None:
    """The guard stands before what is synced: with tests the build stops, without them the change is not applied."""
    shop, told, _ = sequence
    served = told["ticketed"]
    tight = {"audience_min_change": 5}
    lost = "int_audience_candidates int_audience_history int_audience_changes int_audience_guard"
    with shop.database() as built:
        built.execute("create table kept_picks as from activation.int_audience_picks")
        built.execute("delete from activation.int_audience_picks where action = 'review_request'")
    shop.build(DAYS[2], select=lost, more=tight)
    refusal = r"marketing_review_request shrank, from \d+ to 0 customers.*accept_audience_change: true"
    with pytest.raises(BuildError, match=refusal):
        shop.build(DAYS[2], select="int_audience_guard+", more=tight, with_tests=True)
    kept = shop.moment(DAYS[2])
    assert (kept.members, kept.events) == (served.members, served.events)

    shop.build(DAYS[2], select="int_audience_guard+", more=tight)
    ran = shop.moment(DAYS[2])
    assert (ran.members, ran.events) == (served.members, served.events)

    shop.build(DAYS[2], select="int_audience_guard+", more={**tight, "accept_audience_change": True}, with_tests=True)
    accepted = shop.moment(DAYS[2])
    gone = [row for row in accepted.new_since(served) if row["event_type"] == "left"]
    assert len(gone) >= 5 and {row["audience"] for row in gone} == {"marketing_review_request"}
    assert not any(row["audience"] == "marketing_review_request" for row in accepted.inside().values())
    with shop.database() as built:
        built.execute("create or replace table activation.int_audience_picks as from kept_picks")


def test_consent_is_looked_at_behind_the_matrix(
    sequence: tuple[Shop, dict[str, Moment], list[dict[str, Any]]],
) -> None:
    """A matrix that forgets consent must not fill a marketing audience: the build stops before the audiences."""
    shop, _, _ = sequence
    with shop.database() as built:
        built.execute("delete from policy.gate_matrix where check_name in ('consent', 'deliverability')")
    served = shop.moment(DAYS[2])
    shop.build(
        DAYS[2],
        select="int_matrix_cells int_policy_cells int_policy_matrix int_policy_reasons+,+int_audience_candidates",
    )
    with pytest.raises(BuildError, match="marketing_has_consent"):
        shop.build(DAYS[2], select="int_audience_candidates+", with_tests=True)
    kept = shop.moment(DAYS[2])
    assert (kept.members, kept.events) == (served.members, served.events)
