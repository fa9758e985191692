"""Rows, verdicts, reasons and next actions: sections 4 and 5, from the answers of the checks."""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from oracle_checks import BOUNDED, ISSUE_CHECKS, OK, Answer, Checks, Target
from oracle_facts import Facts, Moment
from oracle_reading import DAY, RawRow, Row, read, seed

OPTIONS: dict[str, Any] = {
    "live_days": 180,
    "default_channel": "email",
    "delivery_grace_days": 3,
    "transit_default_days": 9,
    "help_seeking_days": 3,
    "report_cool_off_days": 7,
    "ticket_cool_off_days": 3,
    "satisfaction_days": 14,
    "max_pause_days": 30,
    "bundle_wait_days": 3,
    "frequency_window_days": 7,
    "frequency_max_messages": 3,
    "frequency_min_gap_hours": 24,
    "review_min_gap_days": 5,
    "send_valid_hours": 24,
    "review_destination": "own_site",
    "channel_opens_hour": 8,
    "channel_closes_hour": 21,
    "store_timezone": None,
    "stall_days": 7,
    "handling_days": 7,
    "supply_days": 14,
}
# An override never replaces a verdict that rests on these.
ABOVE_OVERRIDES = {"order_eligible", "consent", "deliverability", "payment", "held", "incentive", "already_done"}
NEVER_ACTS = {"already_done", "related_sku", "owned", "active_subscription"}


@dataclass(frozen=True)
class Decision:
    order_line_id: str
    order_id: str
    action: str
    decision: str
    reason_codes: list[str]
    details: dict[str, str | None]
    due_at: Moment | None
    expires_at: Moment | None
    recheck_at: Moment | None
    recommended_sku: str | None = None
    # of every check that was asked, whether the matrix reads it or not
    states: dict[str, str] = field(default_factory=dict)

    @property
    def primary_reason(self) -> str | None:
        return self.reason_codes[0] if self.reason_codes else None


@dataclass(frozen=True)
class NextAction:
    order_id: str
    lane: str
    action: str | None
    decision: str
    is_headline: bool
    is_customer_pick: bool


class Gate:
    """The decisions of a shop at an instant."""

    def __init__(
        self,
        raw: Mapping[str, list[RawRow]],
        at: dt.datetime,
        policy: Path,
        options: dict[str, Any] | None = None,
        feeds_not_kept: Iterable[str] = (),
        columns_not_kept: Iterable[str] = (),
    ) -> None:
        self.options = {**OPTIONS, **(options or {})}
        self.at = at
        reading = read(raw, at, policy, feeds_not_kept, columns_not_kept)
        self.facts = Facts(reading, policy, self.options)
        self.checks = Checks(self.facts, policy, self.options)
        self.actions = seed(policy, "actions")
        self.matrix = sorted(seed(policy, "gate_matrix"), key=lambda row: int(row["position"]))
        zones = policy.parent / "reference"
        self.zones: dict[str, list[str]] = defaultdict(list)
        for row in seed(zones, "country_time_zones"):
            self.zones[row["country"]].append(row["timezone"])

    # --- which lines have rows ------------------------------------------------------------------

    def is_live(self, line: Row) -> bool:
        """The lines of an order are live together."""
        lines = self.facts.lines_of[line["order_id"]]
        return self.facts.lives_by_itself(line) or any(self.is_live_again(one) for one in lines)

    def is_live_again(self, line: Row) -> bool:
        facts = self.facts
        depletion = facts.depletion_at(line)
        if depletion and self.at <= depletion + 14 * DAY:
            return True
        # silence about an old parcel is no news: what is long over is live by what somebody reported
        return bool(self.checks.reported(self.checks.open_issues(line)))

    @functools.cached_property
    def live_lines(self) -> list[Row]:
        return [line for line in self.facts.lines.values() if self.is_live(line)]

    # --- when ------------------------------------------------------------------------------------

    def anchor(self, line: Row, name: str) -> Moment | None:
        facts = self.facts
        if name == "payment":
            if self.checks.payment_of(line["order_id"]).detail in ("chargeback", "failed"):
                return None
            return self.checks.stands_since(line["order_id"])
        if name == "shipping_news":
            news = self.checks.shipping_news(line)
            return news[0] if news else None
        if name == "parcel_delivered":
            return facts.last_parcel_arrival(line)[0]
        if name == "delivered":
            return facts.delivered_at(line)
        if name == "last_shipped":
            return facts.shipped_at(line)
        if name == "use_ready":
            return facts.use_ready_at(line)
        if name == "depletion":
            return facts.depletion_at(line)
        if name == "repeat_use_ready":
            order = facts.orders[line["order_id"]]
            # an exchange order is told as a line of the order that it answers would be
            ordered = (facts.exchanged_order(order) or order)["ordered_at"]
            person = facts.person_of_order(line["order_id"])
            before = [
                row
                for row in facts.purchases(person, line["sku"])
                if facts.orders[row["order_id"]]["ordered_at"] < ordered
                and not row.get("replaces_order_line_id")
                and not facts.nothing_kept(row)
            ]
            return facts.use_ready_at(line) if before else None
        raise KeyError(name)

    def window(self, line: Row, action: Row) -> tuple[Moment | None, Moment | None]:
        """due_at and expires_at of a row."""
        anchor = self.anchor(line, action["due_anchor"])
        due = anchor + int(action["due_offset_days"]) * DAY if anchor else None
        expires: Moment | None = None
        if action["expires_anchor"]:
            start = due if action["expires_anchor"] == "due" else self.anchor(line, action["expires_anchor"])
            expires = start + int(action["expires_offset_days"]) * DAY if start else None
        ends: list[Moment] = []
        if action["action"] == "order_confirmation":
            ends = [p.delivered_at for p in self.facts.parcels_of[line["order_id"]] if p.delivered_at]
        if action["action"] == "shipping_update":
            news = self.checks.shipping_news(line)
            came = [self.facts.came_at(parcel, line) for parcel in news[1]] if news else []
            if came and None not in came:
                ends = [max(moment for moment in came if moment)]
        if expires and ends:
            expires = min(expires, *ends)
        return due, expires

    def opens_at(self, line: Row, action: Row) -> Moment:
        """The first instant from now on inside the channel's hours."""
        if action["action_class"] == "transactional":
            return self.at
        account = self.facts.accounts[self.facts.orders[line["order_id"]]["customer_id"]]
        zone = account.get("timezone") or self.options["store_timezone"]
        names = [zone] if zone else self.zones.get(account.get("country") or "", [])
        moment = self.at
        for _ in range(24 * 8):
            if all(self.is_open(moment, name) for name in names):
                return moment
            moment = (moment + dt.timedelta(minutes=15)).replace(second=0, microsecond=0)
            moment -= dt.timedelta(minutes=moment.minute % 15)
        return self.at

    def is_open(self, moment: Moment, zone: str) -> bool:
        local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        return self.options["channel_opens_hour"] <= local.hour < self.options["channel_closes_hour"]

    def due(self, line: Row, action: Row) -> Answer:
        due, expires = self.window(line, action)
        if due is None:
            return Answer("waiting", "no_anchor")
        if expires and self.at > expires:
            return Answer("problem", "expired", expires)
        if self.at < due:
            return Answer("waiting", "not_due", None, due)
        if expires and self.opens_at(line, action) > expires:
            return Answer("problem", "expires_before_hours")
        return OK

    # --- verdicts ---------------------------------------------------------------------------------

    @functools.cache  # noqa: B019
    def line_answers(self, line_id: str) -> dict[str, Answer]:
        """Answers that are the same for every action."""
        line = self.facts.lines[line_id]
        names = [
            "order_eligible",
            *ISSUE_CHECKS,
            "settled",
            "delivery_scan",
            "use_window",
            "status_page",
            "help_seeking",
            "kept",
            "satisfaction",
            "gift",
            "reviewable",
            "deliverability",
            "person_issue",
            "bundle_wait",
        ]
        return {name: getattr(self.checks, name)(line) for name in names}

    def answers(self, line: Row, action: Row, target: Target | None) -> dict[str, Answer]:
        name = action["action"]
        found = dict(self.line_answers(line["order_line_id"]))
        if name == "review_request":
            for check in BOUNDED - {"help_seeking"}:
                found[check] = getattr(self.checks, check)(line, review=True)
            found["incentive"] = self.checks.incentive()
        found["consent"] = self.checks.consent(line, target)
        found["already_done"] = self.checks.already_done(line, name)
        found["frequency"] = self.checks.frequency(line, name)
        found["holdout"] = self.checks.holdout(line, name)
        found["due"] = self.due(line, action)
        if target:
            found.update(target.answers)
        return found

    def decide(self, line: Row, action: Row) -> Decision | None:
        name = action["action"]
        if name == "support_recovery":
            return self.support_row(line)
        if name == "replenishment" and self.facts.days_per_unit(line["sku"]) is None:
            return None
        target = self.checks.target(line, name)
        answers = self.answers(line, action, target)
        cells = [
            (row["check_name"], row["state"], row[name])
            for row in self.matrix
            if row[name] and answers.get(row["check_name"], OK).state == row["state"]
        ]
        decision = "send"
        if cells:
            decision = "support" if any(verdict == "support" for _, _, verdict in cells) else "pause"
        first = [cell for cell in cells if cell[2] == decision] + [cell for cell in cells if cell[2] != decision]
        codes = [f"{check}:{state}" for check, state, _ in first]
        due, expires = self.window(line, action)
        recheck: Moment | None = None
        if decision == "pause":
            clears = [answers[check].clears_at for check, _, _ in cells]
            recheck = None if None in clears else max(moment for moment in clears if moment)
        override = self.override(line, name)
        if override and self.may_override(cells, action):
            decision = override["decision"]
            codes = [f"override:{override.get('set_by')}"]
            recheck = override.get("expires_at") if decision == "pause" else None
        return Decision(
            line["order_line_id"],
            line["order_id"],
            name,
            decision,
            codes,
            {check: answers[check].detail for check, _, _ in cells},
            due,
            expires,
            recheck,
            target.sku if target else None,
            {check: answer.state for check, answer in answers.items()},
        )

    @functools.cached_property
    def overrides(self) -> dict[str, list[Row]]:
        return self.facts.by("overrides", "order_line_id")

    def override(self, line: Row, action: str) -> Row | None:
        rows = [
            row
            for row in self.overrides[line["order_line_id"]]
            if row.get("action") == action and (row.get("expires_at") is None or row["expires_at"] > self.at)
        ]
        care = ("send", "pause", "support")
        return max(rows, key=lambda row: (row["set_at"], care.index(row["decision"]), row["override_id"]), default=None)

    @staticmethod
    def may_override(cells: list[tuple[str, str, str]], action: Row) -> bool:
        if any(check in ABOVE_OVERRIDES for check, _, _ in cells):
            return False
        return action["action_class"] != "commercial" or not any(state == "unknown" for _, state, _ in cells)

    def support_row(self, line: Row) -> Decision | None:
        issues = self.checks.open_issues(line)
        if not issues:
            return None
        positions = [row["check_name"] for row in self.matrix if row["state"] == "problem"]
        checks = sorted(issues, key=positions.index)
        since = [issues[check].since for check in checks if issues[check].since]
        return Decision(
            line["order_line_id"],
            line["order_id"],
            "support_recovery",
            "support",
            [f"{check}:problem" for check in checks],
            {check: issues[check].detail for check in checks},
            min((moment for moment in since if moment), default=None),
            None,
            None,
        )

    @functools.cached_property
    def decisions(self) -> dict[tuple[str, str], Decision]:
        found = {}
        for line in self.live_lines:
            for action in self.actions:
                decision = self.decide(line, action)
                if decision:
                    found[line["order_line_id"], action["action"]] = decision
        return found

    # --- next actions -----------------------------------------------------------------------------

    @functools.cached_property
    def next_actions(self) -> dict[tuple[str, str], NextAction]:
        """By order and lane."""
        classes = {row["action"]: row["action_class"] for row in self.actions}
        priority = {row["action"]: int(row["priority"]) for row in self.actions}
        by_order: dict[str, list[Decision]] = defaultdict(list)
        for decision in self.decisions.values():
            by_order[decision.order_id].append(decision)
        picks: dict[str, Decision] = {}

        def rank(decision: Decision) -> tuple[int, Moment, str]:
            return priority[decision.action], decision.due_at or Moment.max, decision.order_line_id

        best: dict[str, Decision] = {}
        for order_id, rows in by_order.items():
            sends = [r for r in rows if r.decision == "send" and classes[r.action] == "commercial"]
            if sends:
                best[order_id] = min(sends, key=rank)
                person = self.facts.person_of_order(order_id)
                picks[person] = min([best[order_id], *([picks[person]] if person in picks else [])], key=rank)
        found: dict[tuple[str, str], NextAction] = {}
        for order_id, rows in by_order.items():
            person = self.facts.person_of_order(order_id)
            lanes: list[tuple[str, str | None, str, bool]] = []
            if any(r.action == "support_recovery" or self.sent_to_support(r) for r in rows):
                lanes.append(("support", "support_recovery", "support", False))
            service = [
                r
                for r in rows
                if r.decision == "send" and classes[r.action] != "commercial" and r.action != "support_recovery"
            ]
            if service:
                lanes.append(("service", min(service, key=rank).action, "send", False))
            if order_id in best:
                picked = picks[person].order_id == order_id
                lanes.append(("marketing", best[order_id].action, "send", picked))
            else:
                commercial = [r for r in rows if classes[r.action] == "commercial"]
                paused = [r for r in commercial if r.decision == "pause" and not self.never_acts(r)]
                if paused:
                    first = min(paused, key=lambda r: (r.recheck_at or Moment.max, *rank(r)))
                    lanes.append(("marketing", first.action, "pause", False))
                elif all(r.decision == "pause" for r in commercial):
                    lanes.append(("marketing", "nothing_left", "pause", False))
            for n, (lane, action, decision, picked) in enumerate(lanes):
                found[order_id, lane] = NextAction(order_id, lane, action, decision, n == 0, picked)
        return found

    @staticmethod
    def sent_to_support(decision: Decision) -> bool:
        """By a person."""
        return decision.decision == "support" and decision.reason_codes[0].startswith("override:")

    @staticmethod
    def never_acts(decision: Decision) -> bool:
        """Done, expired, no target, owned, subscribed."""
        for code in decision.reason_codes:
            check, state = code.split(":")
            if state == "problem" and (check in NEVER_ACTS or check == "due"):
                return True
        return False
