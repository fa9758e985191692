"""Holds the marts of a build against the plain reading, and groups what differs."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb
import yaml
from histories import History
from oracle_gate import Gate

Moment = dt.datetime | None


@dataclass(frozen=True)
class Row:
    """A decision as either side has it."""

    decision: str
    codes: tuple[str, ...]
    due_at: Moment
    expires_at: Moment
    recheck_at: Moment


@dataclass
class Group:
    """Differences of one kind."""

    kind: str
    cases: list[str] = field(default_factory=list)
    histories: set[str] = field(default_factory=set)


def codes_of(text: str | None) -> tuple[str, ...]:
    return tuple(code.strip() for code in (text or "").split(",") if code.strip())


def decided(database: Path) -> dict[tuple[str, str], Row]:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            """select order_line_id, action, decision, reason_codes, due_at, expires_at, recheck_at
            from marts.gate_decisions"""
        ).fetchall()
    return {(line, action): Row(decision, codes_of(codes), *times) for line, action, decision, codes, *times in rows}


def next_actions(database: Path) -> dict[tuple[str, str], tuple[str | None, str, bool, bool]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select order_id, lane, action, decision, is_headline, is_customer_pick from marts.next_actions"
        ).fetchall()
    return {(order, lane): tuple(rest) for order, lane, *rest in rows}  # type: ignore[misc]


def history_of(key: str) -> str:
    return key.split("/")[0]


class Comparison:
    def __init__(self, gate: Gate, database: Path, histories: list[History]) -> None:
        self.gate = gate
        self.sizes = {history.name: len(history.rows) for history in histories}
        self.groups: dict[str, Group] = {}
        mine = {
            key: Row(one.decision, tuple(one.reason_codes), one.due_at, one.expires_at, one.recheck_at)
            for key, one in gate.decisions.items()
        }
        theirs = decided(database)
        self.compared = len(mine.keys() | theirs.keys())
        replacements = {
            line["order_line_id"]
            for line in gate.facts.lines.values()
            if gate.facts.orders[line["order_id"]].get("order_type") == "replacement"
        }
        for key in sorted(mine.keys() | theirs.keys()):
            pair = [side.get(key) for side in (mine, theirs)]
            if key[0] in replacements and all(one is None or one.decision != "send" for one in pair):
                continue
            self.hold(key, mine.get(key), theirs.get(key))
        lanes = next_actions(database)
        my_lanes = {
            key: (one.action, one.decision, one.is_headline, one.is_customer_pick)
            for key, one in gate.next_actions.items()
        }
        for key in sorted(my_lanes.keys() | lanes.keys()):
            if gate.facts.orders.get(key[0], {}).get("order_type") == "replacement":
                continue
            a, b = my_lanes.get(key), lanes.get(key)
            if a and b and "send" not in (a[1], b[1]):
                # who of several that wait is the pick says nothing of what goes out
                a, b = (*a[:3], False), (*b[:3], False)
            if a == b:
                continue
            if a is None or b is None:
                kind = f"lane {key[1]}: only {'the models' if a is None else 'the reading'}"
            else:
                names = ("action", "decision", "headline", "pick")
                kind = f"lane {key[1]}: " + ", ".join(n for n, x, y in zip(names, a, b, strict=True) if x != y)
            self.note(kind, key[0], f"{key}: reading {a}, models {b}")

    def note(self, kind: str, key: str, case: str) -> None:
        group = self.groups.setdefault(kind, Group(kind))
        group.cases.append(case)
        group.histories.add(history_of(key))

    def hold(self, key: tuple[str, str], mine: Row | None, theirs: Row | None) -> None:
        if mine == theirs:
            return
        case = f"{key}: reading {show(mine)}; models {show(theirs)}"
        if mine is None or theirs is None:
            self.note(f"row {key[1]}: only {'the models' if mine is None else 'the reading'}", key[0], case)
            return
        more, less = set(mine.codes) - set(theirs.codes), set(theirs.codes) - set(mine.codes)
        for code in sorted(more):
            other = [one for one in less if one.split(":")[0] == code.split(":")[0]]
            self.note(f"{code}, models say {other[0] if other else 'ok'}", key[0], case)
        for code in sorted(less):
            if not any(one.split(":")[0] == code.split(":")[0] for one in more):
                self.note(f"{code} in the models, reading says ok", key[0], case)
        if not more and not less:
            if mine.codes != theirs.codes:
                self.note("order of reasons", key[0], case)
            if mine.decision != theirs.decision:
                self.note(f"decision {mine.decision}, models say {theirs.decision}", key[0], case)
            if mine.recheck_at != theirs.recheck_at:
                self.note(f"recheck_at ({', '.join(mine.codes)})", key[0], case)
        for name in ("due_at", "expires_at"):
            if getattr(mine, name) != getattr(theirs, name):
                self.note(f"{name} of {key[1]}", key[0], case)

    def report(self, limit: int = 1) -> str:
        """Every kind with its counts and its smallest examples."""
        lines = []
        for group in sorted(self.groups.values(), key=lambda group: -len(group.histories)):
            lines.append(f"{len(group.cases):6} in {len(group.histories):4} histories  {group.kind}")
            small = sorted(group.cases, key=lambda case: (self.sizes.get(history_of(case[2:]), 0), case))
            lines += [f"         {case}" for case in small[:limit]]
        return "\n".join(lines)


def show(row: Row | None) -> str:
    if row is None:
        return "no row"
    times = [f"{moment:%m-%d %H:%M:%S}" if moment else "-" for moment in (row.due_at, row.expires_at, row.recheck_at)]
    return f"{row.decision} [{' '.join(row.codes)}] due {times[0]} until {times[1]} again {times[2]}"


@dataclass(frozen=True)
class Known:
    """A difference that is known, and how many histories it may take."""

    what: list[str]
    because: str
    at_most: float
    shops: list[str] | None = None

    def covers(self, kind: str, shop: str) -> bool:
        return (self.shops is None or shop in self.shops) and any(fnmatchcase(kind, pattern) for pattern in self.what)


class KnownDifferences:
    """What known_differences.yml says of the groups of a shop's comparison."""

    def __init__(self, path: Path) -> None:
        self.known = [Known(**entry) for entry in yaml.safe_load(path.read_text()) or []]

    def judge(self, shop: str, found: Comparison) -> tuple[list[str], list[str], list[str]]:
        """What fails, what may be lowered, and a table of what is known."""
        total = len(found.sizes)
        histories: dict[int, set[str]] = defaultdict(set)
        fails = []
        for kind, group in found.groups.items():
            first = next((n for n, known in enumerate(self.known) if known.covers(kind, shop)), None)
            if first is None:
                fails.append(f"not known: {kind}, {len(group.histories)} of {total} histories")
            else:
                histories[first] |= group.histories
        lower, table = [], []
        for n, known in enumerate(self.known):
            if known.shops is not None and shop not in known.shops:
                continue
            seen = len(histories[n])
            label = " | ".join(known.what)
            table.append(f"{seen:6} of {total}, at most {known.at_most:6.1%}  {label}")
            # a bound is of the share that the histories are drawn with, so chance is allowed for
            if tail(total, known.at_most, seen, above=True) < 0.001:
                fails.append(f"above its bound of {known.at_most:.1%}: {seen} of {total} histories, {label}")
            if tail(total, known.at_most / 3, seen, above=False) < 0.05:
                lower.append(f"lower the bound of {known.at_most:.1%}: {seen} of {total} histories, {label}")
        return fails, lower, table


def tail(draws: int, share: float, seen: int, *, above: bool) -> float:
    """How probable it is to see at least (or at most) so many."""
    if share in (0, 1):
        always = round(draws * share)
        return float(always >= seen if above else always <= seen)
    counts = range(seen, draws + 1) if above else range(seen + 1)
    # in logarithms: of some 1,100 draws on, the number of combinations is larger than any float
    combinations = (math.lgamma(draws + 1) - math.lgamma(n + 1) - math.lgamma(draws - n + 1) for n in counts)
    chances = (
        math.exp(log + n * math.log(share) + (draws - n) * math.log1p(-share))
        for n, log in zip(counts, combinations, strict=True)
    )
    return math.fsum(chances)


class Coverage:
    """In which histories a matrix cell decided, and a detail code occurred."""

    # No history can reach these: they rest on what is learned, or on seeds that ship empty.
    ELSEWHERE = {"held", "circuit_breaker", "incentive", "negative_review_risk", "content"}
    ELSEWHERE_STATES = {"holdout:unknown", "related_sku:unknown"}
    # The SKU itself is always a candidate of a subscription, and always fits.
    ELSEWHERE_CELLS = {
        "related_sku:problem subscription_offer",
        "compatibility:problem subscription_offer",
        "compatibility:unknown subscription_offer",
    }

    def __init__(self, gates: list[Gate]) -> None:
        self.matrix = gates[0].matrix
        self.actions = [row["action"] for row in gates[0].actions if row["action"] != "support_recovery"]
        self.cells: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.details: dict[tuple[str, str], set[str]] = defaultdict(set)
        verdicts = {(code_of(row), action): row[action] for row in self.matrix for action in self.actions}
        for number, gate in enumerate(gates):
            for one in gate.decisions.values():
                history = f"{number}/{history_of(one.order_id)}"
                for code in one.reason_codes:
                    if verdicts.get((code, one.action)) == one.decision:
                        self.cells[code, one.action].add(history)
                for check, detail in one.details.items():
                    if detail:
                        self.details[check, detail].add(history)

    def silent_cells(self) -> list[str]:
        return [
            f"{code_of(row)} {action}"
            for row in self.matrix
            for action in self.actions
            if row[action]
            and row["check_name"] not in self.ELSEWHERE
            and code_of(row) not in self.ELSEWHERE_STATES
            and f"{code_of(row)} {action}" not in self.ELSEWHERE_CELLS
            and not self.cells[code_of(row), action]
        ]

    def table(self) -> str:
        initials = ["".join(word[0] for word in action.split("_")) for action in self.actions]
        lines = [f"{'check:state':34}" + "".join(f"{name:>6}" for name in initials)]
        for row in self.matrix:
            counts = [str(len(self.cells[code_of(row), action])) if row[action] else "" for action in self.actions]
            lines.append(f"{code_of(row):34}" + "".join(f"{count:>6}" for count in counts))
        lines.append("")
        for (check, detail), where in sorted(self.details.items(), key=lambda one: -len(one[1])):
            lines.append(f"{len(where):6}  {check}: {detail}")
        return "\n".join(lines)


def boundaries(gates: Mapping[int, Gate]) -> dict[str, list[int]]:
    """By check, in how many histories its answer turns a second after the instant, at it, and a second before it.

    `gates` are readings of the same histories at so many seconds from the instant: -2, -1, 0 and 1.
    """
    found: dict[str, list[int]] = {}
    for column, later in enumerate((1, 0, -1)):
        turned: dict[str, set[str]] = defaultdict(set)
        before, after = gates[later - 1].decisions, gates[later].decisions
        for key in before.keys() & after.keys():
            for check, state in before[key].states.items():
                if after[key].states.get(check, "ok") != state:
                    turned[check].add(history_of(key[0]))
        for check, histories in turned.items():
            found.setdefault(check, [0, 0, 0])[column] = len(histories)
    return found


def code_of(row: dict[str, str]) -> str:
    return f"{row['check_name']}:{row['state']}"
