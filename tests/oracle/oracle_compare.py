"""Holds the marts of a build against the plain reading, and groups what differs."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
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
        for key in sorted(mine.keys() | theirs.keys()):
            self.hold(key, mine.get(key), theirs.get(key))
        lanes = next_actions(database)
        my_lanes = {
            key: (one.action, one.decision, one.is_headline, one.is_customer_pick)
            for key, one in gate.next_actions.items()
        }
        for key in sorted(my_lanes.keys() | lanes.keys()):
            a, b = my_lanes.get(key), lanes.get(key)
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


def coverage(gate: Gate) -> tuple[dict[tuple[str, str], set[str]], dict[tuple[str, str], set[str]]]:
    """In which histories a matrix cell decided, and a detail code occurred."""
    cells: dict[tuple[str, str], set[str]] = defaultdict(set)
    details: dict[tuple[str, str], set[str]] = defaultdict(set)
    verdicts = {(f"{row['check_name']}:{row['state']}", action): row[action] for row in gate.matrix for action in row}
    for decision in gate.decisions.values():
        for code in decision.reason_codes:
            if verdicts.get((code, decision.action)) == decision.decision:
                cells[code, decision.action].add(history_of(decision.order_id))
        for check, detail in decision.details.items():
            if detail:
                details[check, detail].add(history_of(decision.order_id))
    return cells, details


def coverage_table(gate: Gate, cells: dict[tuple[str, str], set[str]], details: dict[tuple[str, str], set[str]]) -> str:
    actions = [row["action"] for row in gate.actions if row["action"] != "support_recovery"]
    initials = ["".join(word[0] for word in action.split("_")) for action in actions]
    lines = [f"{'check:state':34}" + "".join(f"{name:>6}" for name in initials)]
    for row in gate.matrix:
        code = f"{row['check_name']}:{row['state']}"
        counts = [str(len(cells.get((code, action), ()))) if row[action] else "" for action in actions]
        lines.append(f"{code:34}" + "".join(f"{count:>6}" for count in counts))
    lines.append("")
    found = Counter({f"{check}: {detail}": len(where) for (check, detail), where in details.items()})
    lines += [f"{count:6}  {name}" for name, count in found.most_common()]
    return "\n".join(lines)
