"""Compiles stories with known answers into a shop in the native raw contract, and reads a build's answers to them.

A story is one customer with orders and what happens to them. Every instant under its `answers` becomes a case: a
customer of its own, moved in time so that all instants coincide with AS_OF. One build therefore decides every case, and
what a story tells of later stays in the data, so that a model which looks ahead gives itself away.

Times are UTC, `06-05 12:00` or `06-05` of 2026 (`2025-06-05 12:00` of another year). Unknown words are errors.

    id, title
    customer       country US, region NY, timezone America/New_York, email, phone, emails [more], phones [more],
                   is_test, erased; `{n}` in an address becomes the case's number
    consent        [[at, status, basis express, channel email], ...]; default: subscribed, express, since January 2025
    order, orders  at, lines {A: {sku, product (of a SKU no longer sold), quantity, price, discount, replaces, part_of
                   (a bundle), ship_by, units_shipped, added}}, payments [[at, status, amount total], ...] (default:
                   captured when ordered), email (given with the order), total, type, parent, gift, test, cancelled,
                   currency, handed (delivery method), status (of fulfilment); `order` is the order named `o`
    parcels        shipped, expected (default 6 days after shipped), delivered, cancelled, carrier, order o,
                   carries {A: 1}, events [[at, type], ...], lines_known
    refunds        line A or order o, units, amount, reason, requested, refunded, rejected
    tickets        topic, opened, line A or order o (neither: of the customer), email or phone instead of the
                   customer's id, events [[at, status, mark], ...]
    site           type, at, order o, sku
    messages       action, at, id, order o (or none), line, parcel (its number), channel email, sku, incentive,
                   events [[at, type], ...]; alone: true names the line or the parcel and nothing else, to: ADDRESS
                   the address that it went to and nothing else
    reviews        at, sku, order o, rating 5
    subscriptions  sku, started, cancelled, next_charge
    overrides      line, action, decision, set, expires, by
    control        [actions] of which the customer is in the control group; he is assigned to the treatment of the
                   others, so that no answer hangs on a draw
    feeds          silent: told in the shop whose parcels, refunds and tickets were last loaded two days ago;
                   stopped: told in the shop of whose messages a crowd complains (`crowd` in shop.yml)
    twin           {of: another story's id, lines: {A: x.B}}: two tellings of one story, to be decided alike

A line with `added` is put into its order then. Order lines carry no date: until then the table does not hold it.

A line is named `A` in the order `o`, or `x.B` in another one. An answer's key is

    LINE.ACTION         marts.gate_decisions
    LINE.evidence       marts.order_evidence
    next, next.ORDER    marts.next_actions
    message.ID[.LINE]   the verdict on a past message, at the moment it went out
    calendar.STEP.LINE  the verdict on a step of the day-count sequence

and its value `none` (no row), `send`, `pause` or `support`, alone, followed by reasons that must be among the codes, or
by `[all reasons, in order]`. For next it begins with the action. A mapping says more: `is` holds that text, and any
other key is a column of the mart, or `detail.CHECK`, `since.CHECK`, `clears_at.CHECK`, `evidence.CHECK` of the reason
that names this check. `{case}` in a value is the case's prefix of every id.
"""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from post_purchase.shop import FEEDS

AS_OF = dt.datetime(2026, 6, 30, 12, 0, 0)
YEAR = 2026
SEQUENCE = "day-0-1-3-7"
ROOT = Path(__file__).resolve().parents[1]
STORIES = Path(__file__).resolve().parent / "stories"
DRAWN = [
    "replenishment",
    "cross_sell",
    "upsell",
    "subscription_offer",
    "warranty_offer",
    "loyalty_invite",
    "referral_invite",
    "community_invite",
]
NOT_STORIES = {"shop", "matrix"}
WORDS = {
    "story": "id title customer consent order orders parcels refunds tickets site messages reviews subscriptions "
    "overrides control answers twin feeds",
    "customer": "country region timezone email phone emails phones is_test erased",
    "order": "at email lines payments total type parent gift test cancelled currency handed status",
    "line": "sku product quantity price discount replaces part_of ship_by units_shipped added",
    "parcel": "shipped expected delivered cancelled carrier order carries events lines_known",
    "refund": "line order units amount reason requested refunded rejected",
    "ticket": "topic opened line order email phone events",
    "site": "type at order sku",
    "message": "action at id order line parcel alone to channel sku incentive events",
    "review": "at sku order rating",
    "subscription": "sku started cancelled next_charge",
    "override": "line action decision set expires by",
}

Row = dict[str, Any]


def contract() -> dict[str, dict[str, str]]:
    """Columns and types of each raw table, as the project declares them."""
    declared = yaml.safe_load((ROOT / "models/staging/native/_raw__sources.yml").read_text())
    tables = next(source["tables"] for source in declared["sources"] if source["name"] == "raw")
    return {table["name"]: {column["name"]: column["data_type"] for column in table["columns"]} for table in tables}


def when(text: Any) -> dt.datetime | None:
    """An instant of a story; null stays null."""
    if text is None or isinstance(text, dt.datetime):
        return text
    text = str(text)
    if not re.match(r"\d{4}-", text):
        text = f"{YEAR}-{text}"
    return dt.datetime.fromisoformat(text)


def known(kind: str, facts: Row | None) -> Row:
    """The facts, if all their words are known: a misspelt fact must not vanish from a story."""
    facts = facts or {}
    unknown = set(facts) - set(WORDS[kind].split())
    if unknown:
        raise ValueError(f"unknown words in a {kind}: {', '.join(sorted(unknown))} (of {facts})")
    return facts


@dataclass(frozen=True)
class Case:
    """A story at one instant, and the answers expected there."""

    story: Row
    name: str
    number: int
    instant: dt.datetime
    answers: Row = field(hash=False)

    @property
    def shift(self) -> dt.timedelta:
        return AS_OF - self.instant

    @property
    def customer_id(self) -> str:
        return f"{self.name}/customer"

    def order_id(self, name: str) -> str:
        return f"{self.name}/{name}"

    def line_id(self, name: str) -> str:
        order, line = name.split(".") if "." in name else ("o", name)
        return f"{self.name}/{order}/{line}"

    def at(self, text: Any) -> dt.datetime | None:
        instant = when(text)
        return None if instant is None else instant + self.shift

    def own(self, text: str | None) -> str | None:
        return None if text is None else text.replace("{n}", f"{self.number:04d}")


@functools.cache
def stories(folder: Path = STORIES) -> list[Row]:
    found = []
    for file in sorted(folder.glob("*.yml")):
        if file.stem not in NOT_STORIES:
            # thousands of lines: the parser in C reads them in a tenth of the time
            found += yaml.load(file.read_text(), Loader=yaml.CSafeLoader)["stories"]
    return [known("story", story) for story in found]


def cases(told: list[Row]) -> list[Case]:
    found: list[Case] = []
    for story in told:
        for instant, answers in story["answers"].items():
            stamp = str(instant).replace(" ", "T")
            found.append(Case(story, f"{story['id']}@{stamp}", len(found) + 1, when(instant), answers or {}))
    return found


def shop() -> Row:
    return yaml.safe_load((STORIES / "shop.yml").read_text())


# --- facts ------------------------------------------------------------------------------------------------------------


def case_rows(case: Case, products: dict[str, Row]) -> Iterator[tuple[str, Row]]:
    story, at, own = case.story, case.at, case.own
    yield from customer_rows(case)
    yield from assignment_rows(case)
    for name, order in orders_of(case).items():
        yield from order_rows(case, name, known("order", order), products)
    not_yet = lines_not_yet(case)
    for number, parcel in enumerate(story.get("parcels", []), 1):
        known("parcel", parcel)
        parcel_id = f"{case.name}/parcel{number}"
        shipped = when(parcel.get("shipped"))
        expected = parcel.get("expected", shipped + dt.timedelta(days=6) if shipped else None)
        yield (
            "fulfillments",
            dict(
                fulfillment_id=parcel_id,
                order_id=case.order_id(parcel.get("order", "o")),
                carrier=parcel.get("carrier", "swift"),
                shipped_at=at(shipped),
                expected_delivery_at=at(expected),
                delivered_at=at(parcel.get("delivered")),
                cancelled_at=at(parcel.get("cancelled")),
                shipping_cost=4,
                lines_known=parcel.get("lines_known"),
            ),
        )
        for line, units in parcel.get("carries", {}).items():
            name = line if "." in line else f"{parcel.get('order', 'o')}.{line}"
            if case.line_id(name) in not_yet:
                continue
            yield "fulfillment_lines", dict(fulfillment_id=parcel_id, order_line_id=case.line_id(name), quantity=units)
        for count, (moment, kind) in enumerate(parcel.get("events", []), 1):
            yield (
                "fulfillment_events",
                dict(
                    event_id=f"{parcel_id}/event{count}",
                    fulfillment_id=parcel_id,
                    event_type=kind,
                    occurred_at=at(moment),
                ),
            )
    for number, refund in enumerate(story.get("refunds", []), 1):
        known("refund", refund)
        line = case.line_id(refund["line"]) if "line" in refund else None
        yield (
            "refunds",
            dict(
                refund_id=f"{case.name}/refund{number}",
                order_id=line.rsplit("/", 1)[0] if line else case.order_id(refund.get("order", "o")),
                order_line_id=line,
                quantity=refund.get("units"),
                amount=refund.get("amount"),
                reason=refund.get("reason", "changed_mind"),
                requested_at=at(refund.get("requested")),
                refunded_at=at(refund.get("refunded")),
                rejected_at=at(refund.get("rejected")),
            ),
        )
    for number, ticket in enumerate(story.get("tickets", []), 1):
        known("ticket", ticket)
        ticket_id = f"{case.name}/ticket{number}"
        is_known = "email" not in ticket and "phone" not in ticket
        yield (
            "tickets",
            dict(
                ticket_id=ticket_id,
                customer_id=case.customer_id if is_known else None,
                requester_email=own(ticket.get("email")),
                requester_phone=own(ticket.get("phone")),
                order_id=case.order_id(ticket["order"]) if "order" in ticket else None,
                order_line_id=case.line_id(ticket["line"]) if "line" in ticket else None,
                topic=ticket.get("topic", "other"),
                subject="A question",
                opened_at=at(ticket["opened"]),
            ),
        )
        for moment, status, *mark in ticket.get("events", []):
            yield (
                "ticket_events",
                dict(
                    ticket_id=ticket_id, status=status, satisfaction=mark[0] if mark else None, occurred_at=at(moment)
                ),
            )
    for number, event in enumerate(story.get("site", []), 1):
        known("site", event)
        yield (
            "site_events",
            dict(
                event_id=f"{case.name}/site{number}",
                customer_id=case.customer_id,
                order_id=case.order_id(event["order"]) if "order" in event else None,
                sku=event.get("sku"),
                event_type=event["type"],
                occurred_at=at(event["at"]),
            ),
        )
    yield from message_rows(case)
    for number, review in enumerate(story.get("reviews", []), 1):
        known("review", review)
        yield (
            "reviews",
            dict(
                review_id=f"{case.name}/review{number}",
                customer_id=case.customer_id,
                order_id=case.order_id(review.get("order", "o")),
                sku=review.get("sku"),
                rating=review.get("rating", 5),
                destination="own_site",
                submitted_at=at(review["at"]),
            ),
        )
    for number, subscription in enumerate(story.get("subscriptions", []), 1):
        known("subscription", subscription)
        yield (
            "subscriptions",
            dict(
                subscription_id=f"{case.name}/subscription{number}",
                customer_id=case.customer_id,
                sku=subscription["sku"],
                started_at=at(subscription["started"]),
                cancelled_at=at(subscription.get("cancelled")),
                next_charge_at=at(subscription.get("next_charge")),
            ),
        )
    for number, override in enumerate(story.get("overrides", []), 1):
        known("override", override)
        yield (
            "overrides",
            dict(
                override_id=f"{case.name}/override{number}",
                order_line_id=case.line_id(override["line"]),
                action=override["action"],
                decision=override["decision"],
                reason="a person decided",
                set_by=override.get("by", "desk"),
                set_at=at(override["set"]),
                expires_at=at(override.get("expires")),
            ),
        )


def customer_rows(case: Case) -> Iterator[tuple[str, Row]]:
    who = known("customer", case.story.get("customer"))
    yield (
        "customers",
        dict(
            customer_id=case.customer_id,
            email=case.own(who.get("email", "rider{n}@example.com")),
            phone=case.own(who.get("phone")),
            first_name="Ada",
            country=who.get("country", "US"),
            region=who.get("region", "NY"),
            timezone=who.get("timezone", "America/New_York"),
            created_at=case.at("2024-01-01"),
            is_test=who.get("is_test", False),
            erased_at=case.at(who.get("erased")),
        ),
    )
    for kind in ("email", "phone"):
        for value in who.get(f"{kind}s", []):
            yield "customer_identities", dict(customer_id=case.customer_id, kind=kind, value=case.own(value))
    for moment, status, *more in case.story.get("consent", [["2025-01-02", "subscribed"]]):
        basis, channel = (*more, *["express", "email"][len(more) :])
        yield (
            "consents",
            dict(
                customer_id=case.customer_id, channel=channel, status=status, basis=basis, occurred_at=case.at(moment)
            ),
        )


def assignment_rows(case: Case) -> Iterator[tuple[str, Row]]:
    control = case.story.get("control", [])
    for action in [*DRAWN, *(action for action in control if action not in DRAWN)]:
        yield (
            "experiment_assignments",
            dict(
                customer_id=case.customer_id,
                action=action,
                variant="control" if action in control else "treatment",
                assigned_at=case.at("2024-01-01"),
            ),
        )


def orders_of(case: Case) -> Row:
    return {**({"o": case.story["order"]} if "order" in case.story else {}), **case.story.get("orders", {})}


def lines_not_yet(case: Case) -> set[str]:
    """Lines that were put into their order after the case's instant."""
    return {
        case.line_id(f"{name}.{line}")
        for name, order in orders_of(case).items()
        for line, facts in order["lines"].items()
        if facts and (case.at(facts.get("added")) or AS_OF) > AS_OF
    }


def order_rows(case: Case, name: str, order: Row, products: dict[str, Row]) -> Iterator[tuple[str, Row]]:
    order_id, at = case.order_id(name), case.at
    lines = {line: known("line", facts) for line, facts in order["lines"].items()}
    rows = []
    for line, facts in lines.items():
        sku = facts.get("sku", "helmet")
        rows.append(
            dict(
                order_line_id=case.line_id(f"{name}.{line}"),
                order_id=order_id,
                sku=sku,
                product_id=facts.get("product"),
                quantity=facts.get("quantity", 1),
                unit_price=facts.get("price", products.get(sku, {}).get("price")),
                discount=facts.get("discount", 0),
                replaces_order_line_id=case.line_id(facts["replaces"]) if "replaces" in facts else None,
                parent_order_line_id=case.line_id(facts["part_of"]) if "part_of" in facts else None,
                ship_by=at(facts.get("ship_by")),
                units_shipped=facts.get("units_shipped"),
            )
        )
    total = order.get("total", sum(row["quantity"] * row["unit_price"] - row["discount"] for row in rows))
    yield (
        "orders",
        dict(
            order_id=order_id,
            customer_id=case.customer_id,
            store_id="bikes",
            ordered_at=at(order["at"]),
            currency=order.get("currency", "USD"),
            order_type=order.get("type"),
            parent_order_id=case.order_id(order["parent"]) if "parent" in order else None,
            shipping_charged=0,
            total=total,
            is_gift=order.get("gift", False),
            is_test=order.get("test", False),
            cancelled_at=at(order.get("cancelled")),
            email=case.own(order.get("email")),
            delivery_method=order.get("handed"),
            fulfillment_status=order.get("status"),
        ),
    )
    not_yet = lines_not_yet(case)
    for row in rows:
        if row["order_line_id"] not in not_yet:
            yield "order_lines", row
    for number, (moment, status, *amount) in enumerate(order.get("payments", [[order["at"], "captured"]]), 1):
        yield (
            "payments",
            dict(
                payment_id=f"{order_id}/payment{number}",
                order_id=order_id,
                status=status,
                method="card",
                amount=amount[0] if amount else total,
                fee=0,
                occurred_at=at(moment),
            ),
        )


def message_rows(case: Case) -> Iterator[tuple[str, Row]]:
    for number, message in enumerate(case.story.get("messages", []), 1):
        known("message", message)
        message_id = f"{case.name}/{message.get('id', f'message{number}')}"
        order = message.get("order", "o")
        line = case.line_id(message["line"]) if "line" in message else None
        alone = message.get("alone", False) or "to" in message
        named = None if alone or order == "none" else case.order_id(order)
        yield (
            "messages",
            dict(
                message_id=message_id,
                customer_id=None if alone else case.customer_id,
                order_id=line.rsplit("/", 1)[0] if line and not alone else named,
                order_line_id=line,
                fulfillment_id=f"{case.name}/parcel{message['parcel']}" if "parcel" in message else None,
                action=message["action"],
                channel=message.get("channel", "email"),
                address=case.own(message.get("to")),
                flow="story",
                step="1",
                recommended_sku=message.get("sku"),
                incentive_id=message.get("incentive"),
                sent_at=case.at(message["at"]),
            ),
        )
        for count, (moment, kind) in enumerate(message.get("events", []), 1):
            yield (
                "message_events",
                dict(
                    event_id=f"{message_id}/event{count}",
                    message_id=message_id,
                    event_type=kind,
                    occurred_at=case.at(moment),
                ),
            )


def shop_rows(catalogue: Row, loaded_through: dict[str, dt.datetime]) -> Iterator[tuple[str, Row]]:
    for sku, product in catalogue["products"].items():
        yield (
            "products",
            dict(
                sku=sku,
                product_id=product.get("product", sku),
                title=sku.replace("_", " "),
                category=product.get("category", "cycling"),
                list_price=product["price"],
                currency="USD",
                inventory_quantity=product.get("inventory", 100),
                is_active=product.get("active", True),
                is_digital=product.get("digital", False),
                is_reviewable=product.get("reviewable", True),
                consumable_days=product.get("days"),
            ),
        )
        if product.get("cost") is not None:
            yield (
                "product_costs",
                dict(sku=sku, valid_from=dt.date(2020, 1, 1), landed_cost=product["cost"], currency="USD"),
            )
    for sku, related_sku, relation, compatibility in catalogue["relations"]:
        yield "sku_relations", dict(sku=sku, related_sku=related_sku, relation=relation, compatibility=compatibility)
    for lane in catalogue["lanes"]:
        yield from lane_rows(lane)
    for feed in FEEDS:
        yield "feed_loads", dict(feed=feed, loaded_through=loaded_through.get(feed, AS_OF))


def lane_rows(lane: Row) -> Iterator[tuple[str, Row]]:
    """Deliveries of the past, too old to be decided on, from which a lane's transit time is learnt."""
    shipped = AS_OF - dt.timedelta(days=300)
    name = f"lane/{lane['carrier']}/{lane['country']}"
    yield "customers", dict(customer_id=name, country=lane["country"], created_at=shipped, is_test=False)
    for number, days in enumerate([days for days, count in lane["transit_days"].items() for _ in range(count)], 1):
        order_id = f"{name}/{number}"
        yield "orders", dict(order_id=order_id, customer_id=name, ordered_at=shipped, currency="USD", total=60)
        yield (
            "order_lines",
            dict(order_line_id=f"{order_id}/A", order_id=order_id, sku="helmet", quantity=1, unit_price=60, discount=0),
        )
        yield (
            "fulfillments",
            dict(
                fulfillment_id=f"{order_id}/parcel",
                order_id=order_id,
                carrier=lane["carrier"],
                shipped_at=shipped,
                delivered_at=shipped + dt.timedelta(days=days),
            ),
        )


def crowd_rows(crowd: dict[str, list[int]]) -> Iterator[tuple[str, Row]]:
    """Messages of each action to somebody without an order, ten days ago, and how many of them he complained about."""
    sent = AS_OF - dt.timedelta(days=10)
    if crowd:
        yield "customers", dict(customer_id="crowd", country="US", created_at=sent, is_test=False)
    for action, (messages, complaints) in crowd.items():
        for number in range(messages):
            message_id = f"crowd/{action}/{number}"
            yield (
                "messages",
                dict(message_id=message_id, customer_id="crowd", action=action, channel="email", sent_at=sent),
            )
            for kind in ["delivered", *(["complained"] if number < complaints else [])]:
                yield (
                    "message_events",
                    dict(event_id=f"{message_id}/{kind}", message_id=message_id, event_type=kind, occurred_at=sent),
                )


def write_shop(
    folder: Path,
    told: list[Case],
    loaded_through: dict[str, dt.datetime] | None = None,
    without: tuple[str, ...] = (),
    crowd: dict[str, list[int]] | None = None,
) -> Path:
    """The cases' facts as one Parquet file per contract table, in `folder`."""
    catalogue = shop()
    rows: dict[str, list[Row]] = {table: [] for table in contract()}
    for table, row in shop_rows(catalogue, loaded_through or {}):
        rows[table].append(row)
    for table, row in crowd_rows(crowd or {}):
        rows[table].append(row)
    for case in told:
        for table, row in case_rows(case, catalogue["products"]):
            rows[table].append(row)
    folder.mkdir(parents=True, exist_ok=True)
    database = duckdb.connect()
    for table, columns in contract().items():
        if table in without:
            continue
        types = {name: "decimal(18, 4)" if kind == "decimal" else kind for name, kind in columns.items()}
        unknown = {name for row in rows[table] for name in row} - set(columns)
        if unknown:
            raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
        lines = folder / f"{table}.jsonl"
        lines.write_text("".join(json.dumps(row, default=str) + "\n" for row in rows[table]))
        declared = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
        database.execute(
            f"copy (select * from read_json('{lines}', format = 'newline_delimited', columns = {declared})) "
            f"to '{folder / table}.parquet' (format parquet)"
        )
        lines.unlink()
    database.close()
    return folder


# --- answers ----------------------------------------------------------------------------------------------------------


class Answers:
    """What a build decided, read once from its database or from an open connection to it."""

    def __init__(self, database: Path | duckdb.DuckDBPyConnection) -> None:
        is_file = isinstance(database, Path)
        self.connection = duckdb.connect(str(database), read_only=True) if is_file else database
        self.decisions = self._by("marts.gate_decisions", "order_line_id", "action")
        self.next_actions = self._by("(select * from marts.next_actions where is_headline)", "order_id")
        self.lanes = self._by("marts.next_actions", "order_id", "lane")
        self.evidence = self._by("marts.order_evidence", "order_line_id")
        self.reasons = self._by("marts.gate_reasons", "order_line_id", "action", "check_name")
        self.sends = self._by(
            """(select points.point_id, verdicts.verdict as decision, verdicts.reason_codes
                from gate.int_verdicts as verdicts inner join observations.int_points as points using (point_id)
                where verdicts.action = points.audited_action)""",
            "point_id",
        )
        if is_file:
            self.connection.close()
        self.checks: dict[tuple, dict[str, Row]] = {}
        for (line, action, check), row in self.reasons.items():
            self.checks.setdefault((line, action), {})[check] = row

    def _by(self, relation: str, *key: str) -> dict[tuple, Row]:
        cursor = self.connection.execute(f"select * from {relation}")
        names = [column[0] for column in cursor.description]
        found: dict[tuple, Row] = {}
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            index = tuple(row[name] for name in key)
            if index in found:
                raise AssertionError(f"{relation} has two rows for {index}")
            found[index] = row
        return found

    def wrong(self, case: Case) -> list[str]:
        """One line for each answer of the case that the build does not give."""
        return [fault for key, answer in case.answers.items() for fault in self._faults(case, key, answer)]

    def count(self, case: Case) -> int:
        return sum(len(answer) if isinstance(answer, dict) else 1 for answer in case.answers.values())

    def _faults(self, case: Case, key: str, answer: Any) -> Iterator[str]:
        row, reasons = self._row(case, key)
        wanted = dict(answer) if isinstance(answer, dict) else {"is": answer}
        text = wanted.pop("is", None)
        if text is not None and not matches(str(text), row, is_next=key.split(".")[0] == "next"):
            yield f"{key}: wanted {text}, got {spoken(row, is_next=key.split('.')[0] == 'next')}"
        if row is None and wanted:
            yield f"{key}: no row"
            return
        for name, value in wanted.items():
            column, _, check = name.partition(".")
            if check:
                source = reasons.get(check)
                if source is None:
                    yield f"{key}: {check} is not among the reasons {sorted(reasons)}"
                    continue
            else:
                source = row
            if column not in source:
                raise ValueError(f"{case.name} {key}: no column {column}")
            got = source[column]
            if not same(case, got, value):
                shown = got - case.shift if isinstance(got, dt.datetime) else got
                yield f"{key}: wanted {name} {value}, got {shown}"

    def _row(self, case: Case, key: str) -> tuple[Row | None, dict[str, Row]]:
        head, *rest = key.split(".")
        if head == "next":
            order_id = case.order_id(rest[0] if rest else "o")
            return self.lanes.get((order_id, rest[1])) if rest[1:] else self.next_actions.get((order_id,)), {}
        if head in ("message", "calendar"):
            sent = f"{case.name}/{rest[0]}" if head == "message" else f"{SEQUENCE}:{rest[0]}"
            return self.sends.get((f"{head}:{sent}:{case.line_id('.'.join(rest[1:]) or 'A')}",)), {}
        name, action = key.rsplit(".", 1)
        line = case.line_id(name)
        if action == "evidence":
            return self.evidence.get((line,)), {}
        return self.decisions.get((line, action)), self.checks.get((line, action), {})


def matches(text: str, row: Row | None, is_next: bool = False) -> bool:
    if text == "none" or row is None:
        return row is None and text == "none"
    found = re.fullmatch(
        r"(?:(?P<action>\w+) )?(?P<decision>send|pause|support)(?: \[(?P<all>[^]]*)\]| (?P<some>[^\[]+))?", text
    )
    if not found or (found["action"] is not None) != is_next:
        raise ValueError(f"cannot read the answer '{text}'")
    codes = [code for code in (row["reason_codes"] or "").split(",") if code]
    return (
        row["decision"] == found["decision"]
        and (not is_next or row["action"] == found["action"])
        and (found["all"] is None or codes == [code.strip() for code in found["all"].split(",") if code.strip()])
        and (found["some"] is None or set(found["some"].split()) <= set(codes))
    )


def spoken(row: Row | None, is_next: bool) -> str:
    if row is None:
        return "none"
    return (
        f"{row['action'] + ' ' if is_next else ''}{row['decision']} [{(row['reason_codes'] or '').replace(',', ', ')}]"
    )


def same(case: Case, got: Any, wanted: Any) -> bool:
    if isinstance(got, dt.datetime):
        return wanted is not None and got == case.at(wanted)
    if isinstance(got, decimal.Decimal):
        return wanted is not None and got == decimal.Decimal(str(wanted))
    if isinstance(wanted, str) and isinstance(got, str):
        return got == wanted.replace("{case}", case.name)
    return got == wanted
