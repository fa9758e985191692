"""One function per check: what it answers for an order line (and an action) at the instant."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from oracle_facts import SOLVED, Facts, Moment, Parcel, Run, Spell, Ticket, chargeback_since
from oracle_reading import DAY, FEEDS_OF, HOUR, READERS, Row, seed

ZERO = Decimal(0)
ISSUE_CHECKS = ["damage", "sizing", "delivery", "shipping_exception", "refund", "ticket", "payment", "shipping"]
PAYMENT_ISSUES = {"paid_after_cancel", "refund_due", "chargeback"}
# What is not shipped asks no parcel.
ABOUT_PARCELS = {"shipping", "delivery", "delivery_scan", "use_window", "shipping_exception"}
# Problems that are known from silence alone.
SILENCES = {"stalled", "overdue", "replacement_not_shipped"}
# Issues that may delay a review request, each for a limited time from its own start.
BOUNDED = {"refund", "shipping_exception", "damage", "sizing", "ticket", "help_seeking"}


@dataclass(frozen=True)
class Answer:
    state: str
    detail: str | None = None
    since: Moment | None = None
    clears_at: Moment | None = None


OK = Answer("ok")


@dataclass(frozen=True)
class Target:
    """What a row would recommend, with the answers about it."""

    sku: str | None
    answers: dict[str, Answer]
    value: Decimal | None = None


class Checks:
    def __init__(self, facts: Facts, policy: Path, options: dict[str, Any]) -> None:
        self.facts = facts
        self.at = facts.at
        self.options = options
        self.actions = {row["action"]: row for row in seed(policy, "actions")}
        self.consent_rules = seed(policy, "consent_rules")
        self.incentives = seed(policy, "review_incentives")
        self.costs = {row["assumption"]: Decimal(row["value"]) for row in seed(policy, "cost_assumptions")}
        self.holds = seed(policy, "holds")

    # --- what silence means ---------------------------------------------------------------------

    def unread(self, check: str, line: Row) -> str | None:
        """Why the silence of a check's feeds is no evidence for the line; null when it is."""
        if check in self.facts.reading.blind:
            return "column_absent"
        if check in ABOUT_PARCELS and self.facts.is_digital(line):
            return None
        feeds = FEEDS_OF.get(check, [])
        tables = [table for table, checks in READERS.items() if check in checks]
        if self.facts.is_digital(line) and check in ("damage", "sizing"):
            tables = [table for table in tables if not table.startswith("fulfillment")]
            feeds = [feed for feed in feeds if not feed.startswith("fulfillment")]
        for feed in feeds:
            if feed in self.facts.reading.unread_feeds:
                return self.facts.reading.unread_feeds[feed]
        if check == "review_done":
            tables.append("messages")
        if self.facts.refused_for(tables, line):
            return "refused_row"
        return None

    def seen(self, check: str, line: Row, problem: Answer | None, otherwise: Answer) -> Answer:
        """A problem that was seen first; then what cannot be known; then the rest."""
        if problem:
            return problem
        if reason := self.unread(check, line):
            return Answer("unknown", reason)
        return otherwise

    # --- spells: issues with a beginning, an end and a cool-off ---------------------------------

    def by_spells(self, spells: Iterable[Spell], cool_off: dt.timedelta, review: bool) -> Answer:
        """Open is a problem, just over is waiting. A review ask listens to each spell for a limited time."""
        longest = self.options["max_pause_days"] * DAY
        spells = [spell for spell in spells if not review or self.at < spell.start + longest]
        still_open = [spell for spell in spells if spell.end is None]
        if still_open:
            since = min(spell.start for spell in still_open)
            last = max(spell.start for spell in still_open)
            return Answer("problem", since=since, clears_at=last + longest if review else None)
        cooling = []
        for spell in spells:
            assert spell.end
            clears = spell.end + cool_off
            if review:
                clears = min(clears, spell.start + longest)
            if self.at < clears:
                cooling.append((clears, spell.end))
        if cooling:
            clears, ended = max(cooling)
            return Answer("waiting", since=ended, clears_at=clears)
        return OK

    def spelled(self, check: str, line: Row, spells: Iterable[Spell], cool_off: dt.timedelta, review: bool) -> Answer:
        answer = self.by_spells(spells, cool_off, review)
        return self.seen(check, line, answer if answer.state == "problem" else None, answer)

    # --- evidence -------------------------------------------------------------------------------

    @functools.cache  # noqa: B019
    def payment_of(self, order_id: str) -> Answer:
        order = self.facts.orders[order_id]
        problem, otherwise = self.payment_seen(order_id)
        line = (self.facts.lines_of[order_id] or [None])[0]
        answer = self.seen("payment", line, problem, otherwise) if line else problem or otherwise
        parent = self.facts.exchanged_order(order)
        if answer == OK and parent:
            return self.payment_of(parent["order_id"])
        return answer

    def refunds_are_read(self, order_id: str) -> bool:
        """Whether anybody can say that the money did not go back."""
        lines = self.facts.lines_of[order_id]
        refused = bool(lines) and self.facts.refused_for(["refunds"], lines[0])
        return "refunds" not in self.facts.reading.unread_feeds and not refused

    def payment_seen(self, order_id: str) -> tuple[Answer | None, Answer]:
        """A problem, and what holds where there is none."""
        order = self.facts.orders[order_id]
        rows = self.facts.own_currency(order)
        tolerance = self.facts.smallest_unit(order)
        money = self.facts.money(order)
        problem: Answer | None = None
        charged_back = chargeback_since(rows)
        cancelled = order.get("cancelled_at")
        failed = self.facts.payment_failed(order, rows)
        if charged_back:
            problem = Answer("problem", "chargeback", charged_back)
        if cancelled:
            back = sum((row["amount"] or ZERO for row in self.facts.paid_refunds(order_id)), ZERO)
            lost = charged_back is not None
            kept = money["captured"] - back
            after = [r["occurred_at"] for r in rows if r["status"] == "captured" and r["occurred_at"] > cancelled]
            if after and kept > tolerance and not lost:
                problem = Answer("problem", "paid_after_cancel", min(after))
            elif kept > tolerance and self.at > cancelled + 7 * DAY and not lost and self.refunds_are_read(order_id):
                problem = Answer("problem", "refund_due", cancelled + 7 * DAY)
            elif not problem:
                problem = Answer("problem", "cancelled", cancelled)
        elif failed and not problem:
            problem = Answer("problem", "failed", failed)
        return problem, self.payment_otherwise(order, rows)

    def payment_otherwise(self, order: Row, rows: list[Row], until: Moment | None = None) -> Answer:
        rows = [row for row in rows if until is None or row["occurred_at"] <= until]
        money = self.facts.money(order, until)
        owed, tolerance = self.facts.owed(order, until or Moment.max), self.facts.smallest_unit(order)
        if any(row["status"] in ("unknown", None) for row in rows):
            return Answer("unknown", "unknown_status")
        if money["captured"] > 0 or owed <= tolerance or any(row["status"] == "pending" for row in rows):
            return OK
        if money["authorized"] > 0:
            return OK if money["authorized"] >= owed - tolerance else Answer("unknown", "partly_authorised")
        return Answer("unknown", "no_payment")

    def payment(self, line: Row) -> Answer:
        return self.payment_of(line["order_id"])

    @functools.cache  # noqa: B019
    def stands_since(self, order_id: str) -> Moment | None:
        """Since when the order stands without a break; nothing where it does not."""
        order = self.facts.orders[order_id]
        parent = self.facts.exchanged_order(order)
        if parent and self.facts.owed(order) <= self.facts.smallest_unit(order):
            return self.stands_since(parent["order_id"])
        rows = self.facts.own_currency(order)
        if self.payment_seen(order_id) != (None, OK):
            return None
        since: Moment | None = None
        refunded = [row["refunded_at"] for row in self.facts.paid_refunds(order_id)]
        for moment in sorted({order["ordered_at"], *refunded, *(row["occurred_at"] for row in rows)}):
            so_far = [row for row in rows if row["occurred_at"] <= moment]
            broken = chargeback_since(so_far) or self.facts.payment_failed(order, so_far)
            if broken or self.payment_otherwise(order, rows, moment) != OK:
                since = None
            elif since is None:
                since = max(moment, order["ordered_at"])
        return since

    def settled(self, line: Row) -> Answer:
        order = self.facts.orders[line["order_id"]]
        if self.facts.exchanged_order(order) and self.facts.owed(order) <= self.facts.smallest_unit(order):
            order = self.facts.exchanged_order(order) or order
        money = self.facts.money(order)
        payment = self.payment(line)
        if payment.state == "unknown" and payment.detail != "partly_authorised":
            return payment
        if money["captured"] >= self.facts.owed(order) - self.facts.smallest_unit(order):
            answer = OK
        elif payment.state == "unknown":
            answer = payment
        else:
            answer = Answer("waiting")
        return self.seen("settled", line, None, answer)

    def shipping(self, line: Row) -> Answer:
        facts = self.facts
        if facts.is_digital(line):
            return self.seen("shipping", line, None, OK)
        units, _, missing = facts.units_shipped(line)
        late = facts.late_to_ship(line)
        if late:
            # that nothing was seen is no sight where the feed cannot be read
            otherwise = Answer("problem", "not_shipped", late)
        elif units >= facts.units_to_ship(line):
            otherwise = OK
        elif missing:
            otherwise = Answer("unknown", "parcel_lines_missing")
        else:
            otherwise = Answer("waiting")
        return self.seen("shipping", line, None, otherwise)

    def delivery(self, line: Row) -> Answer:
        arrival = self.facts.arrival_of(line["order_line_id"])
        answer = Answer(arrival.state, arrival.detail, arrival.since, arrival.clears_at)
        seen = answer.state == "problem" and answer.detail not in SILENCES
        return self.seen("delivery", line, answer if seen else None, answer)

    def delivery_scan(self, line: Row) -> Answer:
        arrival = self.facts.arrival_of(line["order_line_id"])
        answer = Answer("unknown", "inferred") if arrival.state == "ok" and arrival.grade == "inferred" else OK
        return self.seen("delivery_scan", line, None, answer)

    def use_window(self, line: Row) -> Answer:
        ready = self.facts.use_ready_at(line)
        if self.delivery(line).state == "unknown":
            return Answer("unknown", self.delivery(line).detail)
        answer = OK if ready and self.at >= ready else Answer("waiting", None, None, ready)
        return self.seen("use_window", line, None, answer)

    def status_page(self, line: Row) -> Answer:
        events = [
            (row["occurred_at"], row["event_type"] == "status_page_error")
            for row in self.views_of_orders(line)
            if row["event_type"] in ("status_page_view", "status_page_error")
        ]
        problem = None
        if events and max(events)[1]:
            moment = max(events)[0]
            if self.at < moment + 14 * DAY and not self.came_after(line, moment):
                problem = Answer("problem", None, moment, moment + 14 * DAY)
        return self.seen("status_page", line, problem, OK)

    def views_of_orders(self, line: Row) -> list[Row]:
        """Of the line's order and those that answer it, as of an order whose exchange is a line of its own."""
        orders = sorted(self.facts.family(line["order_id"]))
        return [row for order_id in orders for row in self.facts.views_of_order[order_id]]

    def came_after(self, line: Row, moment: Moment) -> bool:
        """Whether all that is owed of the order came, the last of it after the moment."""
        facts = self.facts
        lines = [
            one
            for order_id in sorted(facts.family(line["order_id"]))
            if facts.orders[order_id].get("order_type") != "replacement"
            for one in facts.lines_of[order_id]
        ]
        came = [facts.delivered_at(one) for one in lines]
        if any(at is None and facts.units_owed(one) > 0 for one, at in zip(lines, came, strict=True)):
            return False
        return any(at > moment for at in came if at)

    def help_seeking(self, line: Row) -> Answer:
        person = self.facts.person_of_order(line["order_id"])
        window = self.options["help_seeking_days"] * DAY
        own = [row for row in self.facts.views_of[person] if row.get("sku") == line["sku"]]
        views = [
            row["occurred_at"]
            for row in [*self.views_of_orders(line), *own]
            if row["event_type"] in ("faq_view", "troubleshooting_view")
        ]
        answer = OK
        if views and self.at < max(views) + window:
            answer = Answer("waiting", None, max(views), max(views) + window)
        return self.seen("help_seeking", line, None, answer)

    def refunds_of(self, line: Row, own_order_only: bool = False) -> list[Row]:
        """Refunds of the line or the whole order; those of a parent without a line count for its exchange's lines."""
        found = [
            row
            for row in self.facts.refunds[line["order_id"]]
            if row.get("order_line_id") in (None, line["order_line_id"])
        ]
        order = self.facts.orders[line["order_id"]]
        if order.get("order_type") == "exchange" and not own_order_only:
            parent = order.get("parent_order_id") or ""
            found += [row for row in self.facts.refunds[parent] if row.get("order_line_id") is None]
        return found

    def refund(self, line: Row, review: bool = False) -> Answer:
        spells = [
            Spell(row["requested_at"])
            for row in self.refunds_of(line)
            if row.get("reason") != "shipping"
            and row.get("requested_at")
            and not row.get("refunded_at")
            and not row.get("rejected_at")
        ]
        return self.spelled("refund", line, spells, dt.timedelta(0), review)

    def kept(self, line: Row) -> Answer:
        problem = Answer("problem") if self.facts.nothing_kept(line) else None
        silent = [
            row
            for row in self.refunds_of(line, own_order_only=True)
            if row.get("refunded_at")
            and not row.get("quantity")
            and not row.get("amount")
            and row.get("reason") != "shipping"
        ]
        return self.seen("kept", line, problem, Answer("unknown", "refund_unknown") if silent else OK)

    def parcels(self, line: Row) -> list[Parcel]:
        return [parcel for parcel, _ in self.facts.parcels_with(line)[0]]

    def parcels_perhaps(self, line: Row) -> list[Parcel]:
        """The line's parcels, its parts', and those of its order whose lines the source does not tell."""
        parts = [parcel for part in self.facts.parts_of(line) for parcel in self.parcels(part)]
        return [*self.parcels(line), *parts, *self.facts.parcels_perhaps(line)]

    def parcels_of_replacements(self, line: Row) -> list[Parcel]:
        return [parcel for new in self.facts.replaced_by(line) for parcel in self.parcels(new)]

    def shipping_exception(self, line: Row, review: bool = False) -> Answer:
        parcels = self.parcels_perhaps(line)
        units = sum((units for parcel, units in self.facts.parcels_with(line)[0] if not parcel.dead_end), ZERO)
        # what became of a parcel that nobody waits for is no trouble
        awaited = [one for one in parcels if not one.dead_end or units < self.facts.units_to_ship(line)]
        spells = [Spell(parcel.exception_at) for parcel in awaited if parcel.exception_at]
        answer = self.spelled("shipping_exception", line, spells, dt.timedelta(0), review)
        # a replacement's own line is no unit: what its carrier says concerns the line that it stands for
        parcels += self.parcels_of_replacements(line)
        if answer == OK and any(parcel.unmapped_exception for parcel in parcels):
            return Answer("unknown", "unmapped_event")
        return answer

    def later_arrivals(self, line: Row, damaged: Parcel | None = None) -> list[Moment]:
        """When the replacement and exchange orders of the line's order, or its own exchange order, arrived.

        What came in the parcel that is said to be damaged, or as part of what that one brings, mends nothing.
        """
        facts = self.facts
        order = facts.orders[line["order_id"]]
        orders = facts.standing_children(order["order_id"], "replacement")
        orders += facts.standing_children(order["order_id"], "exchange", falls=False)
        parcels = [facts.lines_of[one["order_id"]] for one in orders]
        if facts.exchanged_order(order):
            parcels.append(facts.lines_of[order["order_id"]])
        for one in facts.lines_of[order["order_id"]]:
            if one.get("replaces_order_line_id"):
                parcels.append([one])
        found = []
        for lines in parcels:
            if damaged and any(damaged in self.parcels(one) for one in lines):
                continue
            arrived = [facts.delivered_at(one) for one in lines]
            if arrived and all(arrived):
                found.append(max(moment for moment in arrived if moment))
        return found

    def reports(self, line: Row, topic: str, reason: str) -> tuple[list[Spell], list[Spell]]:
        """Reports, each resolved by what comes first after it; and a carrier's unknown words."""
        facts = self.facts
        tickets = [ticket for ticket in facts.tickets_of_line(line) if ticket.topic == topic]
        refunds = [row for row in self.refunds_of(line) if row.get("reason") in (reason, "exchange")]
        solves = [run.end for ticket in tickets for run in ticket.runs if run.end and run.how in SOLVED]
        paid = [row["refunded_at"] for row in refunds if row.get("refunded_at")]
        paid += [row["refunded_at"] for row in self.refunds_of(line) if self.answers_any_report(row, line)]
        arrived = self.later_arrivals(line)

        def resolved(start: Moment, ends: Iterable[Moment | None]) -> Moment | None:
            return min((end for end in ends if end and end >= start), default=None)

        spells = []
        for ticket in tickets:
            for run in ticket.runs:
                if run.how != "spam":
                    later = [moment for moment in (*paid, *arrived) if moment > run.start]
                    spells.append(Spell(run.start, resolved(run.start, [run.end, *later])))
        for row in refunds:
            start = row.get("requested_at") or row.get("refunded_at")
            if start and row.get("reason") == reason:
                ends = [row.get("refunded_at"), *solves, *arrived]
                spells.append(Spell(start, resolved(start, ends)))
        unmapped = []
        if topic == "damage":
            for parcel in [*self.parcels_perhaps(line), *self.parcels_of_replacements(line)]:
                ends = [*solves, *paid, *self.later_arrivals(line, damaged=parcel)]
                for moment in parcel.damaged_at:
                    spells.append(Spell(moment, resolved(moment, ends)))
                for moment in parcel.unmapped_at[-1:]:
                    unmapped.append(Spell(moment, resolved(moment, ends)))
        return spells, unmapped

    def answers_any_report(self, refund: Row, line: Row) -> bool:
        """Money or units back of the line itself, for no trouble that has a report of its own."""
        facts = self.facts
        others = [
            one["order_line_id"]
            for order_id in facts.family(line["order_id"])
            if facts.orders[order_id].get("order_type") != "replacement"
            for one in facts.lines_of[order_id]
            if one["order_line_id"] != line["order_line_id"]
        ]
        is_of_line = refund.get("order_line_id") == line["order_line_id"] or not others
        says_something = bool(refund.get("amount") or refund.get("quantity"))
        known = ("goodwill", "shipping", "damaged", "sizing")
        return bool(refund.get("refunded_at")) and is_of_line and says_something and refund.get("reason") not in known

    def unknown_reports(self, line: Row, review: bool, spells: Iterable[Spell]) -> Answer | None:
        """What is of unknown meaning may be damage or sizing, until it has cooled off."""
        cool_off = self.options["report_cool_off_days"] * DAY
        longest = self.options["max_pause_days"] * DAY
        spells = [
            *spells,
            *(
                Spell(run.start, run.end if run.how in SOLVED else None)
                for ticket in self.facts.tickets_of_line(line)
                if ticket.topic == "unknown"
                for run in ticket.runs
                if run.how != "spam"
            ),
        ]
        for row in self.refunds_of(line):
            start = row.get("requested_at") or row.get("refunded_at")
            if row.get("reason") == "unknown" and start:
                spells.append(Spell(start, row.get("refunded_at") or row.get("rejected_at")))
        clears: list[Moment | None] = []
        for spell in spells:
            if review and self.at >= spell.start + longest:
                continue
            if spell.end is None or self.at < spell.end + cool_off:
                ends = [spell.end + cool_off] if spell.end else []
                clears.append(min([*ends, *([spell.start + longest] if review else [])], default=None))
        if not clears:
            return None
        return Answer("unknown", "unknown_topic", None, None if None in clears else max(c for c in clears if c))

    def report(self, check: str, line: Row, topic: str, reason: str, review: bool) -> Answer:
        cool_off = self.options["report_cool_off_days"] * DAY
        spells, unmapped = self.reports(line, topic, reason)
        answer = self.by_spells(spells, cool_off, review)
        problem = answer if answer.state == "problem" else None
        return self.seen(check, line, problem, self.unknown_reports(line, review, unmapped) or answer)

    def damage(self, line: Row, review: bool = False) -> Answer:
        return self.report("damage", line, "damage", "damaged", review)

    def sizing(self, line: Row, review: bool = False) -> Answer:
        return self.report("sizing", line, "sizing", "sizing", review)

    def ticket(self, line: Row, review: bool = False) -> Answer:
        spells = [
            Spell(run.start, run.end)
            for ticket in self.facts.tickets_of_line(line)
            for run in ticket.runs
            if run.how != "spam"
        ]
        return self.spelled("ticket", line, spells, self.options["ticket_cool_off_days"] * DAY, review)

    def satisfaction(self, line: Row) -> Answer:
        def is_solved(ticket: Ticket) -> bool:
            last: Run = ticket.runs[-1]
            return last.end is not None and last.how in SOLVED

        marks = [
            (moment, mark == "bad")
            for ticket in self.facts.tickets_of_line(line)
            if is_solved(ticket)
            for moment, mark in ticket.marks
        ]
        answer = OK
        window = self.options["satisfaction_days"] * DAY
        if marks and max(marks)[1] and self.at < max(marks)[0] + window:
            answer = Answer("waiting", None, max(marks)[0], max(marks)[0] + window)
        return self.seen("satisfaction", line, None, answer)

    # --- policy ---------------------------------------------------------------------------------

    def order_eligible(self, line: Row) -> Answer:
        order = self.facts.orders[line["order_id"]]
        if self.facts.is_test(order):
            return Answer("problem", "test")
        if self.facts.erased(order["customer_id"]):
            return Answer("problem", "erased")
        if order.get("order_type") == "replacement":
            return Answer("problem", "replacement")
        if (order.get("sales_channel") or "").casefold() == "marketplace":
            return Answer("problem", "marketplace")
        if order.get("order_type") == "unknown":
            return Answer("unknown", "order_type")
        if self.facts.reading.unread_feeds.get("overrides") == "degraded":
            return Answer("unknown", "degraded")
        return self.seen("order_eligible", line, None, OK)

    def reviewable(self, line: Row) -> Answer:
        rows = self.facts.catalogue_of(line)
        if line.get("is_gift_card") or any(row.get("is_reviewable") is False for row in rows):
            return Answer("problem")
        if "products" in self.facts.reading.unread_feeds:
            return Answer("unknown", "feed_products")
        rows = [row for row in rows if row.get("is_active") is not False]
        if not rows or any(row.get("is_reviewable") is None for row in rows):
            return Answer("unknown", "no_product")
        return self.seen("reviewable", line, None, OK)

    def gift(self, line: Row) -> Answer:
        order = self.facts.orders[line["order_id"]]
        parent = self.facts.exchanged_order(order)
        problem = Answer("problem") if order.get("is_gift") or (parent and parent.get("is_gift")) else None
        return self.seen("gift", line, problem, OK)

    def is_of_store(self, row: Row, store: str | None) -> bool:
        """A word that names no store is of all; of an order of no known store it may forbid, and permits nothing."""
        said = row.get("store_id")
        if said is None:
            return True
        return row["status"] != "subscribed" if store is None else bool(said.lower() == store.lower())

    def consent(self, line: Row, target: Target | None) -> Answer:
        order = self.facts.orders[line["order_id"]]
        channel = self.options["default_channel"]
        address = self.facts.address_of_order(line["order_id"], channel)
        account = self.facts.accounts[order["customer_id"]]
        words: list[tuple[Moment, int, str, str | None]] = []
        for row in self.facts.ledger[channel, address or f"account:{order['customer_id']}"]:
            if self.is_of_store(row, order.get("store_id")):
                status = row["status"]
                rank = {"subscribed": 0, "unknown": 1, None: 1, "unsubscribed": 2}[status]
                words.append((row["occurred_at"], rank, status or "unknown", row.get("basis")))
        for event in self.facts.events_at.get((channel, address or ""), []):
            if event["event_type"] == "unsubscribed":
                words.append((event["occurred_at"], 2, "unsubscribed", None))
        words.sort(key=lambda word: word[:2])
        rule = self.consent_rule(account.get("country"), channel)
        said = [word for word in words if word[2] != "unknown"]
        problem = None
        if said and said[-1][2] == "unsubscribed":
            problem = Answer("problem", "unsubscribed", said[-1][0])
        elif said and said[-1] is words[-1] and said[-1][3] not in ("express", None) and target and target.sku:
            problem = None if self.similar(line, target.sku) else Answer("problem", "not_similar")
        if words and words[-1][2] == "unknown":
            otherwise = Answer("unknown", "unknown_status")
        elif said:
            needs_express = rule["needs_express_consent"] == "true" and said[-1][3] != "express"
            otherwise = Answer("unknown", "not_express") if needs_express else OK
        elif rule["allows_implied_consent"] == "true":
            bought = [
                other["ordered_at"]
                for other in self.facts.orders_of[self.facts.person_of_order(order["order_id"])]
                if other.get("order_type") in (None, "purchase", "subscription_renewal")
                and not other.get("cancelled_at")
                and not self.facts.is_test(other)
            ]
            days = rule["implied_days"]
            over = not bought or (bool(days) and self.at > max(bought) + int(days) * DAY)
            otherwise = Answer("unknown", "implied_ran_out") if over else OK
        else:
            otherwise = Answer("unknown", "nothing_in_ledger")
        return self.seen("consent", line, problem, otherwise)

    def consent_rule(self, country: str | None, channel: str) -> Row:
        for wanted in (country or "*", "*"):
            for row in self.consent_rules:
                if row["country"] == wanted and row["channel"] == channel:
                    return row
        raise KeyError(channel)

    def similar(self, line: Row, sku: str) -> bool:
        """A category that the person bought before."""

        def category(of: str) -> str:
            return (self.facts.products.get(of, {}).get("category") or "").casefold()

        person = self.facts.person_of_order(line["order_id"])
        bought = {
            category(row["sku"])
            for order in self.facts.orders_of[person]
            if not order.get("cancelled_at")
            for row in self.facts.lines_of[order["order_id"]]
        }
        return category(sku) in bought

    def deliverability(self, line: Row) -> Answer:
        channel = self.options["default_channel"]
        address = self.facts.address_of_order(line["order_id"], channel)
        if not address:
            return Answer("problem", "no_address")
        events = self.facts.events_at.get((channel, address), [])
        problem = None
        listed = self.facts.suppressed[channel, address]
        for row in listed:
            if row.get("channel") in (None, channel):
                problem = Answer("problem", "suppressed", row.get("since"))
        complaints = [event["occurred_at"] for event in events if event["event_type"] == "complained"]
        if complaints:
            problem = Answer("problem", "complained", min(complaints))
        bad = [event["occurred_at"] for event in events if event["event_type"] in ("hard_bounced", "dropped")]
        good = [event["occurred_at"] for event in events if event["event_type"] in ("delivered", "opened", "clicked")]
        if bad and not problem and not (good and max(good) > max(bad)):
            problem = Answer("problem", "bounced", max(bad))
        # a list of a channel that nobody knows may be of this one
        unknown = any(event["event_type"] in ("unknown", None) for event in events) or bool(listed)
        return self.seen("deliverability", line, problem, Answer("unknown", "unknown_event") if unknown else OK)

    def is_commercial(self, action: str) -> bool:
        known = self.actions.get(action)
        return known is None or known["action_class"] == "commercial"

    def frequency(self, line: Row, action: str) -> Answer:
        person = self.facts.person_of_order(line["order_id"])
        sent = sorted(row["sent_at"] for row in self.facts.messages_of[person] if self.is_commercial(row["action"]))
        options = self.options
        clears: list[Moment] = []
        limit = options["frequency_max_messages"]
        window = options["frequency_window_days"] * DAY
        if len(sent) >= limit and self.at < sent[-limit] + window:
            clears.append(sent[-limit] + window)
        gap = options["frequency_min_gap_hours"] * HOUR
        if sent and self.at < sent[-1] + gap:
            clears.append(sent[-1] + gap)
        if action == "review_request":
            asks = [r["sent_at"] for r in self.facts.messages_of[person] if r["action"] == "review_request"]
            rest = options["review_min_gap_days"] * DAY
            if asks and self.at < max(asks) + rest:
                clears.append(max(asks) + rest)
        return Answer("waiting", None, None, max(clears)) if clears else OK

    def already_done(self, line: Row, action: str) -> Answer:
        facts = self.facts
        person = facts.person_of_order(line["order_id"])
        sent = [row for row in facts.messages_of[person] if row["action"] == action and not row["failed"]]
        scope = self.actions[action]["scope"]
        if action == "review_request":
            done = self.review_done(line, person, sent)
        elif action == "shipping_update":
            done = self.update_done(line, sent)
        elif action == "delivery_check_in":
            done = self.check_in_done(line, sent)
        elif scope == "customer":
            done = bool(sent)
        elif scope == "order":
            done = any(self.covers_order(row, line) for row in sent)
        else:
            done = any(facts.covers(row, line) for row in sent)
        otherwise = OK
        if facts.orders[line["order_id"]]["customer_id"] in facts.shared:
            otherwise = Answer("unknown", "shared_address")
        ordered = facts.orders[line["order_id"]]["ordered_at"]
        if any(
            row["action"] not in self.actions
            and row["action"] != "newsletter"
            and row["sent_at"] >= ordered
            and not row["failed"]
            for row in facts.messages_of[person]
        ):
            otherwise = Answer("unknown", "unmapped_flow")
        check = "review_done" if action == "review_request" else "already_done"
        return self.seen(check, line, Answer("problem") if done else None, otherwise)

    def covers_order(self, message: Row, line: Row) -> bool:
        if message.get("order_id"):
            return message["order_id"] in self.facts.family(line["order_id"])
        return self.facts.orders[line["order_id"]]["ordered_at"] < message["sent_at"]

    def review_done(self, line: Row, person: str, asked: list[Row]) -> bool:
        """Asked for this line, or for its product within a year; or the product was reviewed ever."""
        facts = self.facts
        product = facts.product_of(line["sku"], line)
        if any(facts.covers(row, line) for row in asked):
            return True
        for row in asked:
            if self.at < row["sent_at"] + 365 * DAY:
                for order in facts.orders_of[person]:
                    for other in facts.lines_of[order["order_id"]]:
                        if facts.covers(row, other) and facts.product_of(other["sku"], other) == product:
                            return True
        return any(product in self.products_of_review(row, person) for row in self.reviews_of(person))

    def products_of_review(self, row: Row, person: str) -> set[str | None]:
        """Of its SKU, which may be what only the person's lines still know; a review that names none is about every
        product of its order."""
        facts = self.facts
        if row.get("sku"):
            bought = [line for order in facts.orders_of[person] for line in facts.lines_of[order["order_id"]]]
            known = {facts.product_of(row["sku"], line) for line in bought if line["sku"] == row["sku"]}
            return known | {facts.product_of(row["sku"])}
        return {facts.product_of(line["sku"], line) for line in facts.lines_of.get(row.get("order_id") or "", [])}

    @functools.cached_property
    def reviews_by_person(self) -> dict[str, list[Row]]:
        facts = self.facts
        found: dict[str, list[Row]] = {}
        for row in facts.reading.of("reviews"):
            persons: set[str] = set()
            if row.get("customer_id") in facts.person:
                persons.add(facts.person[row["customer_id"]])
            if row.get("order_id") in facts.orders:
                persons.add(facts.person_of_order(row["order_id"]))
            if row.get("reviewer_email"):
                persons |= facts.writers(row["reviewer_email"].strip().casefold())
            for person in persons:
                found.setdefault(person, []).append(row)
        return found

    def reviews_of(self, person: str) -> list[Row]:
        return self.reviews_by_person.get(person, [])

    def update_done(self, line: Row, sent: list[Row]) -> bool:
        """Only a message since the news counts; one without a parcel covers the parcels under way when it went out."""
        news = self.shipping_news(line)
        if news is None:
            return False
        moment, parcels = news
        for row in sent:
            if row["sent_at"] < moment:
                continue
            if row.get("fulfillment_id"):
                if row["fulfillment_id"] in {parcel.fulfillment_id for parcel in parcels}:
                    return True
            elif self.covers_order(row, line):
                came = [self.facts.came_at(parcel, line) for parcel in parcels]
                if any(at is None or at > row["sent_at"] for at in came):
                    return True
        return False

    def shipping_news(self, line: Row) -> tuple[Moment, list[Parcel]] | None:
        """The last news of the parcels of a line and of what replaces it: handed over, or a trouble began.

        A digital line has none.
        """
        found = []
        if self.facts.is_digital(line):
            return None
        for one in [line, *self.facts.standing_in(line)]:
            for parcel in self.parcels_perhaps(one):
                if not parcel.shipped_at:
                    continue
                news = [parcel.shipped_at]
                if parcel.exceptions:
                    news.append(max(parcel.exceptions))
                news += self.facts.stalls_of(parcel, one)
                found.append((max(news), parcel))
        if not found:
            return None
        last = max(moment for moment, _ in found)
        return last, [parcel for moment, parcel in found if moment == last]

    def check_in_done(self, line: Row, sent: list[Row]) -> bool:
        """A check-in after the last parcel that arrived, or one that names it."""
        delivered, parcels = self.facts.last_parcel_arrival(line)
        for row in sent:
            if row.get("fulfillment_id") in parcels:
                return True
            if self.covers_order(row, line) and delivered and row["sent_at"] >= delivered:
                return True
        return False

    def person_issue(self, line: Row) -> Answer:
        """Another order of the person, of another family, or another line of this one has an open issue."""
        facts = self.facts
        family = facts.family(line["order_id"])
        # a line that its own checks hold is not held for its neighbour, too
        is_quiet = self.waits_for_help(line) is None
        unknown: Answer | None = None
        for order in facts.orders_of[facts.person_of_order(line["order_id"])]:
            is_own = order["order_id"] in family
            if is_own and (not is_quiet or order.get("order_type") == "replacement"):
                continue
            for other in facts.lines_of[order["order_id"]]:
                if other["order_line_id"] == line["order_line_id"]:
                    continue
                answer = self.waits_for_help(other)
                if answer and answer.state == "problem":
                    return answer
                unknown = answer or unknown
        return unknown or self.seen("person_issue", line, None, OK)

    def waits_for_help(self, line: Row) -> Answer | None:
        """Whether a line has an open issue, or one that could not be looked for."""
        lives = self.facts.lives_by_itself(line)
        issues = self.open_issues(line)
        if issues if lives else self.reported(issues):
            return Answer("problem")
        if not lives:
            return None
        unknown: Answer | None = None
        for check in [*ISSUE_CHECKS, "help_seeking"]:
            reason = self.unread(check, line)
            if reason:
                unknown = Answer("unknown", reason)
        if self.payment(line).detail == "unknown_status":
            unknown = self.payment(line)
        for answer in (self.damage(line), self.sizing(line), self.shipping_exception(line)):
            # of what time will clear nothing is open
            if answer.state == "unknown" and not answer.clears_at:
                unknown = answer
        return unknown

    @functools.cache  # noqa: B019
    def _open_issues(self, line_id: str) -> tuple[tuple[str, Answer], ...]:
        line = self.facts.lines[line_id]
        answers = {check: getattr(self, check)(line) for check in ISSUE_CHECKS}
        return tuple(
            (check, answer)
            for check, answer in answers.items()
            if answer.state == "problem" and (check != "payment" or answer.detail in PAYMENT_ISSUES)
        )

    @staticmethod
    def reported(issues: dict[str, Answer]) -> dict[str, Answer]:
        """Those that somebody reported: what is long over has no other."""
        return {
            check: answer
            for check, answer in issues.items()
            if check in ("ticket", "refund") or (check == "payment" and answer.detail == "chargeback")
        }

    def open_issues(self, line: Row) -> dict[str, Answer]:
        order = self.facts.orders[line["order_id"]]
        if order.get("order_type") == "replacement" or self.facts.is_test(order):
            return {}
        return dict(self._open_issues(line["order_line_id"]))

    def bundle_wait(self, line: Row) -> Answer:
        ready = self.facts.use_ready_at(line)
        until = ready + self.options["bundle_wait_days"] * DAY if ready else None
        if not ready or not until or self.at < ready or self.at >= until:
            return OK
        waits, unknown = [], False
        for order_id in sorted(self.facts.family(line["order_id"])):
            for other in self.facts.lines_of[order_id]:
                if other["order_line_id"] == line["order_line_id"] or not self.may_be_asked_about(other):
                    continue
                others = self.facts.use_ready_at(other)
                is_soon = others is not None and self.at < others <= until
                if "unknown" in (self.delivery(other).state, self.kept(other).state):
                    unknown = unknown or is_soon or others is None
                elif is_soon and others:
                    waits.append(others)
        if waits:
            return Answer("waiting", None, None, max(waits))
        return Answer("unknown", "sibling_delivery", None, until) if unknown else OK

    def may_be_asked_about(self, line: Row) -> bool:
        if self.facts.orders[line["order_id"]].get("order_type") == "replacement":
            return False
        rows = self.facts.catalogue_of(line)
        if line.get("is_gift_card") or any(row.get("is_reviewable") is False for row in rows):
            return False
        done = self.already_done(line, "review_request").state == "problem"
        return not done and self.kept(line).state != "problem"

    def incentive(self) -> Answer:
        for row in self.incentives:
            starts, ends = row["valid_from"], row["valid_to"]
            day = self.at.date().isoformat()
            if row["destination"] != self.options["review_destination"] or starts > day or (ends and ends <= day):
                continue
            if row["depends_on_sentiment"] == "true" or row["is_disclosed"] == "false":
                return Answer("problem")
            if row["destination"] in ("google", "trustpilot", "amazon"):
                return Answer("problem")
            if not row["depends_on_sentiment"] or not row["is_disclosed"]:
                return Answer("unknown")
        return OK

    def holdout(self, line: Row, action: str) -> Answer:
        facts = self.facts
        person = facts.person_of_order(line["order_id"])
        for row in facts.assignments_of[person]:
            if row["action"] == action and (row.get("variant") or "").casefold() == "control":
                return Answer("problem")
        # a shop that has none assigns nobody elsewhere
        if "experiment_assignments" not in facts.reading.connected:
            return OK
        return self.seen("holdout", line, None, OK)

    # --- targets --------------------------------------------------------------------------------

    KINDS = {
        "cross_sell": {"accessory", "consumable", "bundle"},
        "upsell": {"premium", "bundle"},
        "warranty": {"warranty"},
    }

    def target(self, line: Row, action: str) -> Target | None:
        """The candidate with the fewest problems, then the highest value, then the SKU."""
        kind = self.actions[action]["target_kind"]
        if not kind:
            return None
        facts = self.facts
        sku = line["sku"]
        candidates: list[tuple[str, str | None]] = []
        if kind == "same_sku":
            candidates = [(sku, "compatible")]
        elif kind == "subscription":
            if facts.days_per_unit(sku) is not None:
                candidates = [(sku, "compatible")] + [
                    (row["related_sku"], row.get("compatibility"))
                    for row in facts.relations[sku]
                    if row["relation"] == "subscription"
                ]
        else:
            candidates = [
                (row["related_sku"], "unknown" if row["relation"] == "unknown" else row.get("compatibility"))
                for row in facts.relations[sku]
                if row["relation"] in self.KINDS[kind] | {"unknown"}
            ]
        # a relation to what is no product has nothing to offer, and takes nothing from what else is related
        candidates = [one for one in candidates if one[0] == sku or one[0] in facts.products]
        if not candidates:
            return Target(None, {"related_sku": self.related() or Answer("problem", "no_target")})
        probability = self.costs["same_sku_probability" if kind == "same_sku" else "declared_pair_probability"]
        targets = [
            self.judge(line, action, kind, candidate, compatibility, probability)
            for candidate, compatibility in candidates
        ]

        def order(target: Target) -> tuple[int, Decimal, str]:
            problems = sum(answer.state == "problem" for answer in target.answers.values())
            return problems, -(target.value or ZERO), target.sku or ""

        return min(targets, key=order)

    def judge(
        self, line: Row, action: str, kind: str, sku: str, compatibility: str | None, probability: Decimal
    ) -> Target:
        if sku not in self.facts.products:
            return Target(sku, {"related_sku": Answer("unknown", "no_product")} if kind != "same_sku" else {})
        value = self.value(sku, probability)
        answers = {
            "related_sku": self.related() or OK,
            "compatibility": self.compatibility(sku, compatibility),
            "pair_profit": Answer("unknown") if value is None else Answer("problem") if value <= 0 else OK,
            "stock": self.stock(sku),
            "owned": self.owned(line, sku),
            "active_subscription": self.active_subscription(line),
            "supplied": self.supplied(line, action, sku),
        }
        cells = {
            "same_sku": {"pair_profit", "stock", "active_subscription", "supplied"},
            "cross_sell": {"related_sku", "compatibility", "pair_profit", "stock", "owned", "supplied"},
            "upsell": {"related_sku", "compatibility", "pair_profit", "stock", "owned"},
            "warranty": {"related_sku", "compatibility", "pair_profit", "stock", "owned"},
        }.get(kind, set(answers))
        return Target(sku, {check: answer for check, answer in answers.items() if check in cells}, value)

    def related(self) -> Answer | None:
        """What goes with what nobody can say of a catalogue that is not read."""
        unread = [feed for feed in ("products", "sku_relations") if feed in self.facts.reading.unread_feeds]
        return Answer("unknown", f"feed_{unread[0]}") if unread else None

    def compatibility(self, sku: str, said: str | None) -> Answer:
        if said == "incompatible":
            return Answer("problem")
        if said == "unknown":
            return Answer("unknown", "unknown_value")
        if said is None and self.facts.use_profile(sku)["needs_compatibility"] == "true":
            return Answer("unknown", "not_stated")
        return OK

    def value(self, sku: str, probability: Decimal) -> Decimal | None:
        """What a recommendation earns at least, from declared assumptions alone: the assumed probability at its
        lower bound."""
        product = self.facts.products.get(sku)
        costs = sorted(self.facts.costs[sku], key=lambda row: row["valid_from"] or Moment.min)
        if not product or not costs or product.get("list_price") is None or costs[-1].get("landed_cost") is None:
            return None
        a = self.costs
        price, cost = product["list_price"], costs[-1]["landed_cost"]
        fee = a["payment_fee_share"] * price + a["payment_fee_fixed"]
        shipping = a["outbound_shipping_cost"] - a["shipping_charged"]
        r = a["refund_probability"]
        returned = (
            fee * a["payment_fee_not_returned_share"]
            + shipping
            + a["return_shipping_cost"]
            + a["return_processing_cost"]
            + (1 - a["salvage_share"]) * cost
        )
        profit = (1 - r) * (price - cost - fee - shipping) - r * returned
        error = a["assumed_probability_error"]
        least = probability * (1 - error * error / 9 - Decimal("1.645") * error / 3) ** 3
        return least * profit - a["send_cost"] - a["unsubscribe_increase"] * a["unsubscribe_loss"]

    def stock(self, sku: str) -> Answer:
        product = self.facts.products.get(sku)
        if product and (product.get("is_active") is False or (product.get("inventory_quantity") or 1) <= 0):
            return Answer("problem")
        if product and product.get("inventory_quantity") == 0:
            return Answer("problem")
        if product is None or "products" in self.facts.reading.unread_feeds:
            return Answer("unknown")
        return OK

    def owned(self, line: Row, sku: str) -> Answer:
        facts = self.facts
        person = facts.person_of_order(line["order_id"])
        product = facts.product_of(sku)
        consumable = facts.days_per_unit(sku) is not None
        for order in facts.orders_of[person]:
            if order.get("order_type") == "replacement" or facts.is_test(order):
                continue
            for other in facts.lines_of[order["order_id"]]:
                if facts.product_of(other["sku"], other) != product:
                    continue
                # an exchange is no refund
                paid = [
                    row["refunded_at"]
                    for row in self.refunds_of(other)
                    if row.get("refunded_at")
                    and row.get("reason") != "shipping"
                    and not (row.get("reason") == "exchange" and row.get("order_line_id"))
                ]
                gone = (facts.nothing_kept(other) and facts.units_kept(other) > 0) or facts.units_back(other) > 0
                if paid and gone and self.at < max(paid) + 365 * DAY:
                    return Answer("problem", "refunded")
                if not facts.is_bought(other) or facts.nothing_kept(other):
                    continue
                if not consumable:
                    return Answer("problem", "bought")
                if facts.delivered_at(other) is None:
                    return Answer("problem", "on_its_way")
        if facts.orders[line["order_id"]]["customer_id"] in facts.shared:
            return Answer("unknown", "shared_address")
        return self.seen("owned", line, None, OK)

    def declared_subscriptions(self, sku: str) -> set[str]:
        return {row["related_sku"] for row in self.facts.relations[sku] if row["relation"] == "subscription"}

    def subscribed(self, line: Row, sku: str) -> bool:
        person = self.facts.person_of_order(line["order_id"])
        wanted = {sku} | self.declared_subscriptions(sku)
        return any(row["sku"] in wanted and not row.get("cancelled_at") for row in self.facts.subscriptions_of[person])

    def active_subscription(self, line: Row) -> Answer:
        problem = Answer("problem") if self.subscribed(line, line["sku"]) else None
        return self.seen("active_subscription", line, problem, OK)

    def supplied(self, line: Row, action: str, sku: str) -> Answer:
        facts = self.facts
        if action == "subscription_offer":
            sku = line["sku"]
        if facts.days_per_unit(sku) is None:
            return OK
        person = facts.person_of_order(line["order_id"])
        problem = None
        until = facts.supplied_until(person, sku)
        spare = self.options["supply_days"] * DAY
        if until and until > self.at + spare:
            problem = Answer("problem", "enough", None, until - spare)
        if self.subscribed(line, sku):
            problem = Answer("problem", "subscription")
        if action == "replenishment":
            ordered = facts.orders[line["order_id"]]["ordered_at"]
            later = [
                row
                for row in facts.purchases(person, sku)
                if facts.orders[row["order_id"]]["ordered_at"] > ordered and not facts.nothing_kept(row)
            ]
            if later:
                problem = Answer("problem", "bought_again")
        otherwise = OK
        if facts.orders[line["order_id"]]["customer_id"] in facts.shared:
            otherwise = Answer("unknown", "shared_address")
        return self.seen("supplied", line, problem, otherwise)


__all__ = ["BOUNDED", "ISSUE_CHECKS", "OK", "Answer", "Checks", "Target", "replace"]
