"""Write a made-up shop in the native raw contract: a small readable one, or one of any size.

    post-purchase shop demo [--out seeds/demo_shop]
    post-purchase shop bulk --orders 1000000 --out FOLDER [--seed 1] [--as-of 2026-06-30T12:00:00]
        [--dirty 0.01] [--memory 6GB]
    post-purchase shop shape fivetran-rest --database target/tables.duckdb --store us --out FOLDER

`demo` writes one `demo_<table>.csv` per table of the contract: some seventy ordinary orders, the hard cases of
`demo_stories.yml` with their known answers, and a handful of rows that break the contract. `bulk` writes one typed
`<table>.parquet` per table, set-based in DuckDB, with the skews of a real shop, and clean unless `--dirty` asks
otherwise. `shape` writes the demo shop as a loader would, to try a connector without an account.

All are pure functions of their arguments: the same call writes the same rows. Times are UTC, money is in the row's
currency, ids are text.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, overload

import duckdb
import yaml

from post_purchase import PROJECT, shapes
from post_purchase.terminal import no_database

ROOT = PROJECT
STORIES = Path(__file__).resolve().parent / "demo_stories.yml"

# Columns in the contract's order. A type left out is varchar.
CONTRACT = {
    "customers": "customer_id email phone first_name country region timezone created_at:timestamp is_test:boolean"
    " erased_at:timestamp merged_into_customer_id",
    "customer_identities": "customer_id kind value",
    "orders": "order_id customer_id store_id ordered_at:timestamp currency order_type parent_order_id"
    " shipping_charged:decimal total:decimal is_gift:boolean is_test:boolean cancelled_at:timestamp"
    " sales_channel",
    "order_lines": "order_line_id order_id sku quantity:integer unit_price:decimal discount:decimal"
    " replaces_order_line_id ship_by:timestamp",
    "payments": "payment_id order_id status method amount:decimal fee:decimal occurred_at:timestamp",
    "fulfillments": "fulfillment_id order_id carrier shipped_at:timestamp expected_delivery_at:timestamp"
    " delivered_at:timestamp cancelled_at:timestamp shipping_cost:decimal",
    "fulfillment_lines": "fulfillment_id order_line_id quantity:integer",
    "fulfillment_events": "event_id fulfillment_id event_type occurred_at:timestamp",
    "refunds": "refund_id order_id order_line_id quantity:integer amount:decimal reason requested_at:timestamp"
    " refunded_at:timestamp rejected_at:timestamp",
    "tickets": "ticket_id customer_id requester_email requester_phone order_id order_line_id topic subject"
    " opened_at:timestamp",
    "ticket_events": "ticket_id status satisfaction occurred_at:timestamp",
    "site_events": "event_id customer_id order_id sku event_type topic occurred_at:timestamp",
    "messages": "message_id customer_id order_id order_line_id action channel flow step variant recommended_sku"
    " incentive_id sent_at:timestamp",
    "message_events": "event_id message_id event_type occurred_at:timestamp",
    "consents": "customer_id channel status basis occurred_at:timestamp",
    "reviews": "review_id customer_id order_id sku rating:integer incentive_id destination submitted_at:timestamp",
    "products": "sku product_id title category list_price:decimal currency inventory_quantity:integer"
    " is_active:boolean is_digital:boolean is_reviewable:boolean consumable_days:decimal",
    "product_costs": "sku valid_from:date landed_cost:decimal currency",
    "sku_relations": "sku related_sku relation compatibility",
    "subscriptions": "subscription_id customer_id sku started_at:timestamp cancelled_at:timestamp"
    " next_charge_at:timestamp",
    "experiment_assignments": "customer_id action variant assigned_at:timestamp",
    "overrides": "override_id order_line_id action decision reason set_by set_at:timestamp expires_at:timestamp",
    "feed_loads": "feed loaded_through:timestamp",
}
FEEDS = (
    "orders",
    "payments",
    "fulfillments",
    "fulfillment_events",
    "refunds",
    "tickets",
    "ticket_events",
    "site_events",
    "messages",
    "message_events",
    "consents",
    "suppressions",
    "reviews",
    "subscriptions",
    "products",
    "product_costs",
    "sku_relations",
    "customer_identities",
    "overrides",
    "experiment_assignments",
)


def columns_of(table: str) -> dict[str, str]:
    """Column name to type (varchar, timestamp, decimal, integer, boolean, date) of one contract table, in order."""
    pairs = (column.partition(":") for column in CONTRACT[table].split())
    return {name: kind or "varchar" for name, _, kind in pairs}


# The demo shop -----------------------------------------------------------------------------------------------------

DEMO_AS_OF = datetime(2026, 6, 30, 12)
DEMO_LOADED_THROUGH = datetime(2026, 6, 30, 11, 30)
# a feed that stopped, so that staleness is seen, and of which no check is waiting for news
DEMO_STALE_FEED, DEMO_STALE_THROUGH = "customer_identities", datetime(2026, 6, 26)
DEMO_ORDINARY_ORDERS = 70
DEMO_ORDINARY_DAYS = 334

# country: (share, region, time zone, currency, store, carrier, fastest transit in days, slowest)
PLACES = {
    "US": (0.52, "CA", "America/Los_Angeles", "USD", "store-us", "ups", 2, 6),
    "CA": (0.12, "ON", "America/Toronto", "CAD", "store-us", "canada_post", 4, 9),
    "GB": (0.12, "ENG", "Europe/London", "GBP", "store-eu", "royal_mail", 2, 5),
    "DE": (0.12, "BY", "Europe/Berlin", "EUR", "store-eu", "dhl", 2, 4),
    "FR": (0.07, "IDF", "Europe/Paris", "EUR", "store-eu", "colissimo", 3, 7),
    "AU": (0.05, "NSW", "Australia/Sydney", "USD", "store-us", "auspost", 7, 14),
}
CURRENCY_FACTORS = {"USD": 1.0, "EUR": 0.95, "GBP": 0.82, "CAD": 1.36}
FIRST_NAMES = (
    "Ada",
    "Ben",
    "Cleo",
    "Dara",
    "Emil",
    "Fay",
    "Gus",
    "Hana",
    "Ivo",
    "June",
    "Karl",
    "Lena",
    "Milo",
    "Nora",
    "Pia",
)
RATINGS = ((0.58, 5), (0.8, 4), (0.9, 3), (0.95, 2), (1.0, 1))
ORDINARY_BASKETS = (  # sku, share of the orders
    ("BEANS-HOUSE-1KG", 0.2),
    ("KETTLE-GOOSE", 0.14),
    ("FILTER-PAPER-400", 0.12),
    ("DRIPPER-CERAMIC", 0.1),
    ("GRINDER-HAND", 0.09),
    ("MUG-CERAMIC", 0.08),
    ("BEANS-DECAF-1KG", 0.07),
    ("GRINDER-BURR", 0.05),
    ("MUG-TRAVEL", 0.05),
    ("KETTLE-PRO", 0.04),
    ("APRON-CANVAS", 0.03),
    ("EBOOK-POUROVER", 0.03),
)


def draw(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts alone."""
    digest = hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def pick(weighted: Any, *parts: object) -> Any:
    """One of (value, share) pairs, by the draw of the parts."""
    level = draw(*parts)
    for value, share in weighted:
        level -= share
        if level < 0:
            return value
    return weighted[-1][0]


def cents(amount: Any) -> Decimal:
    """Money with two decimals."""
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@overload
def moment(text: None) -> None: ...


@overload
def moment(text: str | datetime) -> datetime: ...


def moment(text: str | datetime | None) -> datetime | None:
    """`06-08 12:00` is 2026-06-08 12:00:00; a full date is taken as it is; None stays None."""
    if text is None or isinstance(text, datetime):
        return text
    return datetime.fromisoformat(text if text[4:5] == "-" else f"2026-{text}")


def cell(value: Any) -> str:
    """A value as it stands in the CSV: null is empty, times are ISO, booleans are true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


class DemoShop:
    """The rows of the demo shop, by table, in the order in which they are told."""

    def __init__(self, book: dict[str, Any]) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in CONTRACT}
        self.products = {product["sku"]: product for product in book["products"]}
        self.lines_of: dict[str, list[dict[str, Any]]] = {}

    def add(self, table: str, **row: Any) -> None:
        """Append one row; a column that the contract does not know is an error."""
        unknown = set(row) - set(columns_of(table))
        if unknown:
            raise ValueError(f"{table} has no column {sorted(unknown)}: correct the name in {STORIES.name}")
        self.rows[table].append(row)

    def catalogue(self, book: dict[str, Any]) -> None:
        """Products, their landed costs with validity, and the declared relations."""
        for product in self.products.values():
            self.add(
                "products",
                sku=product["sku"],
                product_id=product.get("product", product["sku"]),
                title=product["title"],
                category=product["category"],
                list_price=cents(product["price"]),
                currency="USD",
                inventory_quantity=product.get("inventory", 120),
                is_active=product.get("active", True),
                is_digital=product.get("digital", False),
                is_reviewable=product.get("reviewable", True),
                consumable_days=product.get("days"),
            )
            costs = product.get("cost", [])
            for valid_from, cost in costs if isinstance(costs, list) else [("2024-01-01", costs)]:
                currency = product.get("cost_currency", "USD")
                self.add(
                    "product_costs",
                    sku=product["sku"],
                    valid_from=valid_from,
                    landed_cost=cents(cost),
                    currency=currency,
                )
        for sku, related_sku, relation, compatibility in book["relations"]:
            self.add("sku_relations", sku=sku, related_sku=related_sku, relation=relation, compatibility=compatibility)

    def order(self, customer_id: str, order_id: str, order: dict[str, Any]) -> None:
        """One order with its lines, payments, parcels and confirmation; what is left out is as in the stories."""
        ordered_at = moment(order.get("at", "06-02 10:00"))
        currency = order.get("currency", "USD")
        lines = order.get("lines", [{"sku": "KETTLE-GOOSE"}])
        self.lines_of[order_id] = lines
        owed = shipping = cents(order.get("shipping", 4.9))
        for number, line in enumerate(lines, 1):
            price = cents(round(self.products[line["sku"]]["price"] * CURRENCY_FACTORS[currency] * 20) / 20)
            discount = cents(line.get("discount", 0))
            owed += price * line.get("quantity", 1) - discount
            self.add(
                "order_lines",
                order_line_id=f"{order_id}-{number}",
                order_id=order_id,
                sku=line["sku"],
                quantity=line.get("quantity", 1),
                unit_price=price,
                discount=discount,
                replaces_order_line_id=f"{order_id}-{line['replaces']}" if "replaces" in line else None,
                ship_by=moment(line.get("ship_by")),
            )
        self.add(
            "orders",
            order_id=order_id,
            customer_id=customer_id,
            store_id=order.get("store", "store-eu" if currency in ("EUR", "GBP") else "store-us"),
            ordered_at=ordered_at,
            currency=currency,
            order_type=order.get("type", "purchase"),
            parent_order_id=order.get("parent"),
            shipping_charged=shipping,
            total=owed,
            is_gift=order.get("gift", False),
            is_test=order.get("test", False),
            cancelled_at=moment(order.get("cancelled")),
        )
        for number, payment in enumerate(order.get("pay", [[ordered_at, "captured"]]), 1):
            at, status, method, amount = [*payment, None, None][:4]
            amount = owed if amount is None else cents(amount)
            has_fee = status == "captured" and method in (None, "card")
            self.add(
                "payments",
                payment_id=f"{order_id}-p{number}",
                order_id=order_id,
                status=status,
                method=method or "card",
                amount=amount,
                fee=cents(float(amount) * 0.029 + 0.3) if has_fee else cents(0),
                occurred_at=moment(at),
            )
        for number, parcel in enumerate(
            order.get("parcels", [{"shipped": "06-03 09:00", "delivered": "06-08 12:00"}]), 1
        ):
            self.parcel(order_id, f"{order_id}-f{number}", parcel)
        if order.get("confirmed", order.get("type", "purchase") == "purchase"):
            at = ordered_at + timedelta(minutes=5)
            self.message(customer_id, order_id, f"{order_id}-m0", {"action": "order_confirmation", "at": at})

    def parcel(self, order_id: str, fulfillment_id: str, parcel: dict[str, Any]) -> None:
        """One fulfillment with its events; `lines` maps line number to units and is left out when it carries all."""
        shipped_at = moment(parcel["shipped"])
        self.add(
            "fulfillments",
            fulfillment_id=fulfillment_id,
            order_id=order_id,
            carrier=parcel.get("carrier", "ups"),
            shipped_at=shipped_at,
            expected_delivery_at=moment(parcel.get("expected", shipped_at + timedelta(days=6, hours=3))),
            delivered_at=moment(parcel["delivered"]),
            cancelled_at=moment(parcel.get("cancelled")),
            shipping_cost=cents(parcel.get("cost", 5.4)),
        )
        for number, quantity in parcel.get("lines", {}).items():
            self.add(
                "fulfillment_lines",
                fulfillment_id=fulfillment_id,
                order_line_id=f"{order_id}-{number}",
                quantity=quantity,
            )
        for number, (at, event_type) in enumerate(parcel.get("events", []), 1):
            self.add(
                "fulfillment_events",
                event_id=f"{fulfillment_id}-e{number}",
                fulfillment_id=fulfillment_id,
                event_type=event_type,
                occurred_at=moment(at),
            )

    def message(self, customer_id: str, order_id: str | None, message_id: str, message: dict[str, Any]) -> None:
        """One sent message and what came of it; without events it was delivered a minute later."""
        sent_at = moment(message["at"])
        self.add(
            "messages",
            message_id=message_id,
            customer_id=customer_id,
            order_id=order_id,
            order_line_id=line_id(order_id, message.get("line")),
            action=message["action"],
            channel=message.get("channel", "email"),
            flow=message.get("flow", "campaign" if message["action"] == "newsletter" else "post_purchase"),
            step=message.get("step"),
            variant=message.get("variant"),
            recommended_sku=message.get("sku"),
            incentive_id=message.get("incentive"),
            sent_at=sent_at,
        )
        events = message.get("events", [[sent_at + timedelta(minutes=1), "delivered"]])
        for number, (at, event_type) in enumerate(events, 1):
            self.add(
                "message_events",
                event_id=f"{message_id}-e{number}",
                message_id=message_id,
                event_type=event_type,
                occurred_at=moment(at),
            )

    def review(self, customer_id: str, review_id: str, order_line_id: str, review: dict[str, Any]) -> None:
        """One review of the product of an order line."""
        order_id, number = order_line_id.rsplit("-", 1)
        self.add(
            "reviews",
            review_id=review_id,
            customer_id=customer_id,
            order_id=order_id,
            sku=self.lines_of[order_id][int(number) - 1]["sku"],
            rating=review["rating"],
            incentive_id=review.get("incentive"),
            destination=review.get("destination", "own_site"),
            submitted_at=moment(review["at"]),
        )

    def ticket(self, customer_id: str | None, ticket_id: str, order_id: str, ticket: dict[str, Any]) -> None:
        """One ticket and its status history; the requester is known by id, or else by e-mail or phone alone."""
        by_address = "email" in ticket or "phone" in ticket
        opened_at = moment(ticket["opened"])
        self.add(
            "tickets",
            ticket_id=ticket_id,
            customer_id=None if by_address else customer_id,
            requester_email=ticket.get("email"),
            requester_phone=ticket.get("phone"),
            order_id=order_id if ticket.get("order") or "line" in ticket else None,
            order_line_id=line_id(order_id, ticket.get("line")),
            topic=ticket["topic"],
            subject=f"About my order: {ticket['topic'].replace('_', ' ')}",
            opened_at=opened_at,
        )
        for at, status in [[opened_at, "open"], *ticket.get("events", [])]:
            name, _, satisfaction = status.partition(" ")
            self.add(
                "ticket_events",
                ticket_id=ticket_id,
                status=name,
                satisfaction=satisfaction or None,
                occurred_at=moment(at),
            )

    def refund(self, refund_id: str, order_id: str, refund: dict[str, Any]) -> None:
        """One refund of a line, or of the whole order when it names no line."""
        self.add(
            "refunds",
            refund_id=refund_id,
            order_id=refund.get("order", order_id),
            order_line_id=line_id(order_id, refund.get("line")),
            quantity=refund.get("quantity"),
            amount=cents(refund["amount"]),
            reason=refund["reason"],
            requested_at=moment(refund["requested"]),
            refunded_at=moment(refund.get("refunded")),
            rejected_at=moment(refund.get("rejected")),
        )

    def story(self, story: dict[str, Any]) -> None:
        """One hard case: a customer of its own with all that happened to him."""
        order_id, short = story["id"], story["id"].partition("-")[0].lower()
        customer_id = f"cust-{short}"
        self.add(
            "customers",
            customer_id=customer_id,
            **{
                "email": f"{short}@example.com",
                "first_name": FIRST_NAMES[int(short[1:]) % len(FIRST_NAMES)],
                "country": "US",
                "region": "NY",
                "timezone": "America/New_York",
                "created_at": moment("2025-11-01 09:00"),
                "is_test": False,
                **{
                    key: moment(value) if key.endswith("_at") else value
                    for key, value in story.get("customer", {}).items()
                    if key != "identities"
                },
            },
        )
        for kind, value in story.get("customer", {}).get("identities", []):
            self.add("customer_identities", customer_id=customer_id, kind=kind, value=value)
        for at, status, basis in story.get("consent", [["2025-11-01 09:00", "subscribed", "express"]]):
            self.add(
                "consents", customer_id=customer_id, channel="email", status=status, basis=basis, occurred_at=moment(at)
            )
        self.order(customer_id, order_id, story["order"])
        for order in story.get("orders", []):
            self.order(customer_id, order["id"], order)
        for number, refund in enumerate(story.get("refunds", []), 1):
            self.refund(f"{order_id}-r{number}", order_id, refund)
        for number, ticket in enumerate(story.get("tickets", []), 1):
            self.ticket(customer_id, f"{order_id}-t{number}", order_id, ticket)
        for number, event in enumerate(story.get("site", []), 1):
            self.add(
                "site_events",
                event_id=f"{order_id}-s{number}",
                customer_id=customer_id,
                order_id=order_id,
                sku=self.lines_of[order_id][0]["sku"],
                event_type=event["type"],
                topic=event.get("topic"),
                occurred_at=moment(event["at"]),
            )
        for number, message in enumerate(story.get("messages", []), 1):
            about = order_id if message.get("order", True) else None
            self.message(customer_id, about, f"{order_id}-m{number}", message)
        for number, review in enumerate(story.get("reviews", []), 1):
            self.review(customer_id, f"{order_id}-v{number}", line_id(order_id, review["line"]), review)
        for number, subscription in enumerate(story.get("subscriptions", []), 1):
            self.add(
                "subscriptions",
                subscription_id=f"{order_id}-sub{number}",
                customer_id=customer_id,
                sku=subscription["sku"],
                started_at=moment(subscription["started"]),
                cancelled_at=moment(subscription.get("cancelled")),
                next_charge_at=moment(subscription.get("next")),
            )
        for number, override in enumerate(story.get("overrides", []), 1):
            self.add(
                "overrides",
                override_id=f"{order_id}-o{number}",
                order_line_id=line_id(order_id, override["line"]),
                action=override["action"],
                decision=override["decision"],
                reason=override["reason"],
                set_by=override["by"],
                set_at=moment(override["set"]),
                expires_at=moment(override.get("expires")),
            )

    def ordinary(self) -> None:
        """Ordinary customers and orders of the eleven months before the demo's instant, nothing later than it."""
        first_order: dict[int, datetime] = {}
        for number in range(1, DEMO_ORDINARY_ORDERS + 1):
            is_repeat = number > 12 and draw("repeat", number) < 0.22
            customer = 1 + int(draw("who", number) ** 2 * 12) if is_repeat else number
            days_back = DEMO_ORDINARY_DAYS * draw("day", number) ** 1.5 + 0.1
            ordered_at = (DEMO_AS_OF - timedelta(days=days_back)).replace(microsecond=0)
            first_order[customer] = min(ordered_at, first_order.get(customer, ordered_at))
            self.ordinary_order(f"cust-{customer:03d}", f"D{1000 + number}", ordered_at)
        for customer, ordered_at in sorted(first_order.items()):
            self.ordinary_customer(customer, ordered_at)

    def ordinary_customer(self, customer: int, first_ordered_at: datetime) -> None:
        """One customer with his consent ledger and newsletters."""
        customer_id = f"cust-{customer:03d}"
        country = ordinary_country(customer_id)
        _, region, timezone, *_ = PLACES[country]
        self.add(
            "customers",
            customer_id=customer_id,
            email=f"customer{customer:03d}@example.com",
            phone=f"+1 555 010 {customer:04d}" if draw("phone", customer) < 0.5 else None,
            first_name=FIRST_NAMES[customer % len(FIRST_NAMES)],
            country=country,
            region=region,
            timezone=timezone,
            created_at=first_ordered_at - timedelta(minutes=4),
            is_test=False,
        )
        basis = pick((("express", 0.62), ("soft_opt_in", 0.18), (None, 0.2)), "consent", customer)
        if basis is None:
            return
        entry = {"customer_id": customer_id, "channel": "email"}
        self.add("consents", **entry, status="subscribed", basis=basis, occurred_at=first_ordered_at)
        leaves_at = first_ordered_at + timedelta(days=20 + 60 * draw("leaves_at", customer))
        leaves = draw("leaves", customer) < 0.08 and leaves_at < DEMO_AS_OF
        if leaves:
            self.add(
                "consents", **entry, status="unsubscribed", basis=None, occurred_at=leaves_at.replace(microsecond=0)
            )
        for number, at in enumerate(("2025-11-27 15:00", "03-12 15:00", "06-11 15:00", "06-25 15:00"), 1):
            sent_at = moment(at)
            if first_ordered_at < sent_at < (leaves_at if leaves else DEMO_AS_OF) and draw("news", customer, at) < 0.35:
                letter = {"action": "newsletter", "at": sent_at}
                self.message(customer_id, None, f"{customer_id}-n{number}", letter)

    def ordinary_order(self, customer_id: str, order_id: str, ordered_at: datetime) -> None:
        """One order through the stages that it had time to reach."""
        country = ordinary_country(customer_id)
        _, _, _, currency, store, carrier, fastest, slowest = PLACES[country]
        skus = [
            pick(ORDINARY_BASKETS, "sku", order_id, number)
            for number in range(pick(((1, 0.6), (2, 0.3), (3, 0.1)), "n", order_id))
        ]
        lines = [
            {"sku": sku, "quantity": 2 if draw("quantity", order_id, sku) < (0.35 if "BEANS" in sku else 0.08) else 1}
            for sku in dict.fromkeys(skus)
        ]
        if draw("discount", order_id) < 0.15:
            lines[0]["discount"] = cents(self.products[lines[0]["sku"]]["price"] * 0.1)
        is_physical = any(not self.products[line["sku"]].get("digital") for line in lines)
        shipped_at = (ordered_at + timedelta(days=0.6 + 2 * draw("handling", order_id))).replace(microsecond=0)
        transit = fastest + (slowest - fastest) * draw("transit", order_id)
        delivered_at = (shipped_at + timedelta(days=transit)).replace(microsecond=0) if is_physical else ordered_at
        has_scan = draw("scan", order_id) < 0.96
        parcels: list[dict[str, Any]] = []
        if is_physical and shipped_at <= DEMO_AS_OF:
            parcels.append(
                {
                    "shipped": shipped_at,
                    "expected": shipped_at + timedelta(days=slowest + 1),
                    "delivered": delivered_at if has_scan and delivered_at <= DEMO_AS_OF else None,
                    "carrier": carrier,
                    "cost": round(4 + 3 * draw("cost", order_id) + slowest / 4, 2),
                }
            )
            if draw("delay", order_id) < 0.05:
                stalled_at = (shipped_at + timedelta(days=1)).replace(minute=0, second=0)
                events: list[list[Any]] = [
                    [stalled_at, "exception_delay"],
                    [stalled_at + timedelta(hours=20), "in_transit"],
                ]
                parcels[0]["events"] = [event for event in events if event[0] <= DEMO_AS_OF]
        self.order(
            customer_id,
            order_id,
            {
                "at": ordered_at,
                "currency": currency,
                "store": store,
                "lines": lines,
                "parcels": parcels,
                "shipping": 4.9 if is_physical else 0,
                "gift": draw("gift", order_id) < 0.04,
                "confirmed": ordered_at + timedelta(minutes=5) <= DEMO_AS_OF,
            },
        )
        if is_physical and not (has_scan and delivered_at <= DEMO_AS_OF):
            delivered_at = DEMO_AS_OF
        self.ordinary_aftermath(customer_id, order_id, ordered_at, shipped_at, delivered_at, lines[0]["sku"])

    def ordinary_aftermath(
        self,
        customer_id: str,
        order_id: str,
        ordered_at: datetime,
        shipped_at: datetime,
        delivered_at: datetime,
        sku: str,
    ) -> None:
        """Messages, a review, a refund, a ticket and visits of one ordinary order, each only if it came to pass."""
        asked_too_early = draw("calendar", order_id) < 0.12
        asked_at = ordered_at + timedelta(days=7) if asked_too_early else delivered_at + timedelta(days=16)
        plan = (
            ("shipping_update", shipped_at + timedelta(hours=1), 0.5, None),
            ("use_education", shipped_at + timedelta(days=2), 0.35, 1),
            ("delivery_check_in", delivered_at + timedelta(days=1), 0.3, None),
            ("review_request", asked_at, 0.65, 1),
            ("cross_sell", delivered_at + timedelta(days=24), 0.15, 1),
        )
        was_asked = False
        for number, (action, at, share, line) in enumerate(plan, 1):
            if at > DEMO_AS_OF or draw(action, order_id) >= share:
                continue
            was_asked = was_asked or action == "review_request"
            message = {"action": action, "at": at, "line": line}
            if action == "cross_sell":
                message["sku"] = pick((("FILTER-PAPER-400", 0.6), ("GRINDER-HAND", 0.4)), "offer", order_id)
            if draw("opened", action, order_id) < 0.15:
                delivered = [at + timedelta(minutes=1), "delivered"]
                message["events"] = [delivered, [at + timedelta(hours=2), "opened"]]
            self.message(customer_id, order_id, f"{order_id}-m{number}", message)
        reviewed_at = asked_at + timedelta(days=1, hours=3)
        if was_asked and reviewed_at <= DEMO_AS_OF and draw("review", order_id) < 0.4:
            rating = next(rating for level, rating in RATINGS if draw("rating", order_id) < level)
            self.review(customer_id, f"{order_id}-v1", f"{order_id}-1", {"rating": rating, "at": reviewed_at})
        trouble_at = (delivered_at + timedelta(days=1 + 8 * draw("trouble_at", order_id))).replace(microsecond=0)
        if trouble_at > DEMO_AS_OF:
            return
        if draw("refund", order_id) < 0.07:
            paid_at = trouble_at + timedelta(days=3)
            sold = self.rows["order_lines"][-len(self.lines_of[order_id])]
            refund = {
                "line": 1,
                "quantity": sold["quantity"],
                "amount": sold["unit_price"] * sold["quantity"] - sold["discount"],
                "reason": pick(
                    (("changed_mind", 0.5), ("not_as_described", 0.3), ("damaged", 0.2)), "reason", order_id
                ),
                "requested": trouble_at,
                "refunded": paid_at if paid_at <= DEMO_AS_OF else None,
            }
            self.refund(f"{order_id}-r1", order_id, refund)
        elif draw("ticket", order_id) < 0.08:
            solved_at = trouble_at + timedelta(days=1, hours=5)
            topic = pick((("how_to", 0.5), ("shipping", 0.2), ("other", 0.3)), "topic", order_id)
            mark = pick((("solved", 0.5), ("solved good", 0.4), ("solved bad", 0.1)), "mark", order_id)
            events = [[solved_at, mark]] if solved_at <= DEMO_AS_OF else []
            ticket = {"topic": topic, "order": True, "opened": trouble_at, "events": events}
            self.ticket(customer_id, f"{order_id}-t1", order_id, ticket)
        if draw("visit", order_id) < 0.35:
            visited_at = shipped_at + timedelta(hours=26)
            if visited_at < DEMO_LOADED_THROUGH:
                self.add(
                    "site_events",
                    event_id=f"{order_id}-s1",
                    customer_id=customer_id,
                    order_id=order_id,
                    sku=sku,
                    event_type=pick(
                        (("status_page_view", 0.6), ("howto_view", 0.25), ("faq_view", 0.15)), "page", order_id
                    ),
                    occurred_at=visited_at,
                )


@overload
def line_id(order_id: str | None, line: int | str) -> str: ...


@overload
def line_id(order_id: str | None, line: None) -> None: ...


def line_id(order_id: str | None, line: int | str | None) -> str | None:
    """The id of a line that a story names by its number in the story's order, or by its full id."""
    return f"{order_id}-{line}" if isinstance(line, int) else line


def ordinary_country(customer_id: str) -> str:
    """The country of an ordinary customer of the demo."""
    return str(pick([(country, place[0]) for country, place in PLACES.items()], "country", customer_id))


def demo_rows() -> dict[str, list[dict[str, Any]]]:
    """All rows of the demo shop, by table."""
    book = yaml.safe_load(STORIES.read_text(encoding="utf-8"))
    shop = DemoShop(book)
    shop.catalogue(book)
    for story in book["stories"]:
        try:
            shop.story(story)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"story {story.get('id')} in {STORIES.name}: {error!r}; correct that story") from error
    shop.ordinary()
    for table, rows in book["bad_rows"].items():
        for row in rows:
            shop.add(table, **row)
    for feed in FEEDS:
        loaded_through = DEMO_STALE_THROUGH if feed == DEMO_STALE_FEED else DEMO_LOADED_THROUGH
        shop.add("feed_loads", feed=feed, loaded_through=loaded_through)
    return shop.rows


def write_demo(out: Path) -> None:
    """Write `demo_<table>.csv` for every table of the contract, a header even where there are no rows."""
    out.mkdir(parents=True, exist_ok=True)
    size = 0
    for table, rows in demo_rows().items():
        path = out / f"demo_{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns_of(table))
            writer.writerows([cell(row.get(column)) for column in columns_of(table)] for row in rows)
        size += path.stat().st_size
        print(f"{table:24}{len(rows):8,} rows", file=sys.stderr)
    print(f"{size / 1000:.0f} kB in {out}", file=sys.stderr)


# A shop of any size ------------------------------------------------------------------------------------------------
#
# Everything is a pure function of numbers: a customer's number, an order's (customer * 64 + position), a line's (order
# * 8 + position). `draw(number, salt)` turns one into a uniform number in [0, 1), so no row depends on the order in
# which threads work, and a later table can recompute what an earlier one drew.

BULK_DAYS = 1095
SKUS_PER_CATEGORY = 180
# category: (sku prefix, middle price in USD, days that one unit lasts)
CATEGORIES = {
    "kettles": ("KETTLE", 60, None),
    "equipment": ("GRINDER", 90, None),
    "drippers": ("DRIPPER", 30, None),
    "espresso_machines": ("ESPRESSO", 420, None),
    "scales": ("SCALE", 50, None),
    "brewers": ("BREWER", 110, None),
    "roasters": ("ROASTER", 240, None),
    "thermos": ("THERMOS", 35, None),
    "beans": ("BEANS", 30, 21),
    "filters": ("FILTER", 22, 60),
    "descaler": ("DESCALER", 24, 90),
    "syrups": ("SYRUP", 26, 30),
    "accessories": ("ACCESSORY", 28, None),
    "parts": ("PART", 32, None),
    "cleaning_tools": ("CLEANING", 24, None),
    "apparel": ("APPAREL", 36, None),
    "mugs": ("MUG", 20, None),
    "digital": ("DIGITAL", 25, None),
    "gift_cards": ("GIFTCARD", 50, None),
    "warranties": ("WARRANTY", 30, None),
}

# Functions of the made-up shop. `per`: SKUs of a category, the first one sells most (Zipf). Categories 0 to 7 are what
# a customer starts with, 8 to 11 are used up, 12 to 14 belong to something, 17 to 19 are not shipped.
BULK_MACROS = """
    create macro per() as {per};
    create macro as_of() as timestamp '{as_of}';
    create macro draw(id, salt) as (hash(hash(id, salt, {seed})) >> 11) / 9007199254740992.0;
    create macro bell(id, salt) as (draw(id, salt || 'a') + draw(id, salt || 'b') + draw(id, salt || 'c') - 1.5) * 2;
    create macro later(instant, days) as instant + to_seconds(cast(floor(days * 86400) as bigint));
    create macro cents(amount) as cast(round(amount, 2) as decimal(18, 4));

    create macro zipf(id, salt) as cast(floor(exp(draw(id, salt) * ln(per() + 1))) as bigint) - 1;
    create macro category_of(n) as n // per();
    create macro sku_of(n) as {prefixes}[n // per() + 1] || '-' || lpad(cast(n % per() as varchar), 3, '0');
    create macro price_of(n) as round({prices}[n // per() + 1] * (0.5 + draw(n, 'price')), 2);
    create macro lasts(n) as round({lasting}[n // per() + 1] * (0.6 + 0.8 * draw(n, 'lasts')));
    create macro quality(n) as draw(n, 'quality');
    create macro is_shipped(n) as n // per() < 17;

    create macro base_of(c) as
        cast(floor(8 * power(draw(c, 'category'), 1.3)) as bigint) * per() + zipf(c, 'base');
    create macro consumable_of(n) as (8 + (n // per()) % 4) * per() + ((n % per()) * 7 + (n // per()) * 5) % 60;
    create macro accessory_of(n, slot) as
        (12 + (n // per() + slot) % 3) * per() + ((n % per()) * 3 + slot * 17 + (n // per()) * 11) % per();
    create macro companion_of(n) as 16 * per() + ((n % per()) * 5 + n // per()) % per();
    create macro premium_of(n) as (n // per()) * per() + (n % per() + 37) % per();
    create macro substitute_of(n) as (n // per()) * per() + (n % per() + 91) % per();
    create macro variant_of(n) as (n // per()) * per() + (n % per() + 1) % per();
    create macro warranty_of(n) as 19 * per() + (n % per()) % 10;
    create macro shipping_protection() as 19 * per() + per() - 5;
    create macro any_sku(id) as case
        when draw(id, 'kind of sku') < 0.02 then 17 * per() + zipf(id, 'any')
        when draw(id, 'kind of sku') < 0.03 then 18 * per() + zipf(id, 'any') % 5
        else cast(floor(17 * draw(id, 'any category')) as bigint) * per() + zipf(id, 'any')
    end;

    create macro place_of(c) as case
        when draw(c, 'place') < 0.55 then 1 when draw(c, 'place') < 0.65 then 2 when draw(c, 'place') < 0.76 then 3
        when draw(c, 'place') < 0.88 then 4 when draw(c, 'place') < 0.95 then 5 else 6
    end;
    create macro is_subscriber(c) as draw(c, 'subscriber') < 0.03;
    create macro subscription_days(c) as
        case when draw(c, 'stays') < 0.4 then 99999 else 40 + 500 * draw(c, 'stays on') end;

    create macro wish(c, s) as case
        when s = 0 then 'first'
        when draw(c * 64 + s, 'wish') < 0.006 then 'replacement'
        when draw(c * 64 + s, 'wish') < 0.010 then 'exchange'
        when draw(c * 64 + s, 'wish') < 0.25 + 0.4 * draw(c, 'loyal') then 'rebuy'
        when draw(c * 64 + s, 'wish') < 0.70 and s <= 3 then 'accessory'
        when draw(c * 64 + s, 'wish') < 0.80 and s <= 2 then 'companion'
        else 'fresh'
    end;
    create macro gap_days(c, s, wish) as case wish
        when 'first' then 0
        when 'replacement' then 16 + 10 * draw(c * 64 + s, 'gap')
        when 'exchange' then 16 + 10 * draw(c * 64 + s, 'gap')
        when 'rebuy' then 2 + lasts(consumable_of(base_of(c))) * exp(0.3 * bell(c * 64 + s, 'gap'))
        when 'accessory' then 20 + 40 * draw(c * 64 + s, 'gap')
        when 'companion' then 10 + 70 * draw(c * 64 + s, 'gap')
        else 2 - 110 * ln(1 - draw(c * 64 + s, 'gap'))
    end;
    create macro is_cancelled(o) as draw(o, 'cancelled') < 0.02;
    create macro is_exchanged(c, s) as wish(c, s + 1) = 'exchange'
        and wish(c, s) in ('first', 'rebuy', 'accessory', 'companion');
    create macro wished_sku(c, s, wish) as case wish
        when 'first' then base_of(c)
        when 'rebuy' then consumable_of(base_of(c))
        when 'accessory' then accessory_of(base_of(c), cast(floor(3 * power(draw(c * 64 + s, 'slot'), 2)) as bigint))
        when 'companion' then companion_of(base_of(c))
        else any_sku(c * 64 + s)
    end;
"""

# Days of the three years with their share of the first orders: growth, month, weekday.
BULK_CALENDAR = """
    create table calendar as
    with weighted as (
        select
            cast(as_of() as date) - cast(range as integer) as day,
            (1 + 0.4 * (1 - range / {days}))
            * [0.9, 0.85, 0.95, 0.95, 1.0, 0.95, 0.85, 0.85, 0.95, 1.05, 1.5, 1.35][month(day)]
            * [1.1, 1.1, 1.05, 1.0, 1.0, 0.9, 0.95][isodow(day)] as weight
        from range(1, {days} + 1)
    )

    select
        day,
        (sum(weight) over (order by day) - weight) / sum(weight) over () as starts_at
    from weighted
"""

# One row per candidate customer: the times of his orders up to the instant.
BULK_CUSTOMERS = """
    with numbered as (
        select
            range as c,
            cast(least(60, floor(power(1 - draw(range, 'orders'), -1 / 1.7))) as bigint) as candidate_orders,
            draw(range, 'first day') as level
        from range({candidates})
    ),

    started as (
        select
            numbered.c,
            numbered.candidate_orders,
            later(cast(calendar.day as timestamp), 0.29 + 0.33 * (draw(c, 'hour') + draw(c, 'hour again'))) as first_at
        from numbered
        asof inner join calendar on numbered.level >= calendar.starts_at
    ),

    paced as (
        select
            c,
            first_at,
            list_transform(range(candidate_orders), lambda s: gap_days(c, s, wish(c, s))) as gaps
        from started
    ),

    timed as (
        select
            c,
            list_filter(
                list_transform(range(len(gaps)), lambda s: later(first_at, list_sum(gaps[1:s + 1]))),
                lambda placed_at: placed_at <= as_of()
            ) as order_times
        from paced
    )

    select c, order_times from timed where len(order_times) > 0
"""

BULK_CUT = """
    with counted as (
        select
            c,
            len(order_times) as orders,
            sum(len(order_times)) over (order by c rows unbounded preceding) as orders_so_far
        from customers_plan
    )

    select
        min(c) as last_customer,
        min_by({orders} - (orders_so_far - orders), c) as orders_of_last_customer,
    from counted
    where orders_so_far >= {orders}
"""

# One row per order: what later tables share. `lines` is a list of structs.
BULK_ORDERS = """
    with placed as (
        select
            c,
            unnest(range(len(order_times))) as s,
            unnest(order_times) as ordered_at,
            order_times[1] as first_at
        from customers_plan
        where c <= {last_customer}
    ),

    wished as (
        select
            c,
            s,
            c * 64 + s as o,
            ordered_at,
            first_at,
            place_of(c) as place,
            wish(c, s) as wish_now,
            wish(c, s - 1) as wish_before
        from placed
        where c < {last_customer} or s < {orders_of_last_customer}
    ),

    settled as (
        select
            * exclude (wish_now),
            case
                when wish_now not in ('replacement', 'exchange') then wish_now
                when is_cancelled(o - 1) or draw(o - 1, 'pay') < 0.015 then 'fresh'
                when wish_before in ('first', 'rebuy', 'accessory', 'companion') then wish_now
                else 'fresh'
            end as kind,
            ['USD', 'CAD', 'GBP', 'EUR', 'EUR', 'USD'][place] as currency,
            [1.0, 1.36, 0.82, 0.95, 0.95, 1.0][place] as factor
        from wished
    ),

    chosen as (
        select
            *,
            case kind
                when 'replacement' then wished_sku(c, s - 1, wish_before)
                when 'exchange' then variant_of(wished_sku(c, s - 1, wish_before))
                else wished_sku(c, s, kind)
            end as main_sku,
            case
                when kind in ('replacement', 'exchange') or draw(o, 'lines') < 0.42 then 1
                when draw(o, 'lines') < 0.74 then 2
                when draw(o, 'lines') < 0.88 then 3
                when draw(o, 'lines') < 0.96 then 4
                else 5
            end as line_count
        from settled
    ),

    basketed as (
        select
            *,
            list_transform(
                range(1, line_count + 1),
                lambda i: case
                    when i = 1 then main_sku
                    when i = 2 and s = 0 and draw(o, 'starter') < 0.5 then consumable_of(main_sku)
                    when draw(o * 8 + i, 'cover') < 0.04 and main_sku < 8 * per() then warranty_of(main_sku)
                    when draw(o * 8 + i, 'cover') < 0.07 then shipping_protection()
                    else any_sku(o * 8 + i)
                end
            ) as skus
        from chosen
    ),

    lined as (
        select
            *,
            list_transform(
                range(1, line_count + 1),
                lambda i: {{
                    'i': i,
                    'n': skus[i],
                    'quantity': case
                        when kind in ('replacement', 'exchange') then 1
                        when draw(o * 8 + i, 'quantity') < if(skus[i] // per() between 8 and 11, 0.6, 0.9) then 1
                        when draw(o * 8 + i, 'quantity') < if(skus[i] // per() between 8 and 11, 0.88, 0.98) then 2
                        else 3
                    end,
                    'price': cents(price_of(skus[i]) * factor)
                }}
            ) as bare_lines
        from basketed
    ),

    priced as (
        select
            * exclude (skus, bare_lines),
            list_transform(
                bare_lines,
                lambda line: {{
                    'i': line.i,
                    'n': line.n,
                    'quantity': line.quantity,
                    'price': line.price,
                    'discount': case
                        when kind = 'replacement' then line.price * line.quantity
                        when draw(o, 'promotion') < 0.15 then cents(line.price * line.quantity * 0.1)
                        else cents(0)
                    end,
                    'is_shipped': is_shipped(line.n)
                }}
            ) as lines
        from lined
    ),

    summed as (
        select
            *,
            list_sum(list_transform(lines, lambda line: line.price * line.quantity - line.discount)) as goods,
            len(list_filter(lines, lambda line: line.is_shipped)) as shipped_lines
        from priced
    ),

    charged as (
        select
            * exclude (goods),
            case
                when kind in ('replacement', 'exchange') or shipped_lines = 0 or goods >= 60 * factor then cents(0)
                else cents(4.9 * factor)
            end as shipping_charged,
            cast(goods + shipping_charged as decimal(18, 4)) as total,
            if(
                is_cancelled(o) and kind not in ('replacement', 'exchange'),
                later(ordered_at, 0.01 + 0.3 * draw(o, 'cancelled at')),
                null
            ) as cancelled_at
        from summed
    ),

    paid as (
        select
            *,
            case
                when kind = 'replacement' then 'free'
                when kind = 'exchange' then 'exchange'
                when cancelled_at is not null and draw(o, 'late') < 0.05 then 'late_capture'
                when cancelled_at is not null then 'voided'
                when draw(o, 'pay') < 0.006 then 'authorized'
                when draw(o, 'pay') < 0.010 then 'failed'
                when draw(o, 'pay') < 0.013 then 'chargeback'
                when draw(o, 'pay') < 0.015 then 'chargeback_won'
                when draw(o, 'pay') < 0.045 then 'retried'
                when draw(o, 'pay') < 0.125 then 'delayed'
                else 'captured'
            end as pay
        from charged
    ),

    shipped as (
        select
            *,
            cancelled_at is null and pay not in ('authorized', 'failed') as is_sold,
            is_sold and shipped_lines > 0 as has_parcel,
            later(ordered_at, 0.4 + 2.6 * power(draw(o, 'handling'), 2)) as first_shipped_at,
            [3.0, 5.5, 2.5, 2.2, 4.0, 9.0][place] as lane_days,
            shipped_lines > 1 and lines[1].is_shipped and draw(o, 'split') < 0.15 as is_split
        from paid
    )

    select
        *,
        later(first_shipped_at, lane_days * exp(0.35 * bell(o, 'transit'))) as first_delivered_at,
        later(
            first_shipped_at, if(draw(o, 'preorder') < 0.05, 25 + 15 * draw(o, 'wait'), 1 + 8 * draw(o, 'wait'))
        ) as second_shipped_at,
        later(second_shipped_at, lane_days * exp(0.35 * bell(o, 'second transit'))) as second_delivered_at,
        case
            when draw(o, 'fate') < 0.003 then 'lost'
            when draw(o, 'fate') < 0.005 then 'returned_to_sender'
            when draw(o, 'fate') < 0.045 then 'no_scan'
            else 'delivered'
        end as fate
    from shipped
"""

# One row per parcel that left: what fulfillments, their lines and their events share.
BULK_PARCELS = """
    with parcels as (
        select
            o,
            unnest(if(is_split, [1, 2], [1])) as p,
            is_split,
            place,
            lane_days,
            fate,
            lines,
            first_shipped_at,
            first_delivered_at,
            second_shipped_at,
            second_delivered_at
        from orders_plan
        where has_parcel
    )

    select
        o,
        p,
        o * 8 + p as parcel,
        is_split,
        place,
        lane_days,
        if(p = 1, fate, 'delivered') as fate,
        list_filter(
            lines, lambda line: line.is_shipped and (not is_split or (p = 1) = (line.i = 1))
        ) as lines,
        if(p = 1, first_shipped_at, second_shipped_at) as shipped_at,
        if(p = 1, first_delivered_at, second_delivered_at) as delivered_at
    from parcels
    where if(p = 1, first_shipped_at, second_shipped_at) <= as_of()
"""

# table: the rows of it, from the plans above or from tables already written. Columns are named as in the contract.
BULK_TABLES = {
    "products": """
        select
            sku_of(range) as sku,
            'P-' || sku_of(range) as product_id,
            {categories}[range // per() + 1] || ' ' || (range % per()) as title,
            case
                when range = shipping_protection() then 'shipping_protection'
                else {categories}[range // per() + 1]
            end as category,
            price_of(range) as list_price,
            'USD' as currency,
            case
                when not is_shipped(range) then null
                when draw(range, 'stock') < 0.06 then 0
                else 5 + floor(400 * draw(range, 'stock'))
            end as inventory_quantity,
            draw(range, 'active') >= 0.03 as is_active,
            not is_shipped(range) as is_digital,
            range // per() < 18 as is_reviewable,
            lasts(range) as consumable_days
        from range({skus})
    """,
    "product_costs": """
        with costed as (
            select range as n, price_of(range) * (0.28 + 0.3 * draw(range, 'cost')) as cost
            from range({skus})
            where draw(range, 'no cost') >= 0.03
        )

        select
            sku_of(n) as sku,
            cast(as_of() as date) - 1500 as valid_from,
            cents(cost) as landed_cost,
            'USD' as currency
        from costed
        union all
        select sku_of(n), cast(as_of() as date) - 200 - cast(n % 300 as integer), cents(cost * 1.08), 'USD'
        from costed
        where draw(n, 'dearer') < 0.3
    """,
    "sku_relations": """
        with bases as (
            select range as n from range(8 * per())
        ),

        declared as (
            select n, consumable_of(n) as related, 'consumable' as relation, 'compatible' as compatibility from bases
            union all
            select
                n,
                accessory_of(n, slot),
                'accessory',
                case
                    when draw(n * 8 + slot, 'fits') < 0.8 then 'compatible'
                    when draw(n * 8 + slot, 'fits') < 0.9 then 'incompatible'
                end
            from bases
            cross join (select unnest([0, 1, 2]) as slot)
            union all
            select n, premium_of(n), 'premium', 'compatible' from bases where price_of(premium_of(n)) > price_of(n)
            union all
            select n, substitute_of(n), 'substitute', null from bases where draw(n, 'substitute') < 0.3
            union all
            select n, warranty_of(n), 'warranty', 'compatible' from bases where price_of(n) > 50
        )

        select sku_of(n) as sku, sku_of(related) as related_sku, relation, compatibility from declared
    """,
    "customers": """
        select
            'C' || c as customer_id,
            if(draw(c, 'erased') < 0.002, null, 'c' || c || '@example.com') as email,
            if(
                draw(c, 'phone') < 0.55 and draw(c, 'erased') >= 0.002,
                '+1 555 ' || lpad(cast(c as varchar), 8, '0'),
                null
            ) as phone,
            if(
                draw(c, 'erased') < 0.002,
                null,
                {first_names}[1 + cast(floor({name_count} * draw(c, 'name')) as integer)]
            ) as first_name,
            if(draw(c, 'no place') < 0.005, null, ['US', 'CA', 'GB', 'DE', 'FR', 'AU'][place]) as country,
            if(draw(c, 'no place') < 0.005, null, ['CA', 'ON', 'ENG', 'BY', 'IDF', 'NSW'][place]) as region,
            if(draw(c, 'no zone') < 0.02, null, {time_zones}[place]) as timezone,
            later(ordered_at, -0.01 - if(draw(c, 'browser') < 0.3, 90 * draw(c, 'browsed'), 0)) as created_at,
            draw(c, 'test') < 0.001 as is_test,
            if(draw(c, 'erased') < 0.002, later(as_of(), -100 * draw(c, 'erased on')), null) as erased_at,
            cast(null as varchar) as merged_into_customer_id
        from orders_plan
        where s = 0
    """,
    "customer_identities": """
        select 'C' || c as customer_id, 'email' as kind, 'work.c' || c || '@example.org' as value
        from orders_plan
        where s = 0 and draw(c, 'other email') < 0.06
        union all
        select 'C' || c, 'phone', '+1 556 ' || lpad(cast(c as varchar), 8, '0')
        from orders_plan
        where s = 0 and draw(c, 'other phone') < 0.02
    """,
    "orders": """
        select
            'O' || o as order_id,
            'C' || c as customer_id,
            if(currency in ('EUR', 'GBP'), 'store-eu', 'store-us') as store_id,
            ordered_at,
            currency,
            case
                when kind in ('replacement', 'exchange') then kind
                when
                    kind = 'rebuy' and is_subscriber(c) and ordered_at < later(first_at, subscription_days(c))
                    then 'subscription_renewal'
                else 'purchase'
            end as order_type,
            if(kind in ('replacement', 'exchange'), 'O' || (o - 1), null) as parent_order_id,
            shipping_charged,
            total,
            draw(o, 'gift') < 0.03 and kind not in ('replacement', 'exchange') as is_gift,
            draw(o, 'test') < 0.0005 as is_test,
            if(cancelled_at <= as_of(), cancelled_at, null) as cancelled_at,
            'own' as sales_channel
        from orders_plan
    """,
    "order_lines": """
        with unnested as (
            select o, unnest(lines) as line from orders_plan
        )

        select
            'O' || o || '-' || line.i as order_line_id,
            'O' || o as order_id,
            sku_of(line.n) as sku,
            line.quantity as quantity,
            line.price as unit_price,
            line.discount as discount,
            null as replaces_order_line_id,
            null as ship_by
        from unnested
    """,
    "payments": """
        with steps as (
            select o, total, pay, 1 as step, later(ordered_at, 0.0001) as occurred_at, case
                when pay in ('retried', 'failed') then 'failed'
                when pay in ('delayed', 'authorized', 'voided', 'late_capture') then 'authorized'
                else 'captured'
            end as status
            from orders_plan
            where pay <> 'free'
            union all
            select
                o,
                total,
                pay,
                2,
                case pay
                    when 'retried' then later(ordered_at, 0.005)
                    when 'delayed' then later(ordered_at, 0.33)
                    when 'voided' then later(cancelled_at, 0.004)
                    when 'late_capture' then later(cancelled_at, 0.0007)
                    else later(ordered_at, 30)
                end,
                case
                    when pay in ('retried', 'delayed', 'late_capture') then 'captured'
                    when pay = 'voided' then 'voided'
                    else 'chargeback'
                end
            from orders_plan
            where pay in ('retried', 'delayed', 'voided', 'late_capture', 'chargeback', 'chargeback_won')
            union all
            select o, total, pay, 3, later(ordered_at, 55), 'chargeback_won'
            from orders_plan
            where pay = 'chargeback_won'
        )

        select
            'O' || o || '-p' || step as payment_id,
            'O' || o as order_id,
            status,
            if(pay = 'exchange', 'exchange_credit', if(draw(o, 'wallet') < 0.3, 'wallet', 'card')) as method,
            total as amount,
            if(status = 'captured' and pay <> 'exchange', cents(total * 0.029 + 0.3), cents(0)) as fee,
            occurred_at
        from steps
        where occurred_at <= as_of()
    """,
    "fulfillments": """
        select
            'O' || o || '-f' || p as fulfillment_id,
            'O' || o as order_id,
            if(draw(parcel, 'carrier') < 0.7, {carriers}[place], 'regional') as carrier,
            shipped_at,
            if(draw(parcel, 'promise') < 0.8, later(shipped_at, lane_days * 1.6 + 1), null) as expected_delivery_at,
            if(fate = 'delivered' and delivered_at <= as_of(), delivered_at, null) as delivered_at,
            null as cancelled_at,
            cents(2.5 + lane_days * 0.6 + 2 * draw(parcel, 'cost')) as shipping_cost
        from parcels_plan
        union all
        select
            'O' || o || '-f0',
            'O' || o,
            {carriers}[place],
            later(shipped_at, -0.3),
            null,
            null,
            later(shipped_at, -0.2),
            cents(0)
        from parcels_plan
        where p = 1 and draw(parcel, 'first try') < 0.005
    """,
    "fulfillment_lines": """
        with unnested as (
            select o, p, unnest(lines) as line from parcels_plan
        )

        select
            'O' || o || '-f' || p as fulfillment_id,
            'O' || o || '-' || line.i as order_line_id,
            line.quantity as quantity
        from unnested
        union all
        select 'O' || o || '-f0', 'O' || o || '-' || line.i, line.quantity
        from unnested
        where p = 1 and draw(o * 8 + p, 'first try') < 0.005
    """,
    "fulfillment_events": """
        with steps as (
            select o, p, 1 as step, 'in_transit' as event_type, later(shipped_at, 0.4) as occurred_at from parcels_plan
            union all
            select
                o,
                p,
                2,
                case
                    when draw(parcel, 'why') < 0.7 then 'exception_delay'
                    when draw(parcel, 'why') < 0.85 then 'exception_address'
                    else 'exception_customs'
                end,
                later(shipped_at, lane_days * 0.5)
            from parcels_plan
            where draw(parcel, 'exception') < 0.03
            union all
            select o, p, 3, 'in_transit', later(shipped_at, lane_days * 0.5 + 0.2 + draw(parcel, 'stalled'))
            from parcels_plan
            where draw(parcel, 'exception') < 0.028
            union all
            select o, p, 4, fate, later(shipped_at, lane_days + 6)
            from parcels_plan
            where fate in ('lost', 'returned_to_sender')
            union all
            select o, p, 5, 'delivered', delivered_at from parcels_plan where fate = 'delivered'
            union all
            select o, p, 6, 'damaged', delivered_at
            from parcels_plan
            where fate = 'delivered' and draw(parcel, 'damaged') < 0.001
        )

        select
            'O' || o || '-f' || p || '-e' || step as event_id,
            'O' || o || '-f' || p as fulfillment_id,
            event_type,
            occurred_at
        from steps
        where occurred_at <= as_of()
    """,
    "refunds": """
        with asked as (
            select
                *,
                later(
                    if(has_parcel, first_delivered_at, ordered_at), 1 + 24 * power(draw(o, 'refund at'), 1.5)
                ) as requested_at,
                draw(o, 'refund kind') as level,
                if(draw(o, 'refund units') < 0.6, lines[1].quantity, 1) as units,
                lines[1].price * lines[1].quantity - lines[1].discount as net
            from orders_plan
            where
                is_sold
                and kind <> 'replacement'
                and not is_exchanged(c, s)
                and draw(o, 'refund') < 0.018 + 0.072 * quality(main_sku)
        ),

        written as (
            select
                o,
                if(level < 0.8, 1, null) as line,
                if(level < 0.8, units, null) as quantity,
                case
                    when level >= 0.8 then cents(total * (0.05 + 0.1 * draw(o, 'goodwill')))
                    when units = lines[1].quantity then net
                    else cents(net * units / lines[1].quantity)
                end as amount,
                case
                    when level >= 0.9 then 'shipping'
                    when level >= 0.8 then 'goodwill'
                    when level < 0.28 then 'changed_mind'
                    when level < 0.44 then 'not_as_described'
                    when level < 0.56 then 'damaged'
                    when level < 0.66 then if(category_of(main_sku) = 15, 'sizing', 'other')
                    when level < 0.72 then 'not_received'
                    else 'other'
                end as reason,
                requested_at,
                if(draw(o, 'rejected') < 0.05, null, later(requested_at, 0.2 + 6 * draw(o, 'refund paid')))
                    as refunded_at,
                if(draw(o, 'rejected') < 0.05, later(requested_at, 1 + draw(o, 'refund paid')), null) as rejected_at
            from asked
            where requested_at <= as_of()
        ),

        exchanged as (
            select
                parents.o,
                1,
                parents.lines[1].quantity,
                parents.lines[1].price * parents.lines[1].quantity - parents.lines[1].discount,
                'exchange',
                children.ordered_at,
                children.ordered_at,
                cast(null as timestamp)
            from orders_plan as parents
            inner join (select o, ordered_at from orders_plan where kind = 'exchange') as children
                on parents.o = children.o - 1
        )

        select
            'O' || o || '-r1' as refund_id,
            'O' || o as order_id,
            if(line is null, null, 'O' || o || '-' || line) as order_line_id,
            quantity,
            amount,
            reason,
            requested_at,
            if(refunded_at <= as_of(), refunded_at, null) as refunded_at,
            if(rejected_at <= as_of(), rejected_at, null) as rejected_at
        from (select * from written union all select * from exchanged)
    """,
    "tickets": """
        with opened as (
            select
                o,
                c,
                1 as number,
                case
                    when fate = 'lost' then 'not_received'
                    when draw(o, 'topic') < 0.3 then 'how_to'
                    when draw(o, 'topic') < 0.5 then 'shipping'
                    when draw(o, 'topic') < 0.6 then 'refund'
                    when draw(o, 'topic') < 0.68 then 'damage'
                    when draw(o, 'topic') < 0.74 then 'not_received'
                    when draw(o, 'topic') < 0.8 then if(category_of(main_sku) = 15, 'sizing', 'wrong_item')
                    else 'other'
                end as topic,
                later(first_shipped_at, 1 + 20 * power(draw(o, 'ticket at'), 1.5)) as opened_at
            from orders_plan
            where is_sold and draw(o, 'ticket') < if(fate = 'lost', 0.7, 0.02 + 0.035 * quality(main_sku))
            union all
            select o - 1, c, 2, 'damage', later(ordered_at, -1) from orders_plan where kind = 'replacement'
        )

        select
            'O' || o || '-t' || number as ticket_id,
            if(draw(o, 'requester') < 0.7, 'C' || c, null) as customer_id,
            case
                when draw(o, 'requester') < 0.7 or draw(o, 'requester') >= 0.92 then null
                when draw(o, 'requester') < 0.74 and draw(c, 'other email') < 0.06 then 'Work.C' || c || '@example.org'
                else 'C' || c || '@Example.com'
            end as requester_email,
            if(draw(o, 'requester') >= 0.92, '1-555-' || lpad(cast(c as varchar), 8, '0'), null) as requester_phone,
            if(number = 2 or draw(o, 'names order') < 0.75, 'O' || o, null) as order_id,
            if(number = 2, 'O' || o || '-1', null) as order_line_id,
            topic,
            'About my order: ' || topic as subject,
            opened_at
        from opened
        where opened_at <= as_of()
    """,
    "ticket_events": """
        with steps as (
            select ticket_id, 'open' as status, opened_at as occurred_at from tickets
            union all
            select ticket_id, if(draw(ticket_id, 'pending') < 0.3, 'pending', 'snoozed'), later(opened_at, 0.1)
            from tickets
            where draw(ticket_id, 'pending') < 0.4
            union all
            select ticket_id, 'solved', later(opened_at, 0.2 + 5 * power(draw(ticket_id, 'solved at'), 2))
            from tickets
            where draw(ticket_id, 'solved') < 0.94
            union all
            select ticket_id, 'open', later(opened_at, 6 + draw(ticket_id, 'back at'))
            from tickets
            where draw(ticket_id, 'solved') < 0.08
            union all
            select ticket_id, 'solved', later(opened_at, 8 + 3 * draw(ticket_id, 'solved again'))
            from tickets
            where draw(ticket_id, 'solved') < 0.07
        )

        select
            ticket_id,
            status,
            case
                when status <> 'solved' or draw(ticket_id, 'mark') >= 0.3 then null
                when draw(ticket_id, 'mark') < 0.06 then 'bad'
                else 'good'
            end as satisfaction,
            occurred_at
        from steps
        where occurred_at <= as_of()
    """,
    "site_events": """
        with visits as (
            select o, c, main_sku, 1 as number, 'status_page_view' as event_type, null as topic,
                later(first_shipped_at, 0.5 + draw(o, 'status at')) as occurred_at
            from orders_plan
            where has_parcel and draw(o, 'status') < 0.22
            union all
            select o, c, main_sku, 2, 'status_page_error', null, later(first_shipped_at, 0.6 + draw(o, 'error at'))
            from orders_plan
            where has_parcel and draw(o, 'error') < 0.004
            union all
            select o, c, main_sku, 3, if(draw(o, 'help') < 0.04, 'faq_view', 'troubleshooting_view'), 'first use',
                later(first_delivered_at, 8 * draw(o, 'help at'))
            from orders_plan
            where has_parcel and draw(o, 'help') < 0.06
            union all
            select o, c, main_sku, 4, 'howto_view', 'first use', later(first_delivered_at, 10 * draw(o, 'howto at'))
            from orders_plan
            where has_parcel and draw(o, 'howto') < 0.05
        )

        select
            'O' || o || '-s' || number as event_id,
            'C' || c as customer_id,
            if(draw(o, 'signed in') < 0.9, 'O' || o, null) as order_id,
            sku_of(main_sku) as sku,
            event_type,
            topic,
            occurred_at
        from visits
        where occurred_at <= as_of()
    """,
    "messages": """
        with arrived as (
            select *, if(has_parcel, first_delivered_at, ordered_at) as arrived_at from orders_plan
        ),

        plan as (
            select
                o,
                c,
                1 as number,
                'order_confirmation' as action,
                0 as line,
                null as offered,
                later(ordered_at, 0.003) as sent_at
            from arrived
            where is_sold and kind <> 'replacement' and draw(o, 'm1') < 0.98
            union all
            select o, c, 2, 'shipping_update', 0, null, later(first_shipped_at, 0.04)
            from arrived
            where has_parcel and draw(o, 'm2') < 0.8
            union all
            select o, c, 3, 'use_education', 1, null, later(first_shipped_at, 2)
            from arrived
            where has_parcel and draw(o, 'm3') < 0.3
            union all
            select o, c, 4, 'delivery_check_in', 0, null, later(first_delivered_at, 1.2)
            from arrived
            where has_parcel and draw(o, 'm4') < 0.2
            union all
            select o, c, 5, 'review_request', 1, null,
                if(draw(o, 'day seven') < 0.2, later(ordered_at, 7), later(arrived_at, 14 + 6 * draw(o, 'm5 at')))
            from arrived
            where is_sold and kind <> 'replacement' and draw(o, 'm5') < 0.6
            union all
            select o, c, 6, 'cross_sell', 1,
                if(main_sku < 8 * per(), accessory_of(main_sku, o % 3), consumable_of(base_of(c))),
                later(arrived_at, 5 + 20 * draw(o, 'm6 at'))
            from arrived
            where is_sold and kind <> 'replacement' and draw(o, 'm6') < 0.25
            union all
            select o, c, 7, 'newsletter', 0, null, later(date_trunc('week', later(ordered_at, 14)), 1.625)
            from arrived
            where draw(o, 'm7') < 0.35
        )

        select
            'O' || o || '-m' || number as message_id,
            'C' || c as customer_id,
            if(action = 'newsletter', null, 'O' || o) as order_id,
            if(line = 1, 'O' || o || '-1', null) as order_line_id,
            action,
            if(action = 'shipping_update' and draw(c, 'sms') < 0.08, 'sms', 'email') as channel,
            if(action = 'newsletter', 'campaign', 'post_purchase') as flow,
            'step_' || number as step,
            if(draw(c, 'variant') < 0.5, 'a', 'b') as variant,
            if(offered is null, null, sku_of(offered)) as recommended_sku,
            if(action = 'review_request' and draw(o, 'incentive') < 0.2, 'points-50', null) as incentive_id,
            sent_at
        from plan
        where sent_at <= as_of()
    """,
    "message_events": """
        with came_of as (
            select message_id, 1 as number, later(sent_at, 0.0003) as occurred_at, case
                when draw(message_id, 'fate') < 0.003 then 'hard_bounced'
                when draw(message_id, 'fate') < 0.015 then 'soft_bounced'
                else 'delivered'
            end as event_type
            from messages
            union all
            select message_id, 2, later(sent_at, 0.001 + 0.5 * draw(message_id, 'open at')), 'opened'
            from messages
            where draw(message_id, 'fate') >= 0.6
            union all
            select message_id, 3, later(sent_at, 0.51), 'clicked' from messages where draw(message_id, 'fate') >= 0.95
            union all
            select message_id, 4, {unsubscribed_at}, 'unsubscribed' from messages where {is_unsubscribe}
            union all
            select message_id, 5, later(sent_at, 0.52), 'complained'
            from messages
            where draw(message_id, 'complaint') < 0.0003 and draw(message_id, 'fate') >= 0.015
        )

        select message_id || '-e' || number as event_id, message_id, event_type, occurred_at
        from came_of
        where occurred_at <= as_of()
    """,
    "consents": """
        with entries as (
            select
                'C' || c as customer_id,
                'email' as channel,
                'subscribed' as status,
                if(draw(c, 'consent') < 0.68, 'express', 'soft_opt_in') as basis,
                ordered_at as occurred_at
            from orders_plan
            where s = 0 and draw(c, 'consent') < if(place in (3, 4, 5), 0.88, 0.72)
            union all
            select 'C' || c, 'sms', 'subscribed', 'express', ordered_at
            from orders_plan
            where s = 0 and draw(c, 'sms') < 0.08
            union all
            select customer_id, channel, 'unsubscribed', null, {unsubscribed_at}
            from messages
            where {is_unsubscribe} and {unsubscribed_at} <= as_of()
            group by all
        )

        select * from entries
    """,
    "reviews": """
        with written as (
            select
                *,
                later(if(has_parcel, first_delivered_at, ordered_at), 15 + 20 * draw(o, 'review at')) as submitted_at,
                draw(o, 'stars') - 0.25 * quality(main_sku) as joy
            from orders_plan
            where is_sold and kind not in ('replacement') and category_of(main_sku) < 18 and draw(o, 'review') < 0.043
        )

        select
            'O' || o || '-v1' as review_id,
            'C' || c as customer_id,
            'O' || o as order_id,
            sku_of(main_sku) as sku,
            case
                when joy < -0.1 then 1
                when joy < 0 then 2
                when joy < 0.1 then 3
                when joy < 0.35 then 4
                else 5
            end as rating,
            if(draw(o, 'incentive') < 0.2, 'points-50', null) as incentive_id,
            if(draw(o, 'destination') < 0.85, 'own_site', if(draw(o, 'destination') < 0.95, 'google', 'trustpilot'))
                as destination,
            submitted_at
        from written
        where submitted_at <= as_of()
    """,
    "subscriptions": """
        select
            'C' || c || '-sub1' as subscription_id,
            'C' || c as customer_id,
            sku_of(consumable_of(base_of(c))) as sku,
            later(ordered_at, 0.001) as started_at,
            if(later(ordered_at, subscription_days(c)) <= as_of(), later(ordered_at, subscription_days(c)), null)
                as cancelled_at,
            if(
                later(ordered_at, subscription_days(c)) <= as_of(),
                null,
                later(as_of(), lasts(consumable_of(base_of(c))) * draw(c, 'next charge'))
            ) as next_charge_at
        from orders_plan
        where s = 0 and is_subscriber(c)
    """,
    "experiment_assignments": """
        select
            'C' || c as customer_id,
            'cross_sell' as action,
            if(draw(c, 'arm') < 0.5, 'control', 'treatment') as variant,
            ordered_at as assigned_at
        from orders_plan
        where s = 0 and draw(c, 'experiment') < 0.2
    """,
    "overrides": """
        select
            'O' || o || '-o1' as override_id,
            'O' || o || '-1' as order_line_id,
            'review_request' as action,
            if(draw(o, 'override is') < 0.8, 'pause', 'send') as decision,
            'agreed with the customer' as reason,
            'desk-' || (o % 7) as set_by,
            later(ordered_at, 5) as set_at,
            later(ordered_at, 45) as expires_at
        from orders_plan
        where draw(o, 'override') < 0.0005 and later(ordered_at, 5) <= as_of()
    """,
    "feed_loads": """
        select unnest({feeds}) as feed, as_of() as loaded_through
    """,
}


# table: its key, what a repeated key says differently, and what a row of its own has that cannot be.
BULK_DIRT = {
    "orders": ("order_id", "total + 1 as total", "cast(null as timestamp) as ordered_at"),
    "order_lines": ("order_line_id", "quantity + 1 as quantity", "-1 as quantity"),
    "payments": ("payment_id", "amount + 1 as amount", "'no-such-order' as order_id"),
    "fulfillments": (
        "fulfillment_id",
        "shipping_cost + 1 as shipping_cost",
        "shipped_at - interval 1 day as delivered_at",
    ),
    "refunds": ("refund_id", "amount + 1 as amount", "'no-such-order' as order_id"),
}


def bulk_names(orders: int, seed: int, as_of: datetime) -> dict[str, Any]:
    """What the SQL above leaves open, by placeholder."""
    return {
        "orders": orders,
        "candidates": int(orders * 0.75) + 200,
        "seed": seed,
        "as_of": as_of.strftime("%Y-%m-%d %H:%M:%S"),
        "days": BULK_DAYS,
        "per": SKUS_PER_CATEGORY,
        "skus": SKUS_PER_CATEGORY * len(CATEGORIES),
        "categories": sql_list(CATEGORIES),
        "prefixes": sql_list(prefix for prefix, _, _ in CATEGORIES.values()),
        "prices": sql_list(price for _, price, _ in CATEGORIES.values()),
        "lasting": sql_list(days for _, _, days in CATEGORIES.values()),
        "first_names": sql_list(FIRST_NAMES),
        "name_count": len(FIRST_NAMES),
        "time_zones": sql_list(place[2] for place in PLACES.values()),
        "carriers": sql_list(place[5] for place in PLACES.values()),
        "feeds": sql_list(FEEDS),
        "unsubscribed_at": "later(sent_at, 0.53)",
        "is_unsubscribe": "draw(message_id, 'leaves') < 0.0025 and draw(message_id, 'fate') >= 0.015",
    }


def sql_list(values: Iterable[Any]) -> str:
    """A SQL list literal; None is null."""
    return "[" + ", ".join("null" if value is None else repr(value) for value in values) + "]"


def typed(table: str, query: str) -> str:
    """The query with the contract's columns, order and types."""
    types = {"decimal": "decimal(18, 4)"}
    columns = [f"cast({name} as {types.get(kind, kind)}) as {name}" for name, kind in columns_of(table).items()]
    return f"select {', '.join(columns)} from ({query})"


def soiled(table: str, query: str, share: float) -> str:
    """The query with bad rows added: a third each exact repeats, keys with other content, and impossible rows."""
    if share == 0 or table not in BULK_DIRT:
        return query
    key, changed, impossible = BULK_DIRT[table]
    third = share / 3
    return f"""
        with clean as materialized ({query})

        select * from clean
        union all
        select * from clean where draw({key}, 'repeat') < {third}
        union all
        select * replace ({changed}) from clean where draw({key}, 'change') < {third}
        union all
        select * replace ('bad-' || {key} as {key}, {impossible}) from clean where draw({key}, 'impossible') < {third}
    """


class BulkShop:
    """Writes one Parquet file per table; plans that several tables share are kept beside them until the end."""

    def __init__(self, out: Path, names: dict[str, Any], dirty: float, memory: str) -> None:
        self.out = out
        self.dirty = dirty
        self.work = out / "_work"
        self.names = names
        out.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(exist_ok=True)
        self.connection = duckdb.connect()
        self.connection.execute(f"set memory_limit = '{memory}'")
        self.connection.execute("set temp_directory = ?", [str(self.work / "spill")])
        self.connection.execute("set preserve_insertion_order = false")
        self.connection.execute("set timezone = 'UTC'")
        self.run(BULK_MACROS)
        self.run(BULK_CALENDAR)

    def run(self, query: str) -> Any:
        """Run SQL with its placeholders filled in."""
        return self.connection.execute(query.format(**self.names))

    def write(self, name: str, query: str, folder: Path) -> None:
        """Write the query to `<folder>/<name>.parquet`, readable as `<name>` from then on, and say how long it took."""
        started = time.monotonic()
        path = folder / f"{name}.parquet"
        rows = self.run(f"copy ({query}) to '{sql_text(path)}' (format parquet, compression zstd)").fetchone()[0]
        self.run(f"create view {name} as from read_parquet('{sql_text(path)}')")
        print(f"{name:24}{rows:14,} rows {time.monotonic() - started:8.1f} s", file=sys.stderr)

    def write_all(self) -> None:
        """Plan the customers and orders, then write every table of the contract."""
        self.write("customers_plan", BULK_CUSTOMERS, self.work)
        last_customer, orders_of_last_customer = self.run(BULK_CUT).fetchone()
        if last_customer is None:
            raise ValueError(f"too few candidate customers for {self.names['orders']:,} orders: ask for more orders")
        self.names |= {"last_customer": last_customer, "orders_of_last_customer": orders_of_last_customer}
        self.write("orders_plan", BULK_ORDERS, self.work)
        self.write("parcels_plan", BULK_PARCELS, self.work)
        for table, query in BULK_TABLES.items():
            self.write(table, soiled(table, typed(table, query), self.dirty), self.out)

    def close(self) -> None:
        """Drop the plans."""
        self.connection.close()
        shutil.rmtree(self.work)


def sql_text(path: Path) -> str:
    """A path inside a SQL text literal that is still to be formatted."""
    return str(path).replace("'", "''").replace("{", "{{").replace("}", "}}")


def write_bulk(out: Path, names: dict[str, Any], dirty: float, memory: str) -> None:
    """Write `<table>.parquet` for every table of the contract."""
    started = time.monotonic()
    shop = BulkShop(out, names, dirty, memory)
    try:
        shop.write_all()
    finally:
        shop.close()
    size = sum(path.stat().st_size for path in out.glob("*.parquet"))
    print(f"{size / 1e6:,.0f} MB in {out}, {time.monotonic() - started:.1f} s", file=sys.stderr)


def instant(text: str) -> datetime:
    """An ISO time of the command line, as UTC without a zone."""
    value = datetime.fromisoformat(text)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def share(text: str) -> float:
    """A share from 0 to 1, for the command line."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def positive(text: str) -> int:
    """A whole number above zero, for the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number above zero")
    return number


def store_name(text: str) -> str:
    """A store's name: it becomes a part of a schema's."""
    if not re.fullmatch("[a-z][a-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no store name: small letters, digits and _")
    return text


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line and write one of the shops."""
    parser = argparse.ArgumentParser(
        prog="post-purchase shop", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="the small shop that is committed as seeds, as of 2026-06-30 12:00 UTC")
    demo.add_argument("--out", type=Path, default=ROOT / "seeds" / "demo_shop", help="folder of the CSV files")
    bulk = commands.add_parser("bulk", help="a clean shop of any size, as Parquet")
    bulk.add_argument("--orders", type=positive, required=True, help="number of orders, exactly")
    bulk.add_argument("--out", type=Path, required=True, help="folder of the Parquet files; older ones are replaced")
    bulk.add_argument("--seed", type=int, default=1, help="another seed, another shop")
    bulk.add_argument("--as-of", type=instant, default=DEMO_AS_OF, help="UTC; nothing happens after it")
    bulk.add_argument("--dirty", type=share, default=0.0, help="share of bad rows added to the main tables (default 0)")
    bulk.add_argument("--memory", default="6GB", help="DuckDB's memory limit; the rest spills to disk")
    shape = commands.add_parser("shape", help="the demo shop as a loader writes it: the store's tables, and the rest")
    shape.add_argument("shape", choices=[*shapes.SHAPES, *shapes.TOOLS], help="the loader's shape")
    shape.add_argument(
        "--database",
        type=Path,
        required=True,
        help="DuckDB file that gets a schema shopify_STORE (woocommerce_STORE), and one for each tool",
    )
    shape.add_argument("--store", type=store_name, default="us", help="name of the store (default us)")
    shape.add_argument("--out", type=Path, required=True, help="folder for the tables that no shop system has")
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "demo":
            write_demo(arguments.out)
        elif arguments.command == "shape" and (is_none := no_database(arguments.database)):
            print(is_none, file=sys.stderr)
            return 2
        elif arguments.command == "shape":
            shapes.write(arguments.shape, shapes.Places(arguments.database, arguments.store, arguments.out))
        else:
            names = bulk_names(arguments.orders, arguments.seed, arguments.as_of)
            write_bulk(arguments.out, names, arguments.dirty, arguments.memory)
    except duckdb.OutOfMemoryException as error:
        print(f"Out of memory: raise --memory, or free disk space to spill to. {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError, duckdb.Error) as error:
        print(f"The shop is incomplete, correct this and run again: {error}", file=sys.stderr)
        return 1
    return 0
