"""A build of hostile histories, held against a plain reading of the rules.

ORACLE_HISTORIES says how many (2,000), ORACLE_SEED which (the date); ORACLE_ONLY=12,40 tells only these numbers again.
ORACLE_REPORT=3 prints the smallest three examples of every difference, those that are known as well.
Differences that stand in known_differences.yml are printed and bounded; any other fails.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
from collections.abc import Callable

import pytest
from conftest import Build
from histories import AS_OF, KINDS, SECOND, shop_of
from oracle_compare import Comparison, Coverage, boundaries, tail
from oracle_gate import Gate
from oracle_shop import KNOWN, POLICY, Told, decide, tell_all

HISTORIES = int(os.environ.get("ORACLE_HISTORIES", "2000"))
SEED = int(os.environ.get("ORACLE_SEED", f"{dt.date.today():%Y%m%d}"))
# A shop whose feeds are silent needs fewer, since every history meets the silence.
SMALL = max(HISTORIES // 10, 30)
# So many reach every cell; of fewer, the table says which were not reached.
ENOUGH = 2000
# Checks whose answer time alone turns.
TIMED = [
    "damage",
    "sizing",
    "ticket",
    "satisfaction",
    "help_seeking",
    "status_page",
    "shipping",
    "delivery",
    "use_window",
    "bundle_wait",
    "due",
    "frequency",
]


def numbers(kind: str) -> list[int]:
    if only := os.environ.get("ORACLE_ONLY"):
        return [int(number) for number in only.split(",")]
    return list(range(HISTORIES if kind == "speaking" else SMALL))


@pytest.fixture(scope="session")
def told() -> Callable[[str], Told]:
    return functools.cache(lambda kind: tell_all(kind, numbers(kind), SEED))


@pytest.fixture(scope="session")
def decided_by_models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Told], Build]:
    return lambda told: decide(told, tmp_path_factory.mktemp(told.kind))


def test_cells_and_details_occur(told: Callable[[str], Told], capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a rule that no history reaches would count as agreed."""
    coverage = Coverage([told(kind).gate for kind in KINDS])
    with capsys.disabled():
        print(f"\n{HISTORIES} histories of seed {SEED}\n{coverage.table()}")
        print(f"no history reaches: {', '.join(coverage.silent_cells()) or 'none is left out'}")
    assert HISTORIES < ENOUGH or not coverage.silent_cells(), "no history reaches these cells"


def test_boundaries_fall_on_the_instant(told: Callable[[str], Told], capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a bound that is off by a second would be no history's affair."""
    histories = told("speaking").histories[: max(HISTORIES // 4, 100)]
    shop = shop_of(histories, KINDS["speaking"])
    table = boundaries({n: Gate(shop, AS_OF + n * SECOND, POLICY) for n in (-2, -1, 0, 1)})
    lines = [f"{check:20} {before:6} {at:6} {after:6}" for check, (before, at, after) in sorted(table.items())]
    with capsys.disabled():
        print(f"\n{len(histories)} histories whose answer turns a second later, at the instant, a second before")
        print("\n".join(lines))
    if HISTORIES >= ENOUGH:
        assert not [check for check in TIMED if not any(table.get(check, [0]))], "no history stands at these boundaries"


@pytest.mark.parametrize(
    "kind", [kind if kind == "speaking" else pytest.param(kind, marks=pytest.mark.drawn) for kind in KINDS]
)
def test_models_and_reading_agree(
    kind: str,
    told: Callable[[str], Told],
    decided_by_models: Callable[[Told], Build],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without it a rule is only what the SQL happens to say."""
    shop = told(kind)
    found = Comparison(shop.gate, decided_by_models(shop).database, shop.histories)
    assert found.compared
    fails, lower, table = KNOWN.judge(kind, found)
    with capsys.disabled():
        print(f"\n{kind}, seed {SEED}: {found.compared} rows compared")
        print("\n".join([*table, *lower]))
        if examples := int(os.environ.get("ORACLE_REPORT", "0")):
            print(found.report(examples))
    assert not fails, "\n".join([f"seed {SEED}", *fails, found.report()])


def test_bounds_are_of_chance() -> None:
    """Without it a bound would fail by chance, or would let twice its share pass."""
    assert tail(300, 0.02, 7, above=True) > 0.1
    assert tail(300, 0.02, 18, above=True) < 0.001
    assert tail(30, 0.02, 2, above=True) > 0.01
    assert tail(300, 0.02, 0, above=False) < 0.01
    assert 0.4 < tail(2000, 0.02, 40, above=True) < 0.6
    assert tail(2000, 1.0, 3, above=True) == 1
