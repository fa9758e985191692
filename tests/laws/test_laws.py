"""Laws that hold of every shop: absence, sameness, agreement, and that later and others' facts change nothing.

LAWS_HISTORIES says how many histories (40), LAWS_SEED which (the date). At most 12 builds: all pairs, one per silence,
one that is shifted in time and shuffled, and up to four that shrink what breaks to a small story.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "oracle"))

from histories import AS_OF, KINDS, shop_of
from laws import LAWS, Broken, Law, broken, sends_more, told
from pairs import AGREEMENTS, Pairs, commercial_actions, decide, disagreements, said, tell_pairs

HISTORIES = int(os.environ.get("LAWS_HISTORIES", "40"))
SEED = int(os.environ.get("LAWS_SEED", f"{dt.date.today():%Y%m%d}"))
SHIFT = dt.timedelta(days=7)
MOST_STORIES = 24
SHRINKS = int(os.environ.get("LAWS_SHRINKS", "4"))


@pytest.fixture(scope="module")
def commercial() -> set[str]:
    return commercial_actions()


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return tell_pairs(HISTORIES, SEED)


@pytest.fixture(scope="module")
def packed(pairs: Pairs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return decide(tmp_path_factory.mktemp("packed"), shop_of(pairs.histories())).database


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_law_holds_of_every_pair(
    law: Law,
    pairs: Pairs,
    packed: Path,
    commercial: set[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    held = len(pairs.anew[law.name])
    assert held, "no history can be told anew so"
    found = pairs.broken(law, said(packed, law.of_reasons), commercial)
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
            told_all = [t.history for _, *pair in shops for t in pair if t.applies]
            database = decide(folder(), shop_of(told_all)).database
        except Exception:
            break
        decisions = said(database, law.of_reasons)
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


@pytest.mark.drawn
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "speaking"])
def test_silence_lets_nothing_out(
    kind: str, pairs: Pairs, packed: Path, commercial: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A feed that is old, not connected, garbled, or without a column that can stop a send."""
    before = said(packed)
    after = said(decide(tmp_path_factory.mktemp(kind), shop_of(pairs.histories(), KINDS[kind])).database)
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
    after = said(decide(tmp_path_factory.mktemp("shifted"), shop, AS_OF + SHIFT).database)
    names = {history.name for history in histories}
    before = {key: one for key, one in said(packed).items() if key[0].split("/")[0] in names}
    assert after == before, f"seed {SEED}: {sorted(set(after.items()) ^ set(before.items()))[:10]}"


def later(value: object) -> object:
    return value + SHIFT if isinstance(value, dt.datetime) else value


@pytest.mark.parametrize("fact", AGREEMENTS)
def test_marts_agree(fact: str, packed: Path) -> None:
    orders = disagreements(fact, packed)
    assert not orders, f"seed {SEED}: marts disagree on {fact} of {orders[:10]}"
