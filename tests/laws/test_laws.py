"""Laws that hold of every shop: absence, sameness, agreement, and that later and others' facts change nothing.

LAWS_HISTORIES says how many histories (40), LAWS_SEED which (the date). At most 12 builds: all pairs, one per silence,
one that is shifted in time and shuffled, and up to four that shrink what breaks to a small story.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, run_dbt

sys.path.insert(0, str(ROOT / "tests" / "oracle"))

from histories import AS_OF, KINDS, History, Shop, shop_of, write
from laws import LAWS, Broken, Decisions, Law, Told, broken, sends_more, told

HISTORIES = int(os.environ.get("LAWS_HISTORIES", "40"))
SEED = int(os.environ.get("LAWS_SEED", f"{dt.date.today():%Y%m%d}"))
# Written as in the oracle: a score is learned from everybody, and a pair is of two people alone.
VARS = {"point_origins": ["live"], "risk_threshold": 1.1}
READ = "+gate_decisions +gate_reasons +next_actions +order_evidence +open_issues +service_actions"
SHIFT = dt.timedelta(days=7)
MOST_STORIES = 24
SHRINKS = int(os.environ.get("LAWS_SHRINKS", "4"))
# Among so many histories each law looks for those that it can tell anew.
SEARCHED = 2000


@pytest.fixture(scope="module")
def commercial() -> set[str]:
    with (ROOT / "seeds" / "policy" / "actions.csv").open(encoding="utf-8") as file:
        return {row["action"] for row in csv.DictReader(file) if row["action_class"] == "commercial"}


def decide(folder: Path, shop: Shop, at: dt.datetime = AS_OF) -> Path:
    raw = write(shop, folder / "raw")
    return run_dbt(folder, {**VARS, "as_of": str(at), "raw_path": str(raw)}, select=READ, parsed_once=True).database


def said(database: Path) -> Decisions:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute("select order_line_id, action, decision from marts.gate_decisions").fetchall()
    return {(line, action): decision for line, action, decision in rows}


@dataclass
class Pairs:
    """Histories by themselves, and for each law those that it can tell anew."""

    plain: dict[int, Told]
    anew: dict[str, dict[int, Told]]

    def histories(self) -> list[History]:
        return [one.history for group in (self.plain, *self.anew.values()) for one in group.values()]


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    plain: dict[int, Told] = {}
    anew: dict[str, dict[int, Told]] = {law.name: {} for law in LAWS}
    under = iter(range(10_000))
    for law in LAWS:
        for number in range(SEARCHED):
            if len(anew[law.name]) == HISTORIES:
                break
            if told(number, SEED, number, law).applies:
                anew[law.name][number] = told(number, SEED, next(under), law)
                if number not in plain:
                    plain[number] = told(number, SEED, next(under))
    return Pairs(plain, anew)


@pytest.fixture(scope="module")
def packed(pairs: Pairs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return decide(tmp_path_factory.mktemp("packed"), shop_of(pairs.histories()))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_law_holds_of_every_pair(
    law: Law,
    pairs: Pairs,
    packed: Path,
    commercial: set[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    decisions = said(packed)
    found: list[Broken] = []
    held = len(pairs.anew[law.name])
    for number, anew in pairs.anew[law.name].items():
        found += broken(law, number, pairs.plain[number].history, anew.history, decisions, commercial)
    assert held, "no history can be told anew so"
    if found:
        story = shrink(law, found[0], commercial, lambda: tmp_path_factory.mktemp("shrink"))
        numbers = len({one.number for one in found})
        pytest.fail(f"seed {SEED}, {law.says} {numbers} of {held} histories: {found[0]}\n{story}")


def shrink(law: Law, first: Broken, commercial: set[str], folder: Callable[[], Path]) -> str:
    """The rows that are left when all that need not be there are gone: each build tries many histories at once."""
    size = len(told(first.number, SEED, 0).history.rows)
    gone: frozenset[int] = frozenset()
    for _ in range(SHRINKS):
        left = [n for n in range(size) if n not in gone]
        # halves, quarters, ... and each row by itself
        tries = [gone | {n} for n in left]
        length = max(len(left) // 2, 1)
        while length > 1:
            tries += [gone | frozenset(left[start : start + length]) for start in range(0, len(left), length)]
            length //= 2
        tries = tries[-MOST_STORIES * 4 :]
        shops = [
            (
                without,
                told(first.number, SEED, 2 * n, None, frozenset(without)),
                told(first.number, SEED, 2 * n + 1, law, frozenset(without)),
            )
            for n, without in enumerate(tries)
        ]
        try:
            database = decide(folder(), shop_of([t.history for _, *pair in shops for t in pair if t.applies]))
        except Exception:
            break
        decisions = said(database)
        smaller = [
            frozenset(without)
            for without, plain, anew in shops
            if anew.applies and broken(law, first.number, plain.history, anew.history, decisions, commercial)
        ]
        if not smaller:
            break
        gone = max(smaller, key=len)
    plain = told(first.number, SEED, 0, None, gone).history
    anew = told(first.number, SEED, 0, law, gone).history
    before = [show(table, row) for table, row in plain.rows]
    after = [show(table, row) for table, row in anew.rows]
    return "\n".join(
        [*(f"  {line}" for line in before), "told anew", *(f"  {line}" for line in after if line not in before)]
    )


def show(table: str, row: dict[str, object]) -> str:
    return f"{table} " + ", ".join(f"{column}={value}" for column, value in row.items() if value not in (None, ""))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "speaking"])
def test_silence_lets_nothing_out(
    kind: str, pairs: Pairs, packed: Path, commercial: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A feed that is old, not connected, garbled, or without a column that can stop a send."""
    before = said(packed)
    after = said(decide(tmp_path_factory.mktemp(kind), shop_of(pairs.histories(), KINDS[kind])))
    mine = {key: one for key, one in before.items() if key[1] in commercial}
    out = [f"{key}: {one}, then send" for key, one in sorted(mine.items()) if sends_more("", one, after.get(key))]
    assert not out, f"seed {SEED}\n" + "\n".join(out[:20])


def test_time_and_order_change_nothing(pairs: Pairs, packed: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """All times a week later, and the rows of every table in another order."""
    # a time that is told as text is not shifted
    histories = [
        told(number, SEED, int(one.history.number)).history
        for number, one in pairs.plain.items()
        if "other_spellings" not in one.history.told
    ]
    for history in histories:
        for _, row in history.rows:
            row.update({column: later(value) for column, value in row.items()})
    shop = shop_of(histories)
    for row in shop["feed_loads"]:
        row["loaded_through"] = str(AS_OF + SHIFT)
    for rows in shop.values():
        random.Random(SEED).shuffle(rows)
    after = said(decide(tmp_path_factory.mktemp("shifted"), shop, AS_OF + SHIFT))
    names = {history.name for history in histories}
    before = {key: one for key, one in said(packed).items() if key[0].split("/")[0] in names}
    assert after == before, f"seed {SEED}: {sorted(set(after.items()) ^ set(before.items()))[:10]}"


def later(value: object) -> object:
    return value + SHIFT if isinstance(value, dt.datetime) else value


AGREEMENTS = {
    "person": """
        select order_id from (
            select order_id, person_id from marts.gate_decisions
            union select order_id, person_id from marts.next_actions
        ) group by order_id having count(distinct person_id) > 1""",
    "kept": """
        select evidence.order_line_id from marts.order_evidence as evidence
        inner join marts.gate_reasons as reasons using (order_line_id)
        where reasons.check_name = 'kept' and (reasons.state = 'problem') <> (evidence.units_kept <= 0)
        union all
        select order_line_id from marts.order_evidence where (kept = 'problem') <> (units_kept <= 0)""",
    "delivered": """
        select order_line_id from marts.order_evidence where delivery = 'ok' and delivered_at is null
        union all
        select evidence.order_line_id from marts.order_evidence as evidence
        inner join marts.gate_decisions as decisions using (order_line_id)
        where decisions.action = 'warranty_offer' and decisions.due_at <> evidence.delivered_at + interval 3 day
        union all
        select evidence.order_line_id from marts.order_evidence as evidence
        inner join marts.gate_decisions as decisions using (order_line_id)
        where decisions.action = 'review_request' and decisions.due_at is distinct from evidence.use_ready_at""",
    "asked": """
        select order_line_id from marts.gate_decisions
        where decision = 'send' and reason_codes like '%already_done%'""",
    "issues": """
        select issues.order_id from marts.open_issues as issues
        left join marts.next_actions as actions on issues.order_id = actions.order_id and actions.lane = 'support'
        where actions.order_id is null""",
    "service": """
        select service.order_id from marts.service_actions as service
        left join marts.gate_decisions as decisions
            on service.order_id = decisions.order_id and service.action = decisions.action
        group by service.order_id, service.action
        having max(case when decisions.decision = 'send' then 1 else 0 end) = 0""",
}


@pytest.mark.parametrize("fact", AGREEMENTS)
def test_marts_agree(fact: str, packed: Path) -> None:
    with duckdb.connect(str(packed), read_only=True) as connection:
        rows = connection.execute(AGREEMENTS[fact]).fetchall()
    assert not rows, f"seed {SEED}: marts disagree on {fact} of {some(rows)}"


def some(rows: Iterable[tuple[object, ...]]) -> list[object]:
    return [row[0] for row in rows][:10]
