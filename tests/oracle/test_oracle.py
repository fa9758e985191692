"""A build of hostile histories, held against a plain reading of the rules.

ORACLE_HISTORIES says how many (300), ORACLE_SEED which (the date); ORACLE_ONLY=12,40 tells only these numbers again.
ORACLE_REPORT=3 prints the smallest three examples of every difference, those that are known as well.
Differences that stand in known_differences.yml are printed and bounded; any other fails.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from conftest import ROOT, Build, run_dbt
from histories import AS_OF, KINDS, History, shop_of, tell, write
from oracle_compare import Comparison, Coverage, KnownDifferences, tail
from oracle_gate import Gate

POLICY = ROOT / "seeds" / "policy"
KNOWN = KnownDifferences(ROOT / "tests" / "oracle" / "known_differences.yml")
HISTORIES = int(os.environ.get("ORACLE_HISTORIES", "300"))
SEED = int(os.environ.get("ORACLE_SEED", f"{dt.date.today():%Y%m%d}"))
# A score is no part of the reading; a threshold above one silences it.
VARS = {"as_of": str(AS_OF), "point_origins": ["live"], "risk_threshold": 1.1}
# A shop whose feeds are silent needs fewer, since every history meets the silence.
SMALL = max(HISTORIES // 20, 30)
# So many reach every cell; of fewer, the table says which were not reached.
ENOUGH = 2000
READ = "+gate_decisions +next_actions"


@dataclass(frozen=True)
class Told:
    """The histories of a shop, and how they are read."""

    kind: str
    histories: list[History]
    gate: Gate


def numbers(kind: str) -> list[int]:
    if only := os.environ.get("ORACLE_ONLY"):
        return [int(number) for number in only.split(",")]
    return list(range(HISTORIES if kind == "speaking" else SMALL))


@pytest.fixture(scope="session")
def told() -> Callable[[str], Told]:
    done: dict[str, Told] = {}

    def tell_all(kind: str) -> Told:
        if kind not in done:
            histories = [tell(number, SEED) for number in numbers(kind)]
            done[kind] = Told(kind, histories, Gate(shop_of(histories, KINDS[kind]), AS_OF, POLICY))
        return done[kind]

    return tell_all


@pytest.fixture(scope="session")
def decided_by_models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Told], Build]:
    def build(told: Told) -> Build:
        folder = tmp_path_factory.mktemp(told.kind)
        raw = write(shop_of(told.histories, KINDS[told.kind]), folder / "raw")
        return run_dbt(folder, {**VARS, "raw_path": str(raw)}, select=READ, parsed_once=True)

    return build


def test_cells_and_details_occur(told: Callable[[str], Told], capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a rule that no history reaches would count as agreed."""
    coverage = Coverage([told(kind).gate for kind in KINDS])
    with capsys.disabled():
        print(f"\n{HISTORIES} histories of seed {SEED}\n{coverage.table()}")
        print(f"no history reaches: {', '.join(coverage.silent_cells()) or 'none is left out'}")
    assert HISTORIES < ENOUGH or not coverage.silent_cells(), "no history reaches these cells"


@pytest.mark.parametrize("kind", KINDS)
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
