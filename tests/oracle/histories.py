"""Hostile histories: seeded, each with customers and orders of its own, as rows of the native contract.

A history is a plain order (delivered, under way, not shipped, never scanned, digital, fetched) placed so that some
boundary of the rules falls on the instant, and then a few twists. Every value is text, as in an extract.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AS_OF = dt.datetime(2026, 6, 20, 12, 0, 0)
DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
# Histories that share a copy of the catalogue: too few for anything to be learned from them.
PER_CATALOGUE = 3

COLUMNS: dict[str, str] = {
    "customers": "customer_id merged_into_customer_id email phone first_name country region timezone locale created_at"
    " is_test erased_at",
    "customer_identities": "customer_id kind value first_seen_at",
    "orders": "order_id order_name customer_id email sales_channel delivery_method fulfillment_status discount"
    " prices_include_tax store_id ordered_at currency order_type parent_order_id shipping_charged total is_gift is_test"
    " cancelled_at",
    "order_lines": "order_line_id order_id sku product_id title is_gift_card requires_shipping units_shipped"
    " units_removed ship_by parent_order_line_id quantity unit_price discount replaces_order_line_id",
    "payments": "payment_id order_id status method amount currency fee occurred_at",
    "fulfillments": "fulfillment_id order_id carrier shipped_at expected_delivery_at delivered_at cancelled_at"
    " shipping_cost lines_known tracking_number",
    "fulfillment_lines": "fulfillment_id order_line_id quantity",
    "fulfillment_events": "event_id fulfillment_id event_type occurred_at",
    "refunds": "refund_id order_id order_line_id quantity amount reason requested_at refunded_at rejected_at",
    "tickets": "ticket_id merged_into_ticket_id customer_id requester_email requester_phone order_id order_line_id"
    " topic subject opened_at",
    "ticket_events": "ticket_id status satisfaction occurred_at",
    "site_events": "event_id customer_id order_id sku event_type topic occurred_at",
    "messages": "message_id customer_id order_id order_line_id action channel address fulfillment_id flow step variant"
    " recommended_sku incentive_id sent_at",
    "message_events": "event_id message_id event_type occurred_at",
    "consents": "customer_id address store_id channel status basis occurred_at",
    "suppressions": "channel address customer_id reason since",
    "reviews": "review_id customer_id reviewer_email order_id sku rating incentive_id destination submitted_at",
    "products": "sku variant_id handle product_id title category list_price currency inventory_quantity is_active"
    " is_digital is_reviewable consumable_days",
    "product_costs": "sku valid_from landed_cost currency",
    "sku_relations": "sku related_sku relation compatibility",
    "subscriptions": "subscription_id customer_id sku started_at cancelled_at next_charge_at",
    "experiment_assignments": "customer_id action variant assigned_at",
    "overrides": "override_id order_line_id action decision reason set_by set_at expires_at",
    "feed_loads": "feed loaded_through",
}
FEEDS = [table for table in COLUMNS if table not in ("customers", "order_lines", "fulfillment_lines", "feed_loads")]

CATALOGUE: dict[str, dict[str, Any]] = {
    "kettle": {"price": 80, "cost": 30},
    "filter": {"price": 30, "cost": 5, "days": 30},
    "mug": {"price": 15, "cost": 4},
    "kettle_pro": {"price": 160, "cost": 70},
    "lid": {"price": 12, "cost": 11.9},
    "base_v2": {"price": 45, "cost": 6},
    "nocost": {"price": 30, "cost": None},
    "soldout": {"price": 30, "cost": 5, "stock": 0},
    "ebook": {"price": 20, "cost": 1, "digital": True},
    "beans": {"price": 40, "cost": 8, "days": 30},
    "beans_club": {"price": 38, "cost": 8, "days": 30},
    "tee_m": {"price": 40, "cost": 8, "product": "tee"},
    "tee_l": {"price": 40, "cost": 8, "product": "tee"},
    "cap": {"price": 35, "cost": 5},
    "stove": {"price": 90, "cost": 30},
    "stove_pro": {"price": 200, "cost": 80},
    "acc_dead": {"price": 60, "cost": 5, "stock": 0},
    "acc_ok": {"price": 40, "cost": 6},
    "warr": {"price": 44, "cost": 4, "digital": True, "reviewable": False},
    "giftcard": {"price": 50, "cost": 20, "digital": True, "reviewable": False},
    "retired": {"price": 40, "cost": 8, "active": False},
    "part": {"price": 50, "cost": 8, "category": "parts"},
    "spare": {"price": 50, "cost": 8, "category": "spares"},
    "pump": {"price": 90, "cost": 20},
    "riddle": {"price": 90, "cost": 20},
    "grim": {"price": 40, "cost": 39, "days": 30},
    "murk": {"price": 40, "cost": None, "days": 30},
    "dry": {"price": 40, "cost": 8, "days": 30, "stock": 0},
}
RELATIONS = [
    ("kettle", "filter", "consumable", "compatible"),
    ("kettle", "kettle_pro", "premium", "compatible"),
    ("kettle", "base_v2", "accessory", "incompatible"),
    ("mug", "lid", "accessory", "compatible"),
    ("grim", "lid", "accessory", "compatible"),
    ("grim", "lid", "premium", "compatible"),
    ("grim", "lid", "warranty", "compatible"),
    ("murk", "base_v2", "premium", "incompatible"),
    ("murk", "base_v2", "warranty", "incompatible"),
    ("murk", "nocost", "accessory", "compatible"),
    ("spare", "filter", "consumable", "compatible"),
    ("dry", "soldout", "warranty", "compatible"),
    ("dry", "phantom", "accessory", "compatible"),
    ("dry", "phantom", "premium", "compatible"),
    ("kettle_pro", "nocost", "accessory", "compatible"),
    ("kettle_pro", "nocost", "premium", "compatible"),
    ("kettle_pro", "nocost", "warranty", "compatible"),
    ("filter", "soldout", "accessory", "compatible"),
    ("beans", "beans_club", "subscription", "compatible"),
    ("cap", "tee_m", "accessory", "compatible"),
    ("cap", "tee_l", "premium", "compatible"),
    ("stove", "acc_dead", "accessory", "compatible"),
    ("stove", "acc_ok", "accessory", "compatible"),
    ("stove", "warr", "warranty", "compatible"),
    ("stove", "stove_pro", "premium", "compatible"),
    ("stove_pro", "soldout", "premium", "compatible"),
    ("stove_pro", "base_v2", "accessory", "incompatible"),
    ("pump", "part", "accessory", ""),
    ("pump", "spare", "premium", "compatible"),
    ("pump", "phantom", "warranty", "compatible"),
    ("riddle", "acc_ok", "accessory", "fits mostly"),
    ("riddle", "stove_pro", "goes_with", "compatible"),
]
SKUS = [
    "kettle",
    "kettle",
    "mug",
    "beans",
    "beans",
    "beans",
    "stove",
    "cap",
    "kettle_pro",
    "filter",
    "stove_pro",
    "pump",
    "riddle",
    "grim",
    "murk",
    "dry",
]


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value)


@dataclass
class History:
    """Rows of one history, and the words for what happened in it."""

    number: int
    random: random.Random
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    count: int = 0

    # what the twists speak of
    customer: str = ""
    email: str = ""
    phone: str = ""
    order: str = ""
    lines: list[str] = field(default_factory=list)
    parcel: str = ""
    ordered: dt.datetime = AS_OF
    shipped: dt.datetime | None = None
    expected: dt.datetime | None = None
    delivered: dt.datetime | None = None

    @property
    def name(self) -> str:
        return f"h{self.number:05d}"

    def sku(self, sku: str) -> str:
        return f"{sku}-{self.number // PER_CATALOGUE:04d}"

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        self.rows.append((table, row))
        return row

    def id(self, kind: str) -> str:
        self.count += 1
        return f"{self.name}/{kind}{self.count}"

    def native_exchange(self, order: str, old_line: str, **more: Any) -> str:
        """A line that takes another's place inside its order, as dear as it was and paid by it: its id."""
        new = self.id("native")
        self.add(
            "order_lines",
            order_line_id=new,
            order_id=order,
            sku=self.sku("tee_l"),
            quantity=1,
            unit_price=40,
            discount=40,
            replaces_order_line_id=old_line,
            **more,
        )
        return new

    def of(self, table: str, **where: Any) -> list[dict[str, Any]]:
        return [row for t, row in self.rows if t == table and all(row.get(k) == v for k, v in where.items())]

    def ago(self, *days: float) -> dt.datetime:
        """One of the numbers of days before the instant, a second off to either side, or hours."""
        choice = self.random.random()
        moment = AS_OF - self.random.choice(days) * DAY
        if choice < 0.45:
            return moment + self.random.choice([-1, 0, 1]) * SECOND
        return moment + dt.timedelta(minutes=self.random.randint(-600, 600))

    def past(self, moment: dt.datetime) -> dt.datetime:
        """Not after the instant, mostly."""
        return moment if self.random.random() < 0.1 else min(moment, AS_OF)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, *values: Any) -> Any:
        return self.random.choice(values)

    # --- parts ----------------------------------------------------------------------------------

    def account(self, **more: Any) -> str:
        account = more.pop("customer_id", None) or self.id("c")
        row = {
            "customer_id": account,
            "first_name": "Ada",
            "country": "US",
            "region": "NY",
            "timezone": "America/New_York",
            "created_at": dt.datetime(2025, 1, 1),
            "is_test": False,
        }
        self.add("customers", **{**row, **more})
        return account

    def place(
        self, at: dt.datetime, lines: list[dict[str, Any]], pay: bool = True, **more: Any
    ) -> tuple[str, list[str]]:
        order = more.pop("order_id", None) or self.id("o")
        total = sum(line.get("quantity", 1) * line.get("unit_price", 40) - line.get("discount", 0) for line in lines)
        total = more.pop("total", total)
        row = {
            "order_id": order,
            "customer_id": self.customer,
            "store_id": "s",
            "ordered_at": at,
            "currency": "USD",
            "order_type": "purchase",
            "shipping_charged": 0,
            "total": total,
            "is_gift": False,
            "is_test": False,
        }
        self.add("orders", **{**row, **more})
        ids = []
        for n, line in enumerate(lines):
            line_id = line.pop("order_line_id", None) or f"{order}/l{n}"
            base = {"order_line_id": line_id, "order_id": order, "quantity": 1, "unit_price": 40, "discount": 0}
            self.add("order_lines", **{**base, **line})
            ids.append(line_id)
        if pay:
            self.pay(order, at, "captured", total)
        return order, ids

    def pay(self, order: str, at: dt.datetime, status: str, amount: Any, **more: Any) -> dict[str, Any]:
        row = {"payment_id": self.id("p"), "order_id": order, "status": status, "method": "card", "fee": 1}
        return self.add("payments", **{**row, "amount": amount, "occurred_at": at, **more})

    def ship(self, order: str, at: dt.datetime | None, delivered: dt.datetime | None = None, **more: Any) -> str:
        parcel = self.id("f")
        lines = more.pop("lines", {})
        row = {
            "fulfillment_id": parcel,
            "order_id": order,
            "carrier": "post",
            "shipped_at": at,
            "expected_delivery_at": at + 7 * DAY if at else None,
            "delivered_at": delivered,
            "shipping_cost": 5,
        }
        self.add("fulfillments", **{**row, **more})
        for line, quantity in lines.items():
            self.add("fulfillment_lines", fulfillment_id=parcel, order_line_id=line, quantity=quantity)
        return parcel

    def carrier(self, parcel: str, at: dt.datetime, kind: str) -> dict[str, Any]:
        return self.add(
            "fulfillment_events", event_id=self.id("fe"), fulfillment_id=parcel, event_type=kind, occurred_at=at
        )

    def ticket(self, topic: str, at: dt.datetime, events: list[tuple[dt.datetime, str]], **more: Any) -> str:
        ticket = self.id("t")
        self.add("tickets", **{"ticket_id": ticket, "topic": topic, "opened_at": at, **more})
        satisfaction = more.get("satisfaction")
        self.rows[-1][1].pop("satisfaction", None)
        self.add("ticket_events", ticket_id=ticket, status="open", occurred_at=at)
        for moment, status in events:
            mark = satisfaction if status in ("solved", "closed") else None
            self.add("ticket_events", ticket_id=ticket, status=status, satisfaction=mark, occurred_at=moment)
        return ticket

    def refund(self, requested: dt.datetime | None, refunded: dt.datetime | None, **more: Any) -> dict[str, Any]:
        row = {
            "refund_id": self.id("r"),
            "order_id": self.order,
            "reason": "changed_mind",
            "requested_at": requested,
            "refunded_at": refunded,
        }
        return self.add("refunds", **{**row, **more})

    def message(self, action: str, at: dt.datetime, *events: tuple[dt.datetime, str], **more: Any) -> str:
        message = self.id("m")
        row = {
            "message_id": message,
            "customer_id": self.customer,
            "order_id": self.order,
            "action": action,
            "channel": "email",
            "flow": "f",
            "step": "1",
            "sent_at": at,
        }
        self.add("messages", **{**row, **more})
        for moment, kind in events:
            self.add("message_events", event_id=self.id("me"), message_id=message, event_type=kind, occurred_at=moment)
        return message

    def ledger(self, at: dt.datetime | str, status: str, **more: Any) -> dict[str, Any]:
        row = {"customer_id": self.customer, "channel": "email", "status": status, "basis": "express"}
        return self.add("consents", **{**row, "occurred_at": at, **more})


# --- how a history begins -------------------------------------------------------------------------


def begin(history: History) -> None:
    h = history
    h.customer = f"{h.name}/c"
    h.email = f"{h.name}@example.com"
    h.phone = f"+1 (2{h.number % 90 + 10}) 5{h.number // 90 % 90 + 10}-{h.number % 10000:04d}"
    country, zone = h.pick(
        *[("US", "America/New_York")] * 8, ("DE", "Europe/Berlin"), ("JP", "Asia/Tokyo"), ("DE", None)
    )
    h.account(customer_id=h.customer, email=h.email, phone=h.phone, country=country, timezone=zone)
    if h.chance(0.93):
        h.ledger(dt.datetime(2025, 1, 2), "subscribed")
    base = h.pick(
        *["delivered"] * 9, "under_way", "under_way", "inferred", "inferred", "not_shipped", "digital", "pickup"
    )
    h.told.append(base)
    lines = [{"sku": h.sku(h.pick(*SKUS))} for _ in range(h.pick(1, 1, 1, 1, 2, 2, 3))]
    for line in lines:
        line["quantity"] = h.pick(1, 1, 1, 1, 2, 3)
        if line["quantity"] > 1 and h.chance(0.2):
            line["discount"] = 5
    if base == "digital":
        lines = [{"sku": h.sku("ebook"), "unit_price": 20}]
    if h.chance(0.05):
        lines.append({"sku": h.sku(h.pick("giftcard", "warr", "retired")), "unit_price": 50})
    if h.chance(0.03):
        lines.append({"sku": f"gone-{h.number}"})
    if h.chance(0.04):
        # a gift card whose catalogue does not call it one, in a box or by e-mail
        lines.append({"sku": h.sku("cap"), "is_gift_card": True, "requires_shipping": h.pick(True, None)})
    h.order = f"{h.name}/o"
    if base in ("delivered", "pickup"):
        h.delivered = h.ago(
            0,
            1,
            2,
            3,
            5,
            6,
            14,
            14,
            15,
            17,
            17,
            18,
            20,
            21,
            23,
            24,
            25,
            28,
            28,
            29,
            30,
            30,
            35,
            40,
            44,
            60,
            62,
            74,
            75,
            77,
            84,
            88,
            90,
            98,
            104,
            125,
            126,
            130,
        )
        h.shipped = h.delivered - h.pick(2, 3, 5, 9) * DAY
    elif base == "under_way":
        h.shipped = h.ago(0, 0, 1, 2, 3, 5, 7, 8)
    elif base == "inferred":
        h.shipped = h.ago(7, 8, 10, 10, 13, 17, 24, 24, 27, 31, 34)
    elif base == "not_shipped":
        h.ordered = h.ago(0, 0, 1, 2, 2, 5, 7, 9, 10, 10, 12)
    else:
        h.ordered = h.ago(0, 2, 6, 14, 16, 17, 21, 24, 28, 35)
    if h.shipped:
        h.ordered = h.shipped - h.pick(0.5, 1, 1, 2) * DAY
    h.ordered = min(h.ordered, AS_OF)
    more: dict[str, Any] = {"delivery_method": "pickup"} if base == "pickup" else {}
    h.order, h.lines = h.place(h.ordered, lines, order_id=h.order, **more)
    if base == "pickup":
        h.ship(h.order, h.delivered, carrier="", expected_delivery_at=None)
    elif h.shipped:
        physical = [i for i, line in zip(h.lines, lines, strict=True) if is_carried(line)]
        carried = {i: h.of("order_lines", order_line_id=i)[0]["quantity"] for i in physical}
        listed = h.chance(0.5)
        if listed and len(physical) > 1 and h.chance(0.4):
            last = physical.pop()
            later = h.shipped + h.pick(1, 2, 5) * DAY
            arrived = max(later, h.delivered + h.pick(0.5, 1, 2, 3, 4) * DAY) if h.delivered else None
            h.ship(h.order, later, arrived, lines={last: carried.pop(last)})
        h.parcel = h.ship(h.order, h.shipped, h.delivered, lines=carried if listed else {})
        h.expected = h.shipped + 7 * DAY


DIGITAL = {"ebook", "warr", "giftcard"}


def is_carried(line: dict[str, Any]) -> bool:
    by_mail = line.get("is_gift_card") and not line.get("requires_shipping")
    return line["sku"].split("-")[0] not in DIGITAL and not by_mail


# --- twists ----------------------------------------------------------------------------------------

Twist = Callable[[History], None]
TWISTS: list[tuple[int, Twist]] = []


def twist(weight: int) -> Callable[[Twist], Twist]:
    def register(function: Twist) -> Twist:
        TWISTS.append((weight, function))
        return function

    return register


def named(h: History) -> dict[str, Any]:
    """How a ticket says whom it is about."""
    return h.pick(
        {"order_id": h.order},
        {"order_id": h.order, "customer_id": h.customer},
        {"order_id": h.order, "order_line_id": h.lines[0]},
        {"order_line_id": h.lines[-1]},
        {"customer_id": h.customer},
        {"requester_email": f" {h.email.upper()} "},
        {"requester_email": f"Ada <{h.email}>"},
        {"requester_phone": "".join(char for char in h.phone if char.isdigit())},
        {"order_id": f"{h.name}/nowhere", "customer_id": h.customer},
        {"order_id": h.order, "order_line_id": f"{h.name}/nowhere"},
    )


@twist(14)
def a_ticket(h: History) -> None:
    """Open, solved, reopened, auto-closed, with or without a mark."""
    topic = h.pick(
        "damage",
        "damage",
        "sizing",
        "sizing",
        "other",
        "how_to",
        "not_received",
        "not_received",
        "not_received",
        "shipping",
        "wrong_item",
        "oddity",
    )
    opened = h.ago(1, 3, 3, 5, 7, 8, 10, 14, 29, 30, 30, 31, 40)
    events: list[tuple[dt.datetime, str]] = []
    shape = h.pick(
        "open", "open", "pending", "solved", "solved", "solved", "reopened", "reopened", "closed", "same_second", "odd"
    )
    solved = h.past(max(opened, h.ago(0, 1, 3, 3, 3, 6, 7, 7, 7, 13, 14)))
    if shape in ("pending", "odd"):
        events = [
            (opened + DAY / 2, h.pick("pending", "snoozed", "hold", "on_hold") if shape == "pending" else "escalated")
        ]
    elif shape == "solved":
        events = [(solved, h.pick("solved", "resolved", "Solved"))]
    elif shape == "closed":
        events = [(solved, "solved"), (h.past(solved + 2 * DAY), "closed")]
    elif shape == "reopened":
        again = h.past(max(solved, h.ago(0, 1, 2, 3, 29, 30)))
        events = [(solved, "solved"), (again, "open")]
        if h.chance(0.4):
            events.append((h.past(again + DAY), "solved"))
    elif shape == "same_second":
        events = [(solved, "solved"), (solved, "open")]
    mark = {"satisfaction": h.pick("good", "bad", "bad")} if h.chance(0.4) else {}
    h.ticket(topic, opened, events, **named(h), **mark)


@twist(8)
def a_bad_mark(h: History) -> None:
    """A ticket solved lately, and how the customer found it."""
    solved = h.ago(0, 1, 3, 6, 7, 13, 14)
    mark = h.pick("bad", "bad", "bad", "good")
    topic = h.pick("other", "how_to", "sizing", "sizing", "damage")
    h.ticket(topic, solved - 2 * DAY, [(solved, "solved")], satisfaction=mark, **named(h))


@twist(3)
def a_merged_ticket(h: History) -> None:
    """The order is known to the ticket that was merged away."""
    opened = h.ago(2, 3, 5, 10)
    into = h.ticket(h.pick("damage", "other"), opened, h.pick([], [(h.past(opened + DAY), "solved")]))
    h.ticket(
        "other",
        opened - DAY,
        [],
        merged_into_ticket_id=into,
        **h.pick({"order_id": h.order}, {"customer_id": h.customer}),
    )


@twist(14)
def a_refund(h: History) -> None:
    """Asked, paid, rejected; by units, money, line or order; every reason."""
    line = h.of("order_lines", order_line_id=h.pick(*h.lines))[0]
    net = line["quantity"] * line["unit_price"] - (line.get("discount") or 0)
    reason = h.pick(
        "changed_mind", "damaged", "sizing", "goodwill", "shipping", "other", "exchange", "not_as_described", "whim"
    )
    requested = max(h.ago(1, 3, 5, 7, 10, 29, 30, 31), h.ordered + SECOND)
    state = h.pick("open", "open", "paid", "paid", "paid", "rejected")
    ended = h.past(max(requested, h.ago(0, 1, 6, 7, 7, 8)))
    units, amount = h.pick(
        (line["quantity"], net),
        (1, net / line["quantity"]),
        (0, net),
        (0, net / 2),
        (0, net - 0.01 * line["quantity"]),
        (0, 5),
        (None, None),
        (None, None),
        (line["quantity"], 0),
    )
    where = h.pick({"order_line_id": line["order_line_id"]}, {"order_line_id": line["order_line_id"]}, {})
    if reason == "shipping":
        units, amount = 0, 5
    if not where:
        units = 0 if units is not None else None
        if h.chance(0.3) and amount is not None:
            amount = h.of("orders", order_id=h.order)[0]["total"]
    row = h.refund(requested, ended if state == "paid" else None, quantity=units, amount=amount, reason=reason, **where)
    if state == "rejected" and reason not in ("damaged", "sizing"):
        row["rejected_at"] = ended
    if h.chance(0.1) and amount:
        row["quantity"], row["amount"] = -(units or 0), h.pick(-amount, f"${amount}", f"{amount:,.2f}")


@twist(16)
def a_payment(h: History) -> None:
    """Authorised, part captured, failed, voided, on terms, charged back, in another currency, of no known status."""
    payment = next(iter(h.of("payments", order_id=h.order)), None)
    if payment is None:
        return
    total = payment["amount"]
    kind = h.pick(
        "authorized",
        "authorized_less",
        "authorized_less",
        "authorized_less",
        "partly",
        "failed",
        "voided",
        "terms",
        "chargeback",
        "won",
        "again",
        "currency",
        "odd",
        "odd",
        "none",
        "late",
        "short",
        "dispute",
    )
    if kind in ("authorized", "authorized_less"):
        payment.update(status="authorized", amount=total if kind == "authorized" else round(total / 2, 2))
    elif kind == "partly":
        payment.update(amount=round(total / 2, 2))
    elif kind == "failed":
        payment.update(status="failed")
        if h.chance(0.4):
            # taken off, for nobody paid
            h.refund(None, h.past(h.ordered + h.pick(0, 1) * DAY), amount=total, quantity=0, reason="other")
    elif kind == "voided":
        payment.update(status="authorized")
        h.pay(h.order, h.past(h.ordered + DAY), "voided", total)
    elif kind == "terms":
        payment.update(status="pending", method="invoice")
        if h.chance(0.5):
            h.pay(h.order, h.ago(0, 1, 2, 5), "captured", total)
    elif kind in ("chargeback", "won", "again", "dispute"):
        moment = h.past(h.ordered + h.pick(1, 3, 8) * DAY)
        h.pay(h.order, moment, "dispute" if kind == "dispute" else "chargeback", total)
        if kind in ("won", "again"):
            h.pay(h.order, h.past(moment + h.pick(0, 1, 2) * DAY), "chargeback_won", total)
        if kind == "again":
            h.pay(h.order, h.past(moment + 3 * DAY), "chargeback", total)
    elif kind == "currency":
        payment.update(currency="EUR")
    elif kind == "odd":
        h.pay(h.order, h.past(h.ordered + DAY), "under_review", total)
    elif kind == "none":
        h.rows.remove(("payments", payment))
    elif kind == "late":
        payment.update(occurred_at=h.ago(0, 0, 1, 2, 2, 2))
    elif kind == "short":
        payment.update(amount=round(total - h.pick(0.01, 0.02), 2))


@twist(10)
def a_cancellation(h: History) -> None:
    cancelled = h.past(max(h.ordered, h.ago(0, 1, 6, 7, 7, 8, 20)))
    h.of("orders", order_id=h.order)[0]["cancelled_at"] = cancelled
    total = h.of("orders", order_id=h.order)[0]["total"]
    kind = h.pick("kept", "kept", "back", "paid_after", "paid_after_back")
    if kind in ("back", "paid_after_back"):
        h.refund(cancelled, h.past(cancelled + h.pick(0, 1) * DAY), amount=total, quantity=0, reason="other")
    if kind in ("paid_after", "paid_after_back"):
        payments = h.of("payments", order_id=h.order)
        if payments:
            payments[0]["occurred_at"] = h.past(cancelled + h.pick(1 * SECOND, DAY))


@twist(20)
def the_carrier(h: History) -> None:
    """Trouble, movement, a locker, a false scan, the way back, an unknown word."""
    if not h.parcel:
        return
    assert h.shipped
    start = h.shipped
    at = h.past(start + h.pick(1, 2, 3) * DAY)
    kind = h.pick(
        "exception",
        "exception_moved",
        "attempt",
        "attempt_locker",
        "locker",
        "picked_up",
        "lost",
        "returned",
        "own_delivery",
        "out_again",
        *["failed"] * 6,
        "damaged",
        "odd",
        "odd",
        "false_scan",
        "false_scan",
        "stalled",
        "stalled",
        "stalled",
        "late_posted",
        "label",
        "corrected",
        "found",
    )
    trouble = h.pick("exception_delay", "exception_address", "exception_customs")
    if kind == "exception":
        h.carrier(h.parcel, at, trouble)
    elif kind == "exception_moved":
        h.carrier(h.parcel, at, trouble)
        h.carrier(h.parcel, h.past(at + h.pick(1, 2) * DAY), h.pick("in_transit", "out_for_delivery"))
    elif kind in ("attempt", "attempt_locker"):
        h.carrier(h.parcel, at, "attempted_delivery")
        if kind == "attempt_locker":
            h.carrier(h.parcel, h.past(at + DAY / 3), "available_for_pickup")
    elif kind in ("locker", "picked_up"):
        h.carrier(h.parcel, at, "available_for_pickup")
        if kind == "picked_up":
            h.carrier(h.parcel, h.past(at + 2 * DAY), "picked_up")
    elif kind in ("lost", "failed"):
        h.carrier(h.parcel, at, kind)
    elif kind == "found":
        h.carrier(h.parcel, at, "lost")
        h.carrier(h.parcel, h.past(at + DAY), "in_transit")
    elif kind in ("returned", "own_delivery", "out_again"):
        h.carrier(h.parcel, at, "returned_to_sender")
        if kind != "returned":
            h.carrier(h.parcel, h.past(at + DAY / 2), "out_for_delivery" if kind == "out_again" else "in_transit")
            h.carrier(h.parcel, h.past(at + DAY), "delivered")
            h.of("fulfillments", fulfillment_id=h.parcel)[0]["delivered_at"] = None
    elif kind == "damaged":
        h.carrier(h.parcel, at, "damaged")
    elif kind == "odd":
        h.carrier(h.parcel, at, h.pick("arrived_at_moon", "sorted"))
    elif kind == "false_scan":
        h.carrier(h.parcel, at, "delivered")
        h.carrier(h.parcel, h.past(at + h.pick(1 * SECOND, DAY / 2, DAY)), h.pick("in_transit", "out_for_delivery"))
    elif kind == "stalled":
        h.carrier(h.parcel, h.past(max(start, h.ago(6, 7, 7, 7, 8))), "in_transit")
        h.of("fulfillments", fulfillment_id=h.parcel)[0].update(
            expected_delivery_at=AS_OF + h.pick(-9, -2, 0, 5, 9) * DAY,
            delivered_at=None if h.chance(0.8) else h.delivered,
        )
    elif kind == "late_posted" and h.delivered:
        h.carrier(h.parcel, h.past(h.delivered + h.pick(1 * SECOND, DAY / 24)), trouble)
    elif kind == "label":
        h.carrier(h.parcel, start - DAY / 2, "label_created")
    elif kind == "corrected" and h.delivered:
        h.carrier(h.parcel, h.delivered - DAY, "delivered")


@twist(3)
def the_promise(h: History) -> None:
    """Where the expected time lies: on the instant, or three or ten days before it."""
    for row in h.of("fulfillments", order_id=h.order):
        if isinstance(row.get("shipped_at"), dt.datetime):
            row["expected_delivery_at"] = max(h.ago(0, 0, 3, 3, 10, 10, 17, 20), row["shipped_at"] + DAY)
            if h.chance(0.7):
                row["delivered_at"] = None
            if h.chance(0.3):
                h.carrier(row["fulfillment_id"], row["shipped_at"] + DAY / 4, h.pick("exception_delay", "in_transit"))
            if h.chance(0.3):
                h.carrier(row["fulfillment_id"], h.past(row["shipped_at"] + DAY), "in_transit")


@twist(2)
def not_in_time(h: History) -> None:
    """A promise to hand over, kept or not."""
    h.of("order_lines", order_line_id=h.lines[0])[0]["ship_by"] = h.ago(0, 3, 3, 4, -10)


@twist(9)
def a_page(h: History) -> None:
    kind = h.pick(
        "status_page_error", "status_page_error", "status_page_view", "faq_view", "troubleshooting_view", "howto_view"
    )
    moment = h.ago(0, 1, 3, 3, 3, 13, 14, 14)
    where = h.pick({"order_id": h.order}, {"sku": h.of("order_lines")[0]["sku"]}, {"order_id": h.order})
    h.add("site_events", event_id=h.id("e"), customer_id=h.customer, event_type=kind, occurred_at=moment, **where)
    if kind == "status_page_error" and h.chance(0.3):
        h.add(
            "site_events",
            event_id=h.id("e"),
            customer_id=h.customer,
            event_type="status_page_view",
            occurred_at=h.past(moment + h.pick(0, 1, 60) * SECOND),
            order_id=h.order,
        )


@twist(9)
def a_page_lately(h: History) -> None:
    """An error or a search for help that holds at the instant, or has just ceased to."""
    kind = h.pick("status_page_error", "status_page_error", "faq_view", "troubleshooting_view")
    moment = h.ago(0, 1, 13, 14, 14) if kind == "status_page_error" else h.ago(0, 1, 2, 3, 3)
    h.add(
        "site_events",
        event_id=h.id("e"),
        customer_id=h.customer,
        event_type=kind,
        occurred_at=moment,
        order_id=h.order,
    )


@twist(5)
def a_page_before_all_came(h: History) -> None:
    """Two parcels: the page showed an error before the first one came, and the other is waited for or came later."""
    first = h.ago(0, 1, 3, 5, 10)
    order, lines = h.place(first - 5 * DAY, [{"sku": h.sku("cap")}, {"sku": h.sku("mug")}])
    h.ship(order, first - 3 * DAY, first, lines={lines[0]: 1})
    later = h.past(first + h.pick(1, 2) * DAY) if h.chance(0.4) else None
    h.ship(order, first - DAY, later, lines={lines[1]: 1})
    h.add(
        "site_events",
        event_id=h.id("e"),
        customer_id=h.customer,
        event_type="status_page_error",
        occurred_at=first - h.pick(1, 2) * DAY,
        order_id=order,
    )


ASKED = [
    "order_confirmation",
    "shipping_update",
    "delivery_check_in",
    "use_education",
    "review_request",
    "replenishment",
    "cross_sell",
    "upsell",
    "subscription_offer",
    "warranty_offer",
    "loyalty_invite",
    "referral_invite",
    "community_invite",
]


@twist(20)
def a_message(h: History) -> None:
    """What was sent: any action, with or without line and order, bounced or not, at the edges of the caps."""
    action = h.pick(*ASKED, "review_request", "newsletter", "newsletter", *["other"] * 4, "Review_Request")
    moment = h.ago(0, 1, 1, 3, 5, 5, 6, 7, 7, 8, 20, 100, 364, 365, 365)
    where = h.pick(
        {"order_line_id": h.lines[0]},
        {"order_line_id": f"{h.name}/before_edit"},
        {},
        {"order_id": None},
        {"order_id": f"{h.name}/nowhere"},
        {"customer_id": None},
        {"fulfillment_id": h.parcel} if h.parcel else {},
    )
    events = [] if h.chance(0.7) else [(moment + SECOND * 5, h.pick("delivered", "soft_bounced", "opened", "clicked"))]
    h.message(action, moment, *events, **where)


@twist(8)
def the_usual_messages(h: History) -> None:
    """The shop has confirmed, told, checked in and taught."""
    h.message("order_confirmation", h.past(h.ordered + 60 * SECOND))
    if h.shipped:
        h.message("shipping_update", h.past(h.shipped + h.pick(-1, 0, 1, 3600) * SECOND))
    if h.delivered and h.delivered <= AS_OF:
        h.message("use_education", h.past(h.delivered + 60 * SECOND))
        h.message("delivery_check_in", h.past(h.delivered + h.pick(-1, 0, 1, 3600) * SECOND))


@twist(9)
def all_that_was_offered(h: History) -> None:
    """Most of what a shop offers went out once, too long ago for any cap."""
    for action in ASKED[5:]:
        if h.chance(0.7):
            h.message(action, max(h.ordered + SECOND, h.ago(8, 9, 20, 40)), **h.pick({}, {"order_line_id": h.lines[0]}))


@twist(3)
def many_newsletters(h: History) -> None:
    for days in h.pick([6.5, 4, 2], [7, 3, 1.5], [6, 5, 1], [7, 6, 5, 2]):
        h.message("newsletter", h.ago(days), order_id=None)


@twist(11)
def the_ledger(h: History) -> None:
    """Opt-outs and sign-ups, by account, address or store, at one second, of no known status."""
    moment = h.ago(1, 5, 20, 60)
    kind = h.pick(
        "out",
        "out",
        "out_and_in",
        "same_second",
        "other_store",
        "own_store",
        "odd",
        "odd",
        "odd",
        "odd_then_in",
        "soft",
        "soft",
        "oddly",
        "sms",
        "by_address",
        "event",
        "event_then_in",
        "somewhere",
        "somewhere_then_in",
        "none",
    )
    if kind in ("out", "out_and_in", "same_second"):
        h.ledger(moment, "unsubscribed")
        if kind != "out":
            h.ledger(moment if kind == "same_second" else moment + DAY / 2, "subscribed")
    elif kind in ("other_store", "own_store"):
        h.ledger(moment, "unsubscribed", store_id="s" if kind == "own_store" else "elsewhere")
    elif kind in ("odd", "odd_then_in"):
        h.ledger(moment, "half_confirmed")
        if kind == "odd_then_in":
            h.ledger(moment + DAY / 2, "subscribed")
    elif kind in ("soft", "oddly"):
        h.ledger(moment, "subscribed", basis="soft_opt_in" if kind == "soft" else "legitimate")
        if h.chance(0.7):
            h.of("order_lines")[0]["sku"] = h.sku("pump")
    elif kind == "sms":
        h.ledger(moment, "unsubscribed", channel="sms")
    elif kind == "by_address":
        h.ledger(moment, "unsubscribed", customer_id=None, address=f" {h.email.title()}")
    elif kind in ("event", "event_then_in"):
        h.message("newsletter", moment - DAY / 24, (moment, "unsubscribed"), order_id=None)
        if kind == "event_then_in":
            h.ledger(moment + h.pick(0, 1, 3600) * SECOND, "subscribed")
    elif kind in ("somewhere", "somewhere_then_in"):
        # on a channel that nobody knows: by the ledger, or by a message of one
        if h.chance(0.5):
            h.ledger(moment, h.pick("unsubscribed", "unsubscribed", "subscribed"), channel=h.pick("all", "pigeon"))
        else:
            sent_by = h.pick("pigeon", "whatsapp", " EMail ")
            h.message("newsletter", moment - DAY / 24, (moment, "unsubscribed"), order_id=None, channel=sent_by)
        if kind == "somewhere_then_in":
            h.ledger(moment + DAY / 2, "subscribed")
    else:
        h.rows = [one for one in h.rows if one[0] != "consents"]


@twist(4)
def years_ago(h: History) -> None:
    """An order of years before, that somebody still asks about; only the purchase allows to write to the person."""
    h.of("customers", customer_id=h.customer)[0].update(country="CA", region="ON", timezone="America/Toronto")
    h.rows = [one for one in h.rows if one[0] != "consents"]
    long_ago = h.ago(729, 730, 730, 731) - h.ordered
    for table, row in h.rows:
        if table != "customers":
            row.update({column: moment + long_ago for column, moment in row.items() if isinstance(moment, dt.datetime)})
    h.ticket("other", h.ago(1, 5), [], order_id=h.order)
    h.ordered += long_ago
    if h.shipped:
        h.shipped += long_ago
    if h.delivered:
        h.delivered += long_ago


@twist(12)
def the_address(h: History) -> None:
    """Complaint, bounce, drop, suppression, unknown words; revived or not."""
    moment = h.ago(10, 20, 60)
    kind = h.pick(
        "complained",
        "spam_report",
        "hard_bounced",
        "revived",
        "dropped",
        "suppressed",
        "odd",
        "odd",
        "odd",
        "elsewhere",
        "soft_bounced",
        "somewhere",
        "somewhere",
        "listed_anywhere",
        "no_address",
    )
    if kind in ("complained", "spam_report", "hard_bounced", "dropped", "soft_bounced"):
        h.message("newsletter", moment, (moment + 9 * SECOND, kind), order_id=None)
    elif kind == "revived":
        h.message("newsletter", moment, (moment + 9 * SECOND, "bounce"), order_id=None)
        h.message(
            "newsletter", moment + DAY, (moment + DAY + SECOND, h.pick("delivered", "opened", "clicked")), order_id=None
        )
    elif kind == "suppressed":
        h.add("suppressions", channel="email", address=h.email, reason="complaint", since=h.ago(0, 5, 20))
    elif kind == "odd":
        h.message("newsletter", moment, (moment + 9 * SECOND, "vanished"), order_id=None)
    elif kind == "elsewhere":
        h.message("newsletter", moment, (moment + 9 * SECOND, "complained"), order_id=None, address=f"old.{h.email}")
    elif kind == "somewhere":
        word = h.pick("complained", "hard_bounced", "soft_bounced", "opened", "vanished")
        sent_by = h.pick("pigeon", "pigeon", "whatsapp", "sms")
        h.message("newsletter", moment, (moment + 9 * SECOND, word), order_id=None, channel=sent_by)
    elif kind == "listed_anywhere":
        who = {"address": f"{h.email} "} if h.chance(0.5) else {"customer_id": h.customer}
        h.add("suppressions", channel=h.pick("all", "pigeon", "sms"), reason="complaint", since=h.ago(0, 5, 20), **who)
    else:
        h.of("customers", customer_id=h.customer)[0]["email"] = None


@twist(5)
def a_review(h: History) -> None:
    sku = h.of("order_lines", order_id=h.order)[0]["sku"]
    if sku.startswith("tee_m"):
        sku = h.sku("tee_l")
    who = h.pick({"customer_id": h.customer}, {"reviewer_email": h.email.upper()}, {"order_id": h.order})
    h.add(
        "reviews",
        review_id=h.id("v"),
        sku=h.pick(sku, sku, h.sku("spare")),
        rating=h.pick(1, 2, 5),
        destination="own_site",
        submitted_at=h.ago(0, 3, 30, 100),
        **who,
    )


@twist(10)
def another_account(h: History) -> None:
    """The person's other account: same address, identity, phone or merge; what happened there."""
    link = h.pick("email", "identity", "phone", "merged", "chain")
    other_email = f"other.{h.email}"
    more: dict[str, Any] = {"email": other_email}
    if link == "email":
        more["email"] = f" {h.email.upper()}"
    elif link == "phone":
        more["phone"] = "".join(char for char in h.phone if char.isdigit())[1:]
    elif link == "merged":
        more["merged_into_customer_id"] = h.customer
    other = h.account(created_at=dt.datetime(2025, 3, 1), **more)
    if link == "identity":
        h.add("customer_identities", customer_id=other, kind="email", value=h.email)
    if link == "chain":
        third = h.account(email=f"third.{h.email}", created_at=dt.datetime(2025, 4, 1))
        h.add("customer_identities", customer_id=third, kind="email", value=h.email)
        h.add("customer_identities", customer_id=third, kind="email", value=other_email)
    kind = h.pick(
        "out",
        "complaint",
        "newsletter",
        "asked",
        "reviewed",
        "erased",
        "erased",
        "order",
        "ticket",
        "subscription",
        "invited",
    )
    moment = h.ago(0, 1, 3, 5, 7, 20)
    if kind == "out":
        h.ledger(moment, "unsubscribed", customer_id=other)
    elif kind == "complaint":
        h.message("newsletter", moment, (moment + SECOND, "complained"), customer_id=other, order_id=None)
    elif kind in ("newsletter", "asked", "invited"):
        action = {"newsletter": "newsletter", "asked": "review_request", "invited": h.pick(*ASKED[-3:])}[kind]
        h.message(action, moment, customer_id=other, order_id=None)
    elif kind == "reviewed":
        h.add(
            "reviews",
            review_id=h.id("v"),
            customer_id=other,
            sku=h.of("order_lines")[0]["sku"],
            rating=1,
            submitted_at=moment,
        )
    elif kind == "erased":
        h.of("customers", customer_id=other)[0]["erased_at"] = h.pick(moment, h.ordered - DAY, h.ordered)
        h.rows = [one for one in h.rows if one[0] != "consents" or h.chance(0.8)]
    elif kind == "order":
        a_second_order(h, other)
    elif kind == "ticket":
        h.ticket(h.pick("damage", "other"), moment, h.pick([], [(h.past(moment + DAY), "solved")]), customer_id=other)
    else:
        h.add(
            "subscriptions",
            subscription_id=h.id("u"),
            customer_id=other,
            sku=h.of("order_lines")[0]["sku"],
            started_at=moment,
        )


@twist(5)
def a_crowd(h: History) -> None:
    """An address that too many accounts share."""
    if h.chance(0.8) and "digital" not in h.told:
        h.of("order_lines", order_line_id=h.lines[0])[0]["sku"] = h.sku("beans")
    for n in range(21):
        h.account(customer_id=f"{h.name}/crowd{n}", email=h.email)


@twist(8)
def another_order(h: History) -> None:
    a_second_order(h, h.customer)


def a_second_order(h: History, customer: str) -> None:
    """Before, after or with the first: the same SKU again, another one, in trouble, cancelled, given back."""
    first = h.of("order_lines", order_id=h.order)[0]["sku"]
    ordered = h.pick(h.ordered - 40 * DAY, h.ordered - DAY, h.ordered, h.past(h.ordered + DAY), h.ago(1, 2, 5, 9))
    order_type = h.pick("purchase", "purchase", "purchase", "subscription_renewal")
    sku = h.pick(first, first, h.sku("beans"), h.sku("filter"), h.sku("tee_l"), h.sku("stove_pro"), h.sku("acc_ok"))
    order, lines = h.place(
        ordered, [{"sku": sku, "quantity": h.pick(1, 1, 2)}], customer_id=customer, order_type=order_type
    )
    state = h.pick(
        "delivered",
        "delivered",
        "delivered",
        "shipped",
        "waiting",
        "lost",
        "damage",
        "cancelled",
        "back",
        "claim",
        "refused",
        "odd_word",
        "odd_word",
    )
    delivered = h.past(ordered + 4 * DAY)
    if state not in ("waiting", "cancelled"):
        on_its_way = state in ("shipped", "lost", "odd_word")
        parcel = h.ship(order, h.past(ordered + DAY), None if on_its_way else delivered)
    if state in ("lost", "odd_word"):
        h.carrier(parcel, h.past(ordered + 3 * DAY), "lost" if state == "lost" else "rerouted")
    elif state == "damage":
        h.ticket("damage", h.past(delivered + DAY), [], order_id=order)
    elif state == "cancelled":
        h.of("orders", order_id=order)[0]["cancelled_at"] = h.past(ordered + DAY)
        if h.chance(0.5):
            h.pay(order, h.pick("soon", "06/05/2026"), "chargeback", 40)  # type: ignore[arg-type]
    elif state == "back":
        moment = h.pick(h.past(delivered + DAY), h.ago(364, 365, 366))
        if moment < ordered:
            h.of("orders", order_id=order)[0]["ordered_at"] = moment - 9 * DAY
            h.of("payments", order_id=order)[0]["occurred_at"] = moment - 9 * DAY
            h.of("fulfillments", order_id=order)[0].update(
                shipped_at=moment - 8 * DAY, expected_delivery_at=moment - 2 * DAY, delivered_at=moment - 5 * DAY
            )
        h.refund(moment, moment, order_id=order, order_line_id=lines[0], quantity=h.pick(0, 1), amount=40)
    elif state == "claim":
        h.refund(h.past(delivered + DAY), None, order_id=order, order_line_id=lines[0], quantity=1, amount=40)
    elif state == "refused":
        h.refund(h.past(delivered + DAY), None, order_id=order, order_line_id=lines[0], quantity=1, amount="4O.00")


@twist(8)
def bought_again(h: History) -> None:
    """What is used up, bought once more before the first is gone, or a warranty beside what it would be offered for."""
    sku, other = h.pick(("beans", "beans"), ("filter", "filter"), ("stove", "warr"))
    first = h.ago(18, 20, 24, 25, 28, 30, 75, 90)
    for name, delivered in ((sku, first), (other, min(first + h.pick(5, 10, 12) * DAY, AS_OF))):
        order, _ = h.place(delivered - 4 * DAY, [{"sku": h.sku(name)}])
        if name != "warr":
            h.ship(order, delivered - 3 * DAY, delivered)


@twist(12)
def a_replacement(h: History) -> None:
    """Promised, late, under way, lost, arrived, cancelled; by SKU, by name, or as the only line."""
    line = h.of("order_lines", order_line_id=h.lines[0])[0]
    ordered = h.past(max(h.ordered + DAY, h.ago(1, 5, 7, 9, 10, 10, 10, 11, 14, 16, 20, 25)))
    named_line: dict[str, Any] = {}
    sku = line["sku"]
    if h.chance(0.4):
        named_line, sku = {"replaces_order_line_id": h.lines[0]}, h.sku("kettle_pro")
    order, _ = h.place(
        ordered,
        [{"sku": sku, "discount": 40, **named_line}],
        pay=False,
        total=0,
        order_type="replacement",
        parent_order_id=h.order,
    )
    state = h.pick(
        "promised",
        "promised",
        "promised",
        "promised",
        "promised",
        "under_way",
        "arrived",
        "arrived",
        "arrived",
        "lost",
        "returned",
        "cancelled",
        "inferred",
    )
    shipped = h.past(ordered + DAY)
    if state == "cancelled":
        h.of("orders", order_id=order)[0]["cancelled_at"] = h.past(ordered + DAY)
    elif state != "promised":
        shipped = min(shipped, AS_OF)
        arrived = max(shipped, h.past(h.ago(0, 1, 7, 14, 14))) if state == "arrived" else None
        expected = {"expected_delivery_at": max(shipped + DAY, h.ago(0, 3, 4))} if state == "inferred" else {}
        parcel = h.ship(order, shipped, arrived, **expected)
        if state in ("lost", "returned"):
            h.carrier(parcel, h.past(shipped + DAY), "lost" if state == "lost" else "returned_to_sender")
    if h.chance(0.5):
        opened = ordered - DAY / 2
        h.ticket(h.pick("damage", "not_received", "wrong_item"), opened, [(ordered, "solved")], order_id=h.order)


@twist(8)
def an_exchange(h: History) -> None:
    """An order of its own, or a line in the same order; told by a refund as well, or by the lines alone."""
    line = h.of("order_lines", order_line_id=h.lines[0])[0]
    moment = min(max(h.ordered + 2 * DAY, h.ago(2, 6, 7, 10, 17)), AS_OF)
    # a request that is open would hold what the lines alone decide
    refund = h.pick("paid", "paid", "asked", "none", "none")
    if refund != "none":
        h.refund(
            moment - DAY / 4,
            moment if refund == "paid" else None,
            order_line_id=h.lines[0],
            quantity=1,
            amount=line["unit_price"],
            reason="exchange",
        )
    sku = h.sku("tee_l")
    if h.chance(0.5):
        order, _ = h.place(
            moment,
            [{"sku": sku, "discount": 40, "replaces_order_line_id": h.lines[0]}],
            total=0,
            order_type="exchange",
            parent_order_id=h.order,
        )
        if h.chance(0.55):
            h.ship(order, h.past(moment + DAY), h.past(moment + 3 * DAY) if h.chance(0.7) else None)
    else:
        new = h.native_exchange(h.order, h.lines[0], ship_by=moment)
        for row in h.of("fulfillments", order_id=h.order):
            if not h.of("fulfillment_lines", fulfillment_id=row["fulfillment_id"]):
                for old in h.of("order_lines", order_id=h.order):
                    if old["order_line_id"] != new:
                        h.add(
                            "fulfillment_lines",
                            fulfillment_id=row["fulfillment_id"],
                            order_line_id=old["order_line_id"],
                            quantity=old["quantity"],
                        )
        if h.chance(0.55):
            h.ship(h.order, h.past(moment + DAY), h.past(moment + 3 * DAY) if h.chance(0.7) else None, lines={new: 1})


@twist(3)
def a_bundle(h: History) -> None:
    """A parent and its parts: the parcel lists the parent alone, or the parts alone."""
    parent = f"{h.order}/bundle"
    if not h.shipped or h.of("order_lines", order_line_id=parent):
        return
    parts = [f"{h.order}/part{n}" for n in (1, 2)]
    h.add(
        "order_lines",
        order_line_id=parent,
        order_id=h.order,
        sku=h.sku("kettle"),
        quantity=1,
        unit_price=60,
        discount=0,
    )
    for part, sku in zip(parts, ("mug", "cap"), strict=True):
        h.add(
            "order_lines",
            order_line_id=part,
            order_id=h.order,
            sku=h.sku(sku),
            quantity=1,
            unit_price=0,
            discount=0,
            parent_order_line_id=parent,
        )
    for row in h.of("orders", order_id=h.order):
        row["total"] = row["total"] + 60
    for row in h.of("payments", order_id=h.order):
        row["amount"] = row["amount"] + 60
    for row in h.of("fulfillments", order_id=h.order):
        if not h.of("fulfillment_lines", fulfillment_id=row["fulfillment_id"]):
            for line in h.lines:
                quantity = h.of("order_lines", order_line_id=line)[0]["quantity"]
                h.add("fulfillment_lines", fulfillment_id=row["fulfillment_id"], order_line_id=line, quantity=quantity)
    if h.chance(0.5):
        h.ship(h.order, h.shipped, h.delivered, lines={parent: 1})
    else:
        h.ship(h.order, h.shipped, h.delivered, lines={parts[0]: 1})
        if h.chance(0.8):
            late = h.past(h.delivered + h.pick(1, 2) * DAY) if h.delivered else None
            h.ship(h.order, h.past(h.shipped + DAY), late, lines={parts[1]: 1})


@twist(12)
def the_order(h: History) -> None:
    """A gift, a test, a marketplace's, of an unknown type; placed at the edge of what is live."""
    order = h.of("orders", order_id=h.order)[0]
    kind = h.pick(
        *["gift"] * 4, "test", "marketplace", "odd", "odd", "old", "old", "tester", "erased", "erased", "erased"
    )
    if kind == "gift":
        order["is_gift"] = True
    elif kind == "test":
        order["is_test"] = True
    elif kind == "marketplace":
        order["sales_channel"] = " Marketplace"
    elif kind == "odd":
        order["order_type"] = "consignment"
    elif kind == "erased":
        h.of("customers", customer_id=h.customer)[0]["erased_at"] = max(h.ordered, h.ago(0, 1, 5))
        if h.chance(0.3):
            h.ledger(h.ago(0, 1, 3), "subscribed")
    elif kind == "tester":
        h.of("customers", customer_id=h.customer)[0]["is_test"] = True
    else:
        order["ordered_at"] = h.ago(180, 180, 181, 190)
        for row in h.of("payments", order_id=h.order):
            row["occurred_at"] = order["ordered_at"]
        for row in h.of("fulfillments", order_id=h.order):
            shipped = h.ago(120, 121, 125)
            row.update(
                shipped_at=shipped,
                expected_delivery_at=AS_OF - 118 * DAY,
                delivered_at=max(shipped, h.ago(119.5, 120, 120, 122)),
            )


@twist(9)
def a_subscription(h: History) -> None:
    sku = h.of("order_lines", order_id=h.order)[0]["sku"]
    sku = h.pick(sku, h.sku("beans_club"), h.sku("filter"))
    h.add(
        "subscriptions",
        subscription_id=h.id("u"),
        customer_id=h.customer,
        sku=sku,
        started_at=h.ago(0, 10, 30),
        cancelled_at=h.pick(None, None, h.ago(0, 0, 5), AS_OF + 3 * DAY),
    )


@twist(3)
def a_person_decides(h: History) -> None:
    h.add(
        "overrides",
        override_id=h.id("w"),
        order_line_id=h.pick(*h.lines),
        action=h.pick("review_request", "cross_sell", "use_education", "delivery_check_in", "loyalty_invite"),
        decision=h.pick("send", "send", "pause", "support", "maybe"),
        reason="r",
        set_by="desk",
        set_at=h.ago(0, 1, 3),
        expires_at=h.pick(None, AS_OF + DAY, AS_OF, AS_OF + SECOND, AS_OF - SECOND),
    )


@twist(7)
def an_experiment(h: History) -> None:
    for action in ASKED[5:]:
        if h.chance(0.75):
            h.add(
                "experiment_assignments",
                customer_id=h.customer,
                action=action,
                variant=h.pick("control", "control", "treatment"),
                assigned_at=h.ago(0, 5, 30),
            )


@twist(9)
def lines_left_open(h: History) -> None:
    """The source does not say which lines a parcel carries."""
    h.rows = [one for one in h.rows if one[0] != "fulfillment_lines"]
    for row in h.of("fulfillments", order_id=h.order):
        row["lines_known"] = False
    if h.chance(0.3):
        h.of("orders", order_id=h.order)[0]["fulfillment_status"] = "fulfilled"


@twist(2)
def cancelled_and_sent_again(h: History) -> None:
    if h.parcel and h.delivered:
        row = h.of("fulfillments", fulfillment_id=h.parcel)[0]
        row.update(cancelled_at=h.past(h.delivered + h.pick(-1, 0, 1) * DAY), delivered_at=None)
        contents = {one["order_line_id"]: one["quantity"] for one in h.of("fulfillment_lines", fulfillment_id=h.parcel)}
        h.ship(
            h.order, h.past(h.delivered + DAY), h.past(h.delivered + 3 * DAY) if h.chance(0.7) else None, lines=contents
        )


@twist(22)
def unreadable(h: History) -> None:
    """A row that names somebody and has no reading, or two."""
    bad_time = h.pick("06/05/2026", "26-05-01 10:00:00", "soon", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z", "")
    bad_number = h.pick("4O.00", "forty")
    kind = h.pick(
        "payments",
        "refunds",
        "refunds",
        "tickets",
        "ticket_events",
        "site_events",
        "site_events",
        "messages",
        "message_events",
        "consents",
        "reviews",
        "subscriptions",
        "subscriptions",
        "subscriptions",
        "fulfillments",
        "fulfillments",
        "fulfillments",
        "fulfillment_events",
        "fulfillment_events",
        "suppressions",
    )
    if kind == "payments":
        h.pay(h.order, bad_time, "chargeback", 40)  # type: ignore[arg-type]
    elif kind == "refunds":
        h.refund(h.ago(3, 5), None, order_line_id=h.pick(h.lines[0], None), quantity=1, amount=bad_number)
    elif kind == "tickets":
        h.add(
            "tickets",
            ticket_id=h.id("t"),
            topic="damage",
            opened_at=bad_time,
            **h.pick({"order_id": h.order}, {"customer_id": h.customer}, {"requester_email": h.email}),
        )
    elif kind == "ticket_events":
        ticket = h.ticket("other", h.ago(10, 20), [(h.ago(9), "solved")], order_id=h.order)
        h.add("ticket_events", ticket_id=ticket, status="open", occurred_at=bad_time)
    elif kind == "site_events":
        h.add(
            "site_events",
            event_id=h.id("e"),
            customer_id=h.customer,
            order_id=h.order,
            event_type="faq_view",
            occurred_at=bad_time,
        )
    elif kind == "messages":
        h.message("review_request", bad_time)  # type: ignore[arg-type]
    elif kind == "message_events":
        message = h.message("newsletter", h.ago(20, 30), order_id=None)
        h.add("message_events", event_id=h.id("me"), message_id=message, event_type="complained", occurred_at=bad_time)
    elif kind == "consents":
        h.ledger(bad_time, "unsubscribed", **h.pick({}, {"customer_id": None, "address": h.email}))
    elif kind == "reviews":
        h.add(
            "reviews",
            review_id=h.id("v"),
            customer_id=h.customer,
            sku=h.of("order_lines")[0]["sku"],
            rating=1,
            submitted_at=bad_time,
        )
    elif kind == "subscriptions":
        h.add(
            "subscriptions", subscription_id=h.id("u"), customer_id=h.customer, sku=h.sku("beans"), started_at=bad_time
        )
    elif kind == "fulfillments":
        h.add(
            "fulfillments",
            fulfillment_id=h.id("f"),
            order_id=h.order,
            carrier="post",
            shipped_at=h.pick("06/05/2026", "soon"),
        )
    elif kind == "fulfillment_events" and h.parcel:
        h.add(
            "fulfillment_events", event_id=h.id("fe"), fulfillment_id=h.parcel, event_type="lost", occurred_at=bad_time
        )
    elif kind == "suppressions":
        h.add("suppressions", channel="email", address=h.email, reason="complaint", since=h.pick("06/05/2026", "soon"))


@twist(3)
def one_id_twice(h: History) -> None:
    """Rows that repeat a key and differ are all refused; a refund of two lines is one; an exact repeat is one row."""
    kind = h.pick("payment", "refund", "repeat")
    if kind == "payment":
        rows = h.of("payments", order_id=h.order)
        if rows:
            h.add("payments", **{**rows[0], "amount": 1})
    elif kind == "refund" and len(h.lines) > 1:
        moment = h.ago(2, 5)
        first = h.refund(moment, moment, order_line_id=h.lines[0], quantity=1, amount=40)
        h.add("refunds", **{**first, "order_line_id": h.lines[1]})
    else:
        for table, row in list(h.rows):
            if table in ("refunds", "tickets", "messages", "consents") and h.chance(0.5):
                h.add(table, **row)


@twist(4)
def other_spellings(h: History) -> None:
    """The same instants in other words: with T and Z, with an offset, as an epoch."""
    style = h.pick("zulu", "offset", "epoch", "millis", "short")
    for _table, row in h.rows:
        for column, value in row.items():
            if isinstance(value, dt.datetime):
                row[column] = spelled(value, style)
    h.told.append(style)
    for row in h.of("customers"):
        if row.get("country") == "US":
            row["country"] = h.pick("USA", " us", "US")


def spelled(moment: dt.datetime, style: str) -> str:
    seconds = (moment - dt.datetime(1970, 1, 1)).total_seconds()
    if style == "offset":
        return (moment + dt.timedelta(hours=2)).isoformat() + "+02"
    if style == "epoch" and seconds == int(seconds):
        return str(int(seconds))
    if style == "millis":
        return str(round(seconds * 1000))
    if style == "short" and moment.second == 0 and moment.microsecond == 0:
        return moment.strftime("%Y-%m-%d %H:%M")
    return moment.isoformat() + "Z"


@twist(5)
def the_same_basket(h: History) -> None:
    """Something that is used up, in a basket with what it would be offered for."""
    order, lines = h.place(
        h.ordered,
        [
            {"sku": h.sku(h.pick("kettle", "spare")), "unit_price": 80},
            {"sku": h.sku("filter"), "quantity": h.pick(1, 2, 3)},
        ],
    )
    if h.shipped:
        h.ship(order, h.shipped, h.delivered)


@twist(12)
def two_arrivals(h: History) -> None:
    """Two lines that become ready within days of each other, the later one perhaps not scanned."""
    first = h.ago(14, 14, 15, 16, 17, 17)
    order, lines = h.place(
        first - 4 * DAY, [{"sku": h.sku("cap")}, {"sku": h.sku(h.pick("stove", "stove", "giftcard"))}]
    )
    h.ship(order, first - 3 * DAY, first, lines={lines[0]: 1})
    second = first + h.pick(1, 2, 3, 3, 4) * DAY + h.pick(-1, 0, 1) * SECOND
    scanned = h.chance(0.7)
    expected = {} if scanned else {"expected_delivery_at": AS_OF - h.pick(0.5, 1, 2) * DAY}
    h.ship(order, first - DAY, second if scanned else None, lines={lines[1]: 1}, **expected)


@twist(6)
def trouble_lately(h: History) -> None:
    """An exception that nothing has ended yet, an attempt, a wait at the counter: lately."""
    if h.parcel and h.shipped:
        h.of("fulfillments", fulfillment_id=h.parcel)[0]["delivered_at"] = None
        kind = h.pick(
            "exception_delay",
            "exception_address",
            "exception_customs",
            "attempted_delivery",
            "available_for_pickup",
            "rerouted",
        )
        moment = max(h.shipped, h.ago(0, 1, 2, 6, 7, 20))
        h.carrier(h.parcel, moment, kind)
        if h.chance(0.3):
            h.carrier(
                h.parcel,
                h.past(moment + h.pick(0, 1, 60) * SECOND),
                h.pick("in_transit", "delivered", "available_for_pickup"),
            )


LAST = {"other_spellings"}

# --- what hardly any twists bring about together ------------------------------------------------------
# Drawn by a number of its own: one that is added changes no history that it is not drawn for. What is
# learned from them the neighbours would share: long ago they sell what is offered with nothing, and give back what
# no catalogue has.

SELDOM: list[Twist] = []
SELDOM_SHARE = 0.3


def seldom(function: Twist) -> Twist:
    SELDOM.append(function)
    return function


@seldom
def asked_about_before(h: History) -> None:
    """A product bought again, in the same variant or another, and asked about the first time: a year ago, or since."""
    asked = h.ago(2, 30, 200, 364, 365, 365, 365, 366)
    first = asked - h.pick(15, 20, 40) * DAY
    order, lines = h.place(first, [{"sku": h.sku(h.pick("tee_m", "tee_l"))}])
    h.ship(order, first + DAY, first + 4 * DAY)
    events = [] if h.chance(0.8) else [(asked + 5 * SECOND, h.pick("delivered", "soft_bounced"))]
    about = h.pick({}, {"order_line_id": lines[0]}, {"order_id": None})
    h.message("review_request", asked, *events, **{"order_id": order, **about})
    again = h.ago(18, 20, 24, 40)
    order, _ = h.place(again, [{"sku": h.sku(h.pick("tee_m", "tee_l"))}])
    h.ship(order, again + DAY, again + 4 * DAY)


@seldom
def taken_off_unpaid(h: History) -> None:
    """Another order that nobody paid, and what was to be paid is taken off: before the payment failed, or after."""
    ordered = h.ago(1, 5, 9, 16, 30)
    order, lines = h.place(ordered, [{"sku": f"gone-{h.number}-{n}"} for n in range(h.pick(1, 1, 2))], pay=False)
    total = 40 * len(lines)
    ended = h.past(ordered + h.pick(0, 1, 86400) * SECOND)
    if h.chance(0.6):
        h.pay(order, ended, "failed", total)
    else:
        h.pay(order, ordered, "authorized", total)
        h.pay(order, ended, "voided", total)
    moment = h.past(ordered + h.pick(0, 1, 43200, 86400, 259200) * SECOND)
    how = h.pick("whole", "whole", "by_line", "by_line", "but_a_cent", "half", "removed")
    if how == "removed":
        for line in h.of("order_lines", order_id=order):
            line["units_removed"] = 1
    elif how == "by_line":
        for line in lines:
            units = h.pick(0, 1)
            h.refund(None, moment, order_id=order, order_line_id=line, quantity=units, amount=40, reason="changed_mind")
    else:
        less = {"whole": total, "but_a_cent": total - 0.01, "half": total / 2}[how]
        h.refund(None, moment, order_id=order, amount=less, quantity=0, reason="other")
    if h.chance(0.4):
        delivered = h.past(ordered + 4 * DAY)
        h.ship(order, min(ordered + DAY, AS_OF), delivered if h.chance(0.7) else None)


@seldom
def called_off_and_unread(h: History) -> None:
    """Another order that came to nothing, and a row of it that nobody can read."""
    ordered = h.ago(1, 3, 5, 6, 9, 30)
    order, lines = h.place(ordered, [{"sku": h.sku(h.pick("mug", "cap", "stove"))}])
    ended = h.past(ordered + h.pick(1, 2) * DAY)
    if h.chance(0.7):
        h.of("orders", order_id=order)[0]["cancelled_at"] = ended
        if h.chance(0.6):
            h.refund(ended, ended, order_id=order, amount=40, quantity=0, reason="other")
    else:
        h.of("payments", order_id=order)[0]["status"] = "failed"
    kind = h.pick("payments", "payments", "payments", "refunds", "tickets")
    when: Any = h.pick("soon", "06/05/2026", "0000-00-00 00:00:00")
    if kind == "payments":
        h.pay(order, when, h.pick("chargeback", "captured"), 40)
    elif kind == "refunds":
        h.refund(ended, None, order_id=order, order_line_id=lines[0], quantity=1, amount="4O.00")
    else:
        h.add("tickets", ticket_id=h.id("t"), topic="damage", opened_at=when, order_id=order)


@seldom
def an_order_nobody_can_read(h: History) -> None:
    """Another order of the customer, of which the row, or that of one of its lines, has no reading."""
    ordered = h.ago(1, 5, 9, 16, 30, 60)
    skus = [h.sku(h.pick("mug", "cap", "tee_m", "beans")), h.sku("mug")]
    order, lines = h.place(ordered, [{"sku": sku} for sku in skus], pay=False)
    if h.chance(0.7):
        h.of("orders", order_id=order)[0][h.pick("total", "ordered_at")] = "12o"
    else:
        h.of("order_lines", order_line_id=lines[1])[0]["unit_price"] = "4O"


@seldom
def another_variant_reviewed(h: History) -> None:
    """A variant of a product was bought, and it or the other one reviewed, or the order without a word of what."""
    ordered = h.ago(18, 20, 24, 40, 60)
    order, _ = h.place(ordered, [{"sku": h.sku(h.pick("tee_m", "tee_l"))}])
    h.ship(order, ordered + DAY, ordered + 4 * DAY)
    who = h.pick({"customer_id": h.customer}, {"reviewer_email": h.email.upper()}, {"order_id": order})
    names = [h.sku("tee_l"), h.sku("tee_m"), *([None] if "order_id" in who else [])]
    h.add(
        "reviews",
        review_id=h.id("v"),
        sku=h.pick(*names),
        rating=h.pick(1, 5),
        destination="own_site",
        submitted_at=h.ago(0, 3, 10),
        **who,
    )


@seldom
def a_variant_left_the_catalogue(h: History) -> None:
    """A line whose SKU is blank or gone names its product; it was asked about, reviewed, or is at home when another
    variant, or what a variant goes with, is bought."""
    gone = h.sku("tee_old")
    line = {"sku": h.pick(gone, gone, None), "product_id": h.pick(h.sku("tee"), h.sku("tee"), h.sku("TEE"))}
    first = h.ago(40, 200, 300)
    order, lines = h.place(first, [dict(line)])
    h.ship(order, first + DAY, first + 4 * DAY)
    what = h.pick("asked", "reviewed", "reviewed", "nothing")
    if what == "asked":
        h.message("review_request", first + 20 * DAY, order_id=order, order_line_id=lines[0])
    elif what == "reviewed":
        about = h.pick(gone, h.sku("tee_l"))
        who = {"customer_id": h.customer, "rating": h.pick(1, 5), "destination": "own_site"}
        h.add("reviews", review_id=h.id("v"), sku=about, submitted_at=h.ago(0, 3, 10), **who)
    again = h.ago(18, 20, 24, 40)
    bought = h.pick({"sku": h.sku("tee_m")}, {"sku": h.sku("cap")}, {"sku": h.sku("cap")}, dict(line))
    order, _ = h.place(again, [bought])
    h.ship(order, again + DAY, again + 4 * DAY)


@seldom
def written_from_the_address_of_an_order(h: History) -> None:
    """An order gives an address that is not the account's, nobody's else or another's, and a ticket or a review comes
    from there."""
    address = f"work.{h.name}@example.com"
    order = h.of("orders", order_id=h.order)[0]
    if not order["customer_id"]:
        return
    order["email"] = h.pick(address, address.title())
    if h.chance(0.3):
        h.account(customer_id=h.id("c"), email=address)
    written = h.pick(address.upper(), f"Ada <{address}>")
    moment = h.ago(0, 2, 3, 6, 7, 10, 29)
    if h.chance(0.6):
        topic = h.pick("damage", "sizing", "not_received", "shipping", "other")
        when: Any = moment if h.chance(0.85) else "soon"
        ticket = h.add("tickets", ticket_id=h.id("t"), topic=topic, requester_email=written, opened_at=when)
        if h.chance(0.3) and when is moment:
            solved = h.past(moment + h.pick(1, 2, 3) * DAY)
            h.add("ticket_events", ticket_id=ticket["ticket_id"], status="solved", occurred_at=solved)
    else:
        sku = h.of("order_lines", order_id=h.order)[0]["sku"]
        about = {"sku": sku, "rating": h.pick(1, 5), "destination": "own_site"}
        h.add("reviews", review_id=h.id("v"), reviewer_email=address.upper(), submitted_at=moment, **about)


@seldom
def all_but_a_penny(h: History) -> None:
    """Of two lines one is paid back, or both: to the last penny, less one a unit, or less one more."""
    ordered = h.ago(18, 20, 24, 40, 60)
    units = h.pick(1, 1, 2, 3)
    order, lines = h.place(ordered, [{"sku": f"gone-{h.number}-0", "quantity": units}, {"sku": f"gone-{h.number}-1"}])
    h.ship(order, ordered + DAY, ordered + 4 * DAY)
    paid = h.past(ordered + h.pick(5, 6, 10) * DAY)
    less = h.pick(0, units, units, units, units + 1)
    if h.chance(0.8):
        amount = round(40 * units - less / 100, 2)
        h.refund(paid - DAY, paid, order_id=order, order_line_id=lines[0], quantity=0, amount=amount)
    else:
        amount = round(40 * (units + 1) - (less + 1) / 100, 2)
        h.refund(paid - DAY, paid, order_id=order, quantity=0, amount=amount)


@seldom
def broken_again(h: History) -> None:
    """What was sent in place of something breaks on its way, or the something did: a replacement, or an exchange."""
    ordered = h.ago(14, 18, 20, 24, 40)
    order, lines = h.place(ordered, [{"sku": h.sku("tee_m")}])
    first = h.ship(order, ordered + DAY, ordered + 3 * DAY, lines={lines[0]: 1})
    if h.chance(0.4):
        h.carrier(first, ordered + 2 * DAY, "damaged")
    asked = ordered + 4 * DAY
    kind = h.pick("replacement", "exchange", "native")
    if kind == "native":
        new_order, new = order, h.native_exchange(order, lines[0])
    else:
        sku = h.sku("tee_m" if kind == "replacement" else "tee_l")
        new_order, (new,) = h.place(
            asked,
            [{"sku": sku, "discount": 40, "replaces_order_line_id": lines[0]}],
            pay=False,
            total=0,
            order_type=kind,
            parent_order_id=order,
        )
    if kind != "replacement":
        h.refund(asked, asked, order_id=order, order_line_id=lines[0], quantity=1, amount=40, reason="exchange")
    sent = asked + DAY
    came = h.pick(sent + 3 * DAY, sent + 3 * DAY, None)
    parcel = h.ship(new_order, sent, came, lines={new: 1})
    if h.chance(0.8):
        h.carrier(parcel, sent + h.pick(1, 2, 4) * DAY, h.pick("damaged", "damaged", "damaged", "melted"))
    if kind != "replacement" and h.chance(0.3):
        solved = sent + h.pick(5, 6) * DAY
        h.ticket("damage", sent + 4 * DAY, [(solved, "solved")], order_id=new_order, order_line_id=new)


@seldom
def exchanged_by_and_by(h: History) -> None:
    """A line stands in the place of another of its order; the first word of the exchange falls about the instant."""
    ordered = h.ago(8, 15, 18, 20)
    units = h.pick(1, 1, 2)
    order, lines = h.place(ordered, [{"sku": h.sku("tee_m"), "quantity": units}])
    h.ship(order, ordered + DAY, ordered + 4 * DAY, lines={lines[0]: units})
    new = h.native_exchange(order, lines[0])
    first = AS_OF + h.pick(-1, 0, 0, 1, 10800, 86400) * SECOND
    kind = h.pick("refund", "refund", "parcel", "label", "ticket")
    if kind == "refund":
        paid = h.pick(first, first + DAY)
        h.refund(first, paid, order_id=order, order_line_id=lines[0], quantity=1, amount=40, reason="exchange")
    elif kind == "ticket":
        h.ticket("how_to", first, [], order_id=order, order_line_id=new)
    else:
        parcel = h.ship(order, first + (DAY if kind == "label" else 0 * DAY), lines={new: 1})
        if kind == "label":
            h.carrier(parcel, first, "label_created")


def tell(number: int, seed: int, under: int | None = None) -> History:
    """The history of a number: a beginning, up to four twists, and at times something seldom.

    Under another number its ids are others.
    """
    history = History(number if under is None else under, random.Random(f"{seed}/{number}"))
    begin(history)
    weights = [weight for weight, _ in TWISTS]
    chosen = history.random.choices(
        [function for _, function in TWISTS], weights, k=history.pick(0, 1, 1, 2, 2, 3, 3, 4)
    )
    for function in chosen:
        if function.__name__ not in LAST:
            history.told.append(function.__name__)
            function(history)
    apart = random.Random(f"{seed}/{number}/seldom")
    if apart.random() < SELDOM_SHARE:
        drawn = history.random
        history.random = apart
        function = apart.choice(SELDOM)
        history.told.append(function.__name__)
        function(history)
        history.random = drawn
    for function in dict.fromkeys(chosen):
        if function.__name__ in LAST:
            history.told.append(function.__name__)
            function(history)
    return history


def catalogue(copies: int) -> list[tuple[str, dict[str, Any]]]:
    rows: list[tuple[str, dict[str, Any]]] = []
    for copy in range(copies):
        for sku, p in CATALOGUE.items():
            name = f"{sku}-{copy:04d}"
            row = {
                "sku": name,
                "product_id": f"{p.get('product', sku)}-{copy:04d}",
                "title": sku,
                "list_price": p["price"],
                "category": p.get("category", "story"),
                "currency": "USD",
                "inventory_quantity": p.get("stock", 100),
                "is_active": p.get("active", True),
                "is_digital": p.get("digital", False),
                "is_reviewable": p.get("reviewable", True),
                "consumable_days": p.get("days"),
            }
            rows.append(("products", row))
            if p["cost"] is not None:
                rows.append(
                    (
                        "product_costs",
                        {"sku": name, "valid_from": "2020-01-01", "landed_cost": p["cost"], "currency": "USD"},
                    )
                )
        for sku, other, relation, compatibility in RELATIONS:
            rows.append(
                (
                    "sku_relations",
                    {
                        "sku": f"{sku}-{copy:04d}",
                        "related_sku": f"{other}-{copy:04d}",
                        "relation": relation,
                        "compatibility": compatibility,
                    },
                )
            )
    return rows


Shop = dict[str, list[dict[str, str | None]]]


@dataclass(frozen=True)
class Kind:
    """What a shop hears late, does not connect, has no column for, or cannot read."""

    late: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    narrow: tuple[tuple[str, str], ...] = ()
    garbled: tuple[str, ...] = ()


KINDS = {
    "speaking": Kind(),
    "late_goods": Kind(late=("fulfillments", "refunds", "site_events")),
    "late_talk": Kind(late=("tickets", "consents", "messages", "reviews", "payments", "products")),
    "unconnected": Kind(
        without=("fulfillment_events", "message_events", "subscriptions", "site_events", "ticket_events")
    ),
    "narrow": Kind(
        narrow=(
            ("orders", "is_gift"),
            ("orders", "sales_channel"),
            ("orders", "cancelled_at"),
            ("refunds", "rejected_at"),
            ("products", "is_reviewable"),
        )
    ),
    "garbled": Kind(garbled=("refunds", "message_events", "consents")),
}


def shop_of(histories: list[History], kind: Kind = KINDS["speaking"]) -> Shop:
    """All rows as text, each table with its columns."""
    copies = max((history.number for history in histories), default=0) // PER_CATALOGUE + 1
    rows = [*catalogue(copies), *(one for history in histories for one in history.rows)]
    for feed in FEEDS:
        if feed not in kind.without:
            through = AS_OF - 30 * DAY if feed in kind.late else AS_OF
            rows.append(("feed_loads", {"feed": feed, "loaded_through": through}))
    rows += [one for feed in kind.garbled for one in nobodys(feed)]
    shop: Shop = {}
    for table, text_columns in COLUMNS.items():
        columns = [column for column in text_columns.split() if (table, column) not in kind.narrow]
        shop[table] = []
        for of, row in rows:
            if of == table:
                if set(row) - set(text_columns.split()):
                    raise KeyError(f"{table} has no column {set(row) - set(text_columns.split())}")
                shop[table].append({column: text(row.get(column)) for column in columns})
    return {table: there for table, there in shop.items() if table not in kind.without}


def nobodys(feed: str) -> list[tuple[str, dict[str, Any]]]:
    """Rows that cannot be read and name nobody who can be found."""
    bad: dict[str, dict[str, Any]] = {
        "refunds": {"refund_id": "x", "order_id": "nobody", "amount": 5, "requested_at": "soon"},
        "message_events": {"event_id": "x", "message_id": "nobody", "event_type": "complained", "occurred_at": "soon"},
        "consents": {"customer_id": "nobody", "channel": "email", "status": "unsubscribed", "occurred_at": "soon"},
    }
    key = {"refunds": "refund_id", "message_events": "event_id", "consents": "customer_id"}[feed]
    return [(feed, {**bad[feed], key: f"{bad[feed][key]}{n}"}) for n in range(40)]


def write(shop: Shop, folder: Path) -> Path:
    """One CSV file per table that has rows, and an empty one with a header for those that have none."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in shop.items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else COLUMNS[table].split())
            writer.writeheader()
            writer.writerows(rows)
    return folder
