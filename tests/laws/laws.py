"""Laws: the same history told twice, with one thing changed, and what must then hold of its decisions.

A pair is a history of tests/oracle and the same one under another number, with a change of some of its rows. Both
stand in one shop, as many pairs as a build holds; each number has ids, addresses and products of its own.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from histories import AS_OF, DAY, History, tell

Row = dict[str, Any]
Rows = list[tuple[str, Row]]
# What the models say of a line and an action; nothing where the line is not decided on.
Decisions = dict[tuple[str, str], str]

UNREADABLE = "soon"
NOBODYS_WORD = "gibberish"
# The time without which a row says nothing.
TIME_OF = {
    "payments": "occurred_at",
    "fulfillments": "shipped_at",
    "fulfillment_events": "occurred_at",
    "refunds": "requested_at",
    "tickets": "opened_at",
    "ticket_events": "occurred_at",
    "site_events": "occurred_at",
    "messages": "sent_at",
    "message_events": "occurred_at",
    "consents": "occurred_at",
    "reviews": "submitted_at",
    "subscriptions": "started_at",
}
WORD_OF = {
    "payments": "status",
    "fulfillment_events": "event_type",
    "refunds": "reason",
    "tickets": "topic",
    "ticket_events": "status",
    "message_events": "event_type",
    "consents": "status",
    "messages": "action",
    "orders": "order_type",
}
# Rows of these tables name an account that any account of the person may stand for.
OF_PERSON = ("messages", "site_events", "reviews", "subscriptions", "tickets")


@dataclass(frozen=True)
class Law:
    """How a history is told anew, and what is then wrong with its decisions, or with their reasons too."""

    name: str
    says: str
    retell: Callable[[History, random.Random], bool]
    breaks: Callable[[str, str | None, str | None], bool]
    of_reasons: bool = False


def sends_more(_: str, before: str | None, after: str | None) -> bool:
    """What was held goes out."""
    return before in ("pause", "support") and after == "send"


def differs(_: str, before: str | None, after: str | None) -> bool:
    return before != after


def choose(history: History, rng: random.Random, columns: dict[str, str]) -> Row | None:
    """A row of one of the tables, whose column is filled."""
    found = [(table, row) for table, row in history.rows if table in columns and row.get(columns[table]) is not None]
    # a feed that is there with one word is chosen as often as one with many
    tables = sorted({table for table, _ in found})
    if not tables:
        return None
    table = rng.choice(tables)
    return rng.choice([row for of, row in found if of == table])


def one_row_unreadable(history: History, rng: random.Random) -> bool:
    row = choose(history, rng, TIME_OF)
    if row is None:
        return False
    for column in TIME_OF.values():
        if row.get(column) is not None:
            row[column] = UNREADABLE
    return True


def one_word_unmapped(history: History, rng: random.Random) -> bool:
    for table, row in history.rows:
        if table in WORD_OF and row.get(WORD_OF[table]) == "other":
            return False
    found = choose(history, rng, WORD_OF)
    if found is None:
        return False
    # a flow that nobody knows is held against the orders that it came after
    if found in history.of("messages") and any(before(found["sent_at"], row) for row in history.of("orders")):
        return False
    for table, row in history.rows:
        if row is found:
            row[WORD_OF[table]] = NOBODYS_WORD
    return True


def before(moment: Any, order: Row) -> bool:
    """Whether an order was placed later, for all that is known."""
    known = isinstance(moment, dt.datetime) and isinstance(order["ordered_at"], dt.datetime)
    return not known or bool(order["ordered_at"] > moment)


def by_another_account(history: History, rng: random.Random) -> bool:
    """Facts of the person are told by a second account with the same address."""
    own = [row for table, row in history.rows if table == "customers" and row["customer_id"] == history.customer]
    told = [row for table, row in history.rows if table in OF_PERSON and row.get("customer_id") == history.customer]
    if not told or not own[0].get("email"):
        return False
    other = f"{history.name}/told"
    history.add("customers", **{**own[0], "customer_id": other, "created_at": dt.datetime(2025, 6, 1)})
    for row in told:
        if rng.random() < 0.7:
            row["customer_id"] = other
    return True


def spelled_otherwise(history: History, rng: random.Random) -> bool:
    """Blanks around ids, capitals in addresses, times with a zone."""
    for _, row in history.rows:
        for column, value in list(row.items()):
            if isinstance(value, str) and column.endswith("_id") and rng.random() < 0.3:
                row[column] = f" {value} "
            elif isinstance(value, str) and column in ("email", "address", "requester_email", "reviewer_email"):
                row[column] = f" {value.upper()}"
            elif isinstance(value, dt.datetime) and rng.random() < 0.3:
                row[column] = (value + dt.timedelta(hours=2)).isoformat() + "+02:00"
    return True


def exchanged_in_its_order(history: History, rng: random.Random) -> bool:
    """An exchange by an order of its own, told as a line of the order that it answers."""
    exchanges = history.of("orders", order_type="exchange")
    if len(exchanges) != 1 or exchanges[0].get("parent_order_id") != history.order:
        return False
    new = exchanges[0]
    if not isinstance(new["ordered_at"], dt.datetime):
        return False
    its_parcels = {row["fulfillment_id"] for row in history.of("fulfillments", order_id=new["order_id"])}
    its_lines = {row["order_line_id"] for row in history.of("order_lines", order_id=new["order_id"])}
    kept: Rows = []
    for table, row in history.rows:
        if row.get("order_id") == new["order_id"]:
            if table in ("orders", "payments"):
                continue
            row["order_id"] = history.order
            if table == "order_lines":
                # what an order ships in its handling time
                row["ship_by"] = row.get("ship_by") or new["ordered_at"] + 7 * DAY
        kept.append((table, row))
    history.rows = kept
    lines = {row["order_line_id"]: row for row in history.of("order_lines", order_id=history.order)}
    listed = {row["fulfillment_id"] for row in history.of("fulfillment_lines")}
    for parcel in history.of("fulfillments", order_id=history.order):
        if parcel["fulfillment_id"] in listed:
            continue
        inside = its_lines if parcel["fulfillment_id"] in its_parcels else set(lines) - its_lines
        for line in sorted(inside):
            history.add(
                "fulfillment_lines",
                fulfillment_id=parcel["fulfillment_id"],
                order_line_id=line,
                quantity=lines[line]["quantity"],
            )
    return True


def refunded_by_money(history: History, rng: random.Random) -> bool:
    """A whole line's refund, told by units, is told by money; of an order with one line, without the line."""
    for row in history.of("refunds"):
        lines = history.of("order_lines", order_line_id=row.get("order_line_id"))
        if not lines or row.get("reason") == "exchange" or not isinstance(row.get("quantity"), int):
            continue
        line = lines[0]
        net = line["quantity"] * line["unit_price"] - (line.get("discount") or 0)
        if row["quantity"] == line["quantity"] and row.get("amount") == net:
            row["quantity"] = None
            if len(history.of("order_lines", order_id=row["order_id"])) == 1 and rng.random() < 0.5:
                row["order_line_id"] = None
            return True
    return False


def later_facts(history: History, rng: random.Random) -> bool:
    """What happens after the instant is not known at it."""
    later = AS_OF + dt.timedelta(seconds=rng.choice([1, 60, 86400]))
    history.ticket("damage", later, [(later + DAY, "solved")], order_id=history.order)
    history.refund(later, later, order_line_id=history.lines[0], quantity=1, amount=40, reason="damaged")
    history.pay(history.order, later, "chargeback", 40)
    history.message("review_request", later, (later, "complained"))
    history.ledger(later, "unsubscribed")
    history.add(
        "reviews",
        review_id=history.id("v"),
        customer_id=history.customer,
        order_id=history.order,
        sku=history.of("order_lines", order_line_id=history.lines[0])[0]["sku"],
        rating=1,
        destination="own_site",
        submitted_at=later,
    )
    for parcel in history.of("fulfillments", order_id=history.order):
        history.carrier(parcel["fulfillment_id"], later, "returned_to_sender")
    return True


def nothing(history: History, rng: random.Random) -> bool:
    """Other customers alone."""
    return True


LAWS = [
    Law("refused row", "A row that cannot be read lets nothing out.", one_row_unreadable, sends_more),
    Law("unmapped word", "A word that nobody knows lets nothing out.", one_word_unmapped, sends_more),
    Law("other account", "Any account of the person may tell it.", by_another_account, differs, of_reasons=True),
    Law("other spelling", "However ids, addresses and times are spelled.", spelled_otherwise, differs, of_reasons=True),
    Law("native exchange", "By an order or by a line, an exchange is one.", exchanged_in_its_order, differs),
    Law("refund by money", "Units or money, line or order.", refunded_by_money, differs, of_reasons=True),
    Law("later facts", "What comes later is not known now.", later_facts, differs, of_reasons=True),
    Law("other customers", "Nobody else's facts matter.", nothing, differs, of_reasons=True),
]


@dataclass
class Told:
    """A history under a number, less some rows, and with a law's change."""

    history: History
    applies: bool


def told(number: int, seed: int, under: int, law: Law | None = None, without: frozenset[int] = frozenset()) -> Told:
    history = tell(number, seed, under)
    history.rows = [row for n, row in enumerate(history.rows) if n not in without]
    applies = law is None or law.retell(history, random.Random(f"{seed}/{number}/{law.name}"))
    return Told(history, applies)


@dataclass(frozen=True)
class Broken:
    """A decision in which a law does not hold."""

    law: str
    number: int
    line: str
    action: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        told = f"{self.before or 'no row'}, told anew {self.after or 'no row'}"
        return f"{self.law}: history {self.number}, {self.line} {self.action}: {told}"


def broken(
    law: Law, number: int, before: History, after: History, said: Decisions, commercial: set[str]
) -> list[Broken]:
    """Where the law does not hold of a pair."""
    here, there = f"{before.name}/", f"{after.name}/"
    mine = {(line[len(here) :], action): one for (line, action), one in said.items() if line.startswith(here)}
    other = {(line[len(there) :], action): one for (line, action), one in said.items() if line.startswith(there)}
    found = []
    for line, action in sorted(mine.keys() | other.keys()):
        if action in commercial and law.breaks(action, mine.get((line, action)), other.get((line, action))):
            found.append(Broken(law.name, number, line, action, mine.get((line, action)), other.get((line, action))))
    return found
