"""What the rows of a native contract say at one instant: read, refused, unknown, not fresh.

A plain reading of the rules for inputs, for tests only. It shares no line with the models and is as simple as possible:
one instant per shop, everything in memory. Times are naive UTC.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Row = dict[str, Any]
RawRow = Mapping[str, str | None]
Name = tuple[str, str]

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)

# The columns of the contract that checks read, by how they are read. Everything else is text.
TIMES = {
    "customers": ["created_at", "erased_at"],
    "customer_identities": ["first_seen_at"],
    "orders": ["ordered_at", "cancelled_at"],
    "order_lines": ["ship_by"],
    "payments": ["occurred_at"],
    "fulfillments": ["shipped_at", "expected_delivery_at", "delivered_at", "cancelled_at"],
    "fulfillment_events": ["occurred_at"],
    "refunds": ["requested_at", "refunded_at", "rejected_at"],
    "tickets": ["opened_at"],
    "ticket_events": ["occurred_at"],
    "site_events": ["occurred_at"],
    "messages": ["sent_at"],
    "message_events": ["occurred_at"],
    "consents": ["occurred_at"],
    "suppressions": ["since"],
    "reviews": ["submitted_at"],
    "product_costs": ["valid_from"],
    "subscriptions": ["started_at", "cancelled_at"],
    "experiment_assignments": ["assigned_at"],
    "overrides": ["set_at", "expires_at"],
    "feed_loads": ["loaded_through"],
}
# A promise or an end that was said in advance is known before its time.
PROMISES = {("order_lines", "ship_by"), ("fulfillments", "expected_delivery_at"), ("overrides", "expires_at")}
# Without one of these times a row says nothing.
ONLY_TIMES = {
    "orders": ["ordered_at"],
    "payments": ["occurred_at"],
    "fulfillment_events": ["occurred_at"],
    "refunds": ["requested_at", "refunded_at", "rejected_at"],
    "tickets": ["opened_at"],
    "ticket_events": ["occurred_at"],
    "site_events": ["occurred_at"],
    "messages": ["sent_at"],
    "message_events": ["occurred_at"],
    "consents": ["occurred_at"],
    "reviews": ["submitted_at"],
    "subscriptions": ["started_at"],
    "overrides": ["set_at"],
}
# A row that begins later is not there yet; one without a beginning holds always.
STARTS = {
    "customer_identities": "first_seen_at",
    "suppressions": "since",
    "experiment_assignments": "assigned_at",
    "product_costs": "valid_from",
}
NUMBERS = {
    "orders": ["discount", "total"],
    "order_lines": ["units_shipped", "units_removed", "quantity", "unit_price", "discount"],
    "payments": ["amount"],
    "fulfillment_lines": ["quantity"],
    "refunds": ["quantity", "amount"],
    "products": ["list_price", "inventory_quantity", "consumable_days"],
    "product_costs": ["landed_cost"],
}
# The sign of these is the source's habit.
UNSIGNED = {("refunds", "quantity"), ("refunds", "amount")}
NOT_NEGATIVE = {("order_lines", "quantity"), ("order_lines", "discount"), ("orders", "discount")}
BOOLEANS = {
    "customers": ["is_test"],
    "orders": ["is_gift", "is_test", "prices_include_tax"],
    "order_lines": ["is_gift_card", "requires_shipping"],
    "fulfillments": ["lines_known"],
    "products": ["is_active", "is_digital", "is_reviewable"],
}
KEYS = {
    "customers": ["customer_id"],
    "customer_identities": ["customer_id", "kind", "value"],
    "orders": ["order_id"],
    "order_lines": ["order_line_id"],
    "payments": ["payment_id"],
    "fulfillments": ["fulfillment_id"],
    "fulfillment_lines": ["fulfillment_id", "order_line_id"],
    "fulfillment_events": ["event_id"],
    "refunds": ["refund_id", "order_line_id"],
    "tickets": ["ticket_id"],
    "ticket_events": ["ticket_id", "occurred_at", "status"],
    "site_events": ["event_id"],
    "messages": ["message_id"],
    "message_events": ["event_id"],
    "consents": ["customer_id", "address", "store_id", "channel", "occurred_at", "status"],
    "suppressions": ["channel", "address", "customer_id"],
    "reviews": ["review_id"],
    "products": ["sku"],
    "product_costs": ["sku", "valid_from"],
    "sku_relations": ["sku", "related_sku", "relation"],
    "subscriptions": ["subscription_id"],
    "experiment_assignments": ["customer_id", "action"],
    "overrides": ["override_id"],
    "feed_loads": ["feed"],
}
# A key of several columns may have a null part.
KEYS_OF_ONE = {table for table, key in KEYS.items() if len(key) == 1} | {"refunds"}
IDS = {
    "customer_id",
    "merged_into_customer_id",
    "order_id",
    "parent_order_id",
    "order_line_id",
    "parent_order_line_id",
    "replaces_order_line_id",
    "payment_id",
    "fulfillment_id",
    "event_id",
    "refund_id",
    "ticket_id",
    "merged_into_ticket_id",
    "message_id",
    "review_id",
    "subscription_id",
    "override_id",
}
WORDS: dict[tuple[str, str], set[str]] = {
    ("orders", "order_type"): {"purchase", "subscription_renewal", "replacement", "exchange"},
    ("payments", "status"): {"pending", "authorized", "captured", "failed", "voided", "chargeback", "chargeback_won"},
    ("fulfillment_events", "event_type"): {
        "in_transit",
        "out_for_delivery",
        "delivered",
        "exception_delay",
        "exception_address",
        "exception_customs",
        "damaged",
        "lost",
        "returned_to_sender",
        "attempted_delivery",
        "available_for_pickup",
        "picked_up",
        "label_created",
        "failed",
    },
    ("refunds", "reason"): {
        "damaged",
        "sizing",
        "not_as_described",
        "not_received",
        "changed_mind",
        "exchange",
        "goodwill",
        "shipping",
        "other",
    },
    ("tickets", "topic"): {
        "damage",
        "sizing",
        "not_received",
        "wrong_item",
        "refund",
        "how_to",
        "shipping",
        "other",
    },
    ("ticket_events", "status"): {"open", "pending", "on_hold", "snoozed", "solved", "closed", "spam"},
    ("message_events", "event_type"): {
        "delivered",
        "soft_bounced",
        "hard_bounced",
        "dropped",
        "opened",
        "clicked",
        "unsubscribed",
        "complained",
    },
    ("consents", "status"): {"subscribed", "unsubscribed"},
    ("consents", "basis"): {"express", "soft_opt_in"},
    ("sku_relations", "relation"): {
        "accessory",
        "consumable",
        "premium",
        "bundle",
        "subscription",
        "warranty",
        "substitute",
    },
    ("sku_relations", "compatibility"): {"compatible", "incompatible"},
    ("overrides", "decision"): {"send", "pause", "support"},
}
SYNONYMS = {
    ("ticket_events", "status"): {"resolved": "closed", "deleted": "closed", "archived": "closed", "hold": "on_hold"},
    ("payments", "status"): {"dispute": "chargeback", "charged_back": "chargeback", "paid": "captured"},
    ("message_events", "event_type"): {"spam_report": "complained", "bounce": "hard_bounced"},
}
FOLDED = {"country", "channel", "action", "sku", "related_sku", "recommended_sku", "kind", "event_type", "status"}
COUNTRIES = {"usa": "us", "united states": "us", "germany": "de", "canada": "ca", "uk": "gb", "united kingdom": "gb"}

# Which checks read a table: what a refused row of it makes unknown.
ABOUT_GOODS = {
    "shipping",
    "delivery",
    "delivery_scan",
    "use_window",
    "shipping_exception",
    "damage",
    "owned",
    "supplied",
}
READERS: dict[str, set[str]] = {
    # what was bought with it, and what became of it, nobody knows
    "orders": {"person_issue", "owned", "supplied"},
    "order_lines": {"person_issue", "owned", "supplied"},
    "payments": {"payment", "settled"},
    # a refused parcel hides what its events say
    "fulfillments": ABOUT_GOODS,
    "fulfillment_lines": ABOUT_GOODS,
    "fulfillment_events": {"shipping_exception", "damage", "sizing"},
    "refunds": {"refund", "kept", "damage", "sizing", "supplied", "owned"},
    "tickets": {"ticket", "satisfaction", "damage", "sizing"},
    "ticket_events": {"ticket", "satisfaction", "damage", "sizing"},
    "site_events": {"status_page", "help_seeking"},
    "messages": {"already_done"},
    "message_events": {"deliverability"},
    "consents": {"consent"},
    "suppressions": {"deliverability"},
    "reviews": {"review_done"},
    "subscriptions": {"active_subscription", "supplied"},
    "experiment_assignments": {"holdout"},
    # what somebody decided on a line and nobody can read may have stopped it
    "overrides": {"order_eligible"},
}
# Which feeds silence which checks.
FEEDS_OF: dict[str, list[str]] = {
    "payment": ["payments"],
    "settled": ["payments"],
    "shipping": ["fulfillments"],
    "delivery": ["fulfillments"],
    "delivery_scan": ["fulfillments"],
    "use_window": ["fulfillments"],
    "shipping_exception": ["fulfillments", "fulfillment_events"],
    "status_page": ["site_events"],
    "help_seeking": ["site_events"],
    "refund": ["refunds"],
    "kept": ["refunds"],
    "ticket": ["tickets", "ticket_events"],
    "satisfaction": ["tickets", "ticket_events"],
    "damage": ["tickets", "ticket_events", "refunds", "fulfillment_events"],
    "sizing": ["tickets", "ticket_events", "refunds", "fulfillment_events"],
    "deliverability": ["message_events"],
    "active_subscription": ["subscriptions"],
    "person_issue": ["orders"],
    "owned": ["orders", "fulfillments", "refunds"],
    "supplied": ["orders", "fulfillments", "refunds", "subscriptions"],
    "already_done": ["messages"],
    "review_done": ["messages", "reviews"],
    "consent": ["consents"],
    "holdout": ["experiment_assignments"],
}


# Columns that can stop a send: where a table does not have them, the check that reads them is unknown.
STOPPERS = {
    ("orders", "cancelled_at"): "payment",
    ("orders", "is_gift"): "gift",
    ("orders", "sales_channel"): "order_eligible",
    ("orders", "is_test"): "order_eligible",
    ("customers", "is_test"): "order_eligible",
    ("customers", "erased_at"): "order_eligible",
    ("refunds", "rejected_at"): "refund",
    ("products", "is_reviewable"): "reviewable",
}


class Unreadable(Exception):
    """A text that has no reading, or two."""


def text(value: str | None) -> str | None:
    """Blank, NULL and N/A are null."""
    value = (value or "").strip()
    return None if value.casefold() in ("", "null", "n/a") else value


ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$"
)


def instant(value: str, earliest: dt.datetime = dt.datetime(2000, 1, 1)) -> dt.datetime | None:
    """The instant that a text means; null for a placeholder."""
    if re.fullmatch(r"\d{10}|\d{13}|\d{16}", value):
        seconds = Decimal(value) / (10 ** (len(value) - 10))
        return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=float(seconds))
    found = ISO.fullmatch(value)
    if not found:
        raise Unreadable(value)
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if int(year) < earliest.year:
        return None
    try:
        moment = dt.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError as error:
        raise Unreadable(value) from error
    moment += dt.timedelta(seconds=float(fraction or 0))
    if offset and offset[0] in "+-":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        shift = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        moment += shift if offset[0] == "-" else -shift
    return moment


DECIMAL_COMMA = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})")
ONE_COMMA = re.compile(r"[+-]?\d{1,3},\d{3}")


def bare(value: str) -> str:
    """A number without a currency sign."""
    return re.sub(r"[$€£\s]", "", value)


def number(value: str, commas: set[str]) -> Decimal:
    """The number that a text means. `commas`: how the column's values use a comma."""
    value = bare(value)
    if ONE_COMMA.fullmatch(value):
        raise Unreadable(value)
    if DECIMAL_COMMA.fullmatch(value):
        if "thousands?" in commas:
            raise Unreadable(value)
        value = value.replace(",", ".")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", value):
        value = value.replace(",", "")
    try:
        read = Decimal(value)
    except InvalidOperation as error:
        raise Unreadable(value) from error
    if not read.is_finite():
        raise Unreadable(value)
    return read


def comma_use(values: Iterable[str | None]) -> set[str]:
    return {"thousands?" for value in values if value and ONE_COMMA.fullmatch(bare(value))}


def boolean(value: str) -> bool:
    word = value.casefold()
    if word in ("true", "t", "yes", "y", "1", "1.0"):
        return True
    if word in ("false", "f", "no", "n", "0", "0.0"):
        return False
    raise Unreadable(value)


def identifier(value: str) -> str:
    """An id without what a float did to it."""
    if re.fullmatch(r"\d+\.0+", value) or re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", value):
        return str(int(Decimal(value)))
    return value


def email_address(value: str | None) -> str | None:
    if value is None:
        return None
    found = re.search(r"<([^<>]+)>", value)
    return (found.group(1) if found else value).strip().casefold() or None


@dataclass
class Refused:
    """A row that cannot be read, and whom it names."""

    table: str
    row: RawRow
    reason: str
    names: set[Name] = field(default_factory=set)


@dataclass
class Reading:
    """The rows of a shop as read at an instant: facts after it are not there."""

    at: dt.datetime
    rows: dict[str, list[Row]]
    refused: list[Refused]
    unmapped: Counter
    unread_feeds: dict[str, str]
    blind: set[str] = field(default_factory=set)
    connected: set[str] = field(default_factory=set)

    def of(self, table: str) -> list[Row]:
        return self.rows.get(table, [])


def seed(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a policy seed."""
    path = folder / f"{name}.csv"
    return list(csv.DictReader(path.open(encoding="utf-8"))) if path.exists() else []


def synonyms(policy: Path) -> dict[tuple[str, str], dict[str, str]]:
    """What the owner says that the words of the sources mean."""
    found = {key: dict(words) for key, words in SYNONYMS.items()}
    for row in seed(policy, "value_synonyms"):
        place = (row["table_name"], row["column_name"])
        found.setdefault(place, {})[row["value"].strip().casefold()] = row["means"].strip()
    return found


def word(
    table: str, column: str, value: str, known: dict[tuple[str, str], dict[str, str]], unmapped: Counter
) -> str | None:
    value = value.strip().casefold()
    value = known.get((table, column), {}).get(value, value)
    if value not in WORDS[table, column]:
        unmapped[table, column, value] += 1
        return "unknown"
    return value


def read_row(
    table: str,
    raw: RawRow,
    commas: dict[str, set[str]],
    known: dict[tuple[str, str], dict[str, str]],
    unmapped: Counter,
) -> Row:
    """One row, typed. Raises Unreadable when a field that a check reads has no reading."""
    row: Row = {column: text(value) for column, value in raw.items()}
    for column in row:
        if row[column] is not None and column in IDS:
            row[column] = identifier(row[column])
        if row[column] is not None and column in FOLDED:
            row[column] = row[column].casefold()
    if row.get("country"):
        row["country"] = COUNTRIES.get(row["country"], row["country"]).upper()
    for column in TIMES.get(table, []):
        if row.get(column) is not None:
            try:
                row[column] = instant(row[column])
            except Unreadable:
                # a suppression of unknown beginning holds always
                if (table, column) != ("suppressions", "since"):
                    raise
                row[column] = None
    for column in NUMBERS.get(table, []):
        if row.get(column) is not None:
            row[column] = number(row[column], commas.get(column, set()))
            if (table, column) in UNSIGNED:
                row[column] = abs(row[column])
            if (table, column) in NOT_NEGATIVE and row[column] < 0:
                raise Unreadable(f"{column} {row[column]}")
    for column in BOOLEANS.get(table, []):
        if row.get(column) is not None:
            row[column] = boolean(row[column])
    for place in WORDS:
        if place[0] == table and row.get(place[1]) is not None:
            row[place[1]] = word(*place, row[place[1]], known, unmapped)
    if table == "overrides" and row.get("decision") == "unknown":
        raise Unreadable("decision")
    only = ONLY_TIMES.get(table)
    if only and all(row.get(column) is None for column in only):
        raise Unreadable("no_time")
    if table in KEYS_OF_ONE and row.get(KEYS[table][0]) is None:
        raise Unreadable("no_key")
    if row.get("shipped_at") and row.get("delivered_at") and row["delivered_at"] < row["shipped_at"]:
        raise Unreadable("delivered before it was shipped")
    if row.get("set_at") and row.get("expires_at") and row["expires_at"] < row["set_at"]:
        raise Unreadable("ends before it starts")
    return row


def read(
    raw: Mapping[str, list[RawRow]],
    at: dt.datetime,
    policy: Path,
    feeds_not_kept: Iterable[str] = (),
    columns_not_kept: Iterable[str] = (),
) -> Reading:
    """Reads every table, refuses what has no reading, and forgets what is later than the instant."""
    known = synonyms(policy)
    unmapped: Counter = Counter()
    rows: dict[str, list[Row]] = {}
    refused: list[Refused] = []
    for table, key in KEYS.items():
        raws = raw.get(table, [])
        commas = {column: comma_use(row.get(column) for row in raws) for column in NUMBERS.get(table, [])}
        once: dict[tuple, list[tuple[RawRow, Row]]] = defaultdict(list)
        for one in raws:
            try:
                row = read_row(table, one, commas, known, unmapped)
            except Unreadable as error:
                refused.append(Refused(table, one, str(error)))
                continue
            once[tuple(row.get(column) for column in key)].append((one, row))
        rows[table] = []
        for same in once.values():
            if all(one == same[0][1] for _, one in same):
                rows[table].append(same[0][1])
            else:
                refused += [Refused(table, one, "repeated_key") for one, _ in same]
    refuse_orphans(rows, refused)
    refused = [one for one in refused if not is_later(one, at)]
    name_the_refused(rows, refused)
    open_with_first_event(rows)
    unread = unread_feeds(raw, rows, refused, at, policy, set(feeds_not_kept))
    blind = {
        check
        for (table, column), check in STOPPERS.items()
        if raw.get(table) and column not in raw[table][0] and column not in columns_not_kept
    }
    forget_exchanges_to_come(rows, at)
    return Reading(at, forget_later(rows, at), refused, unmapped, unread, blind, set(raw))


def is_later(one: Refused, at: dt.datetime) -> bool:
    """Whether a refused row says of itself that it is of a time to come."""
    times = []
    for column in TIMES.get(one.table, []):
        value = text(str(one.row[column])) if one.row.get(column) is not None else None
        if value and (one.table, column) not in PROMISES:
            try:
                times.append(instant(value))
            except Unreadable:
                continue
    return bool(times) and all(moment is not None and moment > at for moment in times)


def open_with_first_event(rows: dict[str, list[Row]]) -> None:
    """A ticket that was heard of before it is said to have been opened was open by then."""
    first: dict[str | None, dt.datetime] = {}
    for event in rows["ticket_events"]:
        moment = event.get("occurred_at")
        if moment:
            first[event["ticket_id"]] = min(moment, first.get(event["ticket_id"], moment))
    for row in rows["tickets"]:
        row["opened_at"] = min(row["opened_at"], first.get(row["ticket_id"], row["opened_at"]))


PARENTS = {
    "order_lines": [("order_id", "orders")],
    "payments": [("order_id", "orders")],
    "fulfillments": [("order_id", "orders")],
    "fulfillment_lines": [("fulfillment_id", "fulfillments"), ("order_line_id", "order_lines")],
    "fulfillment_events": [("fulfillment_id", "fulfillments")],
    "ticket_events": [("ticket_id", "tickets")],
    "message_events": [("message_id", "messages")],
}


def ids(rows: dict[str, list[Row]], table: str) -> set[str]:
    return {row[KEYS[table][0]] for row in rows.get(table, [])}


def refuse_orphans(rows: dict[str, list[Row]], refused: list[Refused]) -> None:
    """A row whose parent is not there; a refund only when nothing that it names exists."""
    for table, parents in PARENTS.items():
        there = {parent: ids(rows, parent) for _, parent in parents}
        kept = []
        for row in rows[table]:
            if all(row.get(column) in there[parent] for column, parent in parents):
                kept.append(row)
            else:
                refused.append(Refused(table, row, "orphan"))
        rows[table] = kept
    orders, lines = ids(rows, "orders"), ids(rows, "order_lines")
    order_of = {row["order_line_id"]: row["order_id"] for row in rows["order_lines"]}
    kept = []
    for row in rows["refunds"]:
        if row.get("order_line_id") not in lines:
            row["order_line_id"] = None
        else:
            row["order_id"] = order_of[row["order_line_id"]]
        if row.get("order_id") in orders:
            kept.append(row)
        else:
            refused.append(Refused("refunds", row, "orphan"))
    rows["refunds"] = kept


def name_the_refused(rows: dict[str, list[Row]], refused: list[Refused]) -> None:
    """Whom a refused row names, itself or through its parcel, ticket or message (refused ones included)."""

    def clean(row: RawRow, column: str) -> str | None:
        value = text(str(row[column])) if row.get(column) is not None else None
        return identifier(value) if value else None

    through: dict[str, dict[str, RawRow]] = {}
    for table in ("fulfillments", "tickets", "messages", "payments"):
        through[table] = {row[KEYS[table][0]]: row for row in rows[table]}
        for one in refused:
            if one.table == table and (key := clean(one.row, KEYS[table][0])):
                through[table].setdefault(key, one.row)
    orders, lines = ids(rows, "orders"), ids(rows, "order_lines")
    customers = ids(rows, "customers")
    known_emails = {email_address(row.get("email")) for row in rows["customers"]} | {
        email_address(row.get("value")) for row in rows["customer_identities"]
    }

    on_orders = {email_address(row.get("email")) for row in rows["orders"]} - {None}

    def names(row: RawRow, channel: str) -> set[Name]:
        found: set[Name] = set()
        if (order := clean(row, "order_id")) in orders:
            found.add(("order", str(order)))
        if (line := clean(row, "order_line_id")) in lines:
            found.add(("line", str(line)))
        if (customer := clean(row, "customer_id")) in customers:
            found.add(("customer", str(customer)))
        for column in ("address", "requester_email", "reviewer_email", "email"):
            if row.get(column) and (address := email_address(str(row[column]))) in known_emails:
                found.add((channel, str(address)))
        for column in ("requester_email", "reviewer_email"):
            if row.get(column) and (address := email_address(str(row[column]))) in on_orders:
                found.add(("writer", str(address)))
        return found

    for one in refused:
        channel = str(one.row.get("channel") or "email").strip().casefold()
        one.names = names(one.row, channel)
        for column, table in (("fulfillment_id", "fulfillments"), ("ticket_id", "tickets"), ("message_id", "messages")):
            other = through[table].get(clean(one.row, column) or "")
            if one.table != table and other is not None:
                one.names |= names(other, channel)


def unread_feeds(
    raw: Mapping[str, list[RawRow]],
    rows: dict[str, list[Row]],
    refused: list[Refused],
    at: dt.datetime,
    policy: Path,
    not_kept: set[str],
) -> dict[str, str]:
    """Feeds whose silence is no evidence, with the reason."""
    limits = {row["feed"]: dt.timedelta(hours=float(row["max_age_hours"])) for row in seed(policy, "feed_freshness")}
    loaded = {row["feed"]: row["loaded_through"] for row in rows["feed_loads"]}
    found: dict[str, str] = {}
    for feed in KEYS:
        if feed in not_kept or feed == "feed_loads":
            continue
        late = feed in loaded and feed in limits and loaded[feed] + limits[feed] < at
        if feed not in raw or late:
            found[feed] = f"feed_{feed}"
            continue
        nobody = [one for one in refused if one.table == feed and not one.names]
        if len(nobody) >= 5 and len(nobody) > 0.01 * len(raw.get(feed, [])):
            found[feed] = "degraded"
    return found


def forget_exchanges_to_come(rows: dict[str, list[Row]], at: dt.datetime) -> None:
    """A line that takes another's place in its order has no date: it comes with the first fact that speaks of it.

    An order of its own, told as such, would not be there before its date either.
    """
    order_of = {row["order_line_id"]: row["order_id"] for row in rows["order_lines"]}
    parcels = {row["fulfillment_id"]: [row.get("shipped_at")] for row in rows["fulfillments"]}
    for row in rows["fulfillment_events"]:
        parcels[row["fulfillment_id"]].append(row.get("occurred_at"))
    to_come = set()
    for line in rows["order_lines"]:
        old, new = line.get("replaces_order_line_id"), line["order_line_id"]
        if order_of.get(old) != line["order_id"] or old == new:
            continue
        told: list[dt.datetime | None] = []
        for row in rows["refunds"]:
            if row.get("order_line_id") == old and row.get("reason") == "exchange":
                told += [row.get("requested_at"), row.get("refunded_at")]
        for row in rows["fulfillment_lines"]:
            if row["order_line_id"] == new:
                told += parcels[row["fulfillment_id"]]
        told += [row["opened_at"] for row in rows["tickets"] if row.get("order_line_id") == new]
        moments = [moment for moment in told if moment]
        if moments and min(moments) > at:
            to_come.add(new)
    for table in ("order_lines", "fulfillment_lines"):
        rows[table] = [row for row in rows[table] if row["order_line_id"] not in to_come]


def forget_later(rows: dict[str, list[Row]], at: dt.datetime) -> dict[str, list[Row]]:
    """Only what had happened by the instant. Messages: sent strictly before it."""
    seen: dict[str, list[Row]] = {}
    for table, there in rows.items():
        seen[table] = []
        for row in there:
            start = row.get(STARTS.get(table, ""))
            if start is not None and start > at:
                continue
            row = dict(row)
            for column in TIMES.get(table, []):
                moment = row.get(column)
                late = moment is not None and (moment > at or (table == "messages" and moment == at))
                if late and (table, column) not in PROMISES:
                    row[column] = None
            only = ONLY_TIMES.get(table)
            if only and all(row.get(column) is None for column in only):
                continue
            seen[table].append(row)
    return seen
