"""A build of hostile histories, held against a plain reading of the rules.

ORACLE_HISTORIES says how many (2000), ORACLE_SEED which (the date); ORACLE_ONLY=12,40 tells only these numbers again.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from conftest import ROOT, Build, run_dbt
from histories import AS_OF, KINDS, History, shop_of, tell, write
from oracle_compare import Comparison, Coverage
from oracle_gate import Gate

POLICY = ROOT / "seeds" / "policy"
HISTORIES = int(os.environ.get("ORACLE_HISTORIES", "2000"))
SEED = int(os.environ.get("ORACLE_SEED", f"{dt.date.today():%Y%m%d}"))
# A score is no part of the reading; a threshold above one silences it.
VARS = {"as_of": str(AS_OF), "point_origins": ["live"], "risk_threshold": 1.1}
# A shop whose feeds are silent needs fewer, since every history meets the silence.
SMALL = max(HISTORIES // 20, 20)


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
        return run_dbt(folder, {**VARS, "raw_path": str(raw)}, parsed_once=True)

    return build


def test_cells_and_details_occur(told: Callable[[str], Told], capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a rule that no history reaches would count as agreed."""
    coverage = Coverage([told(kind).gate for kind in KINDS])
    with capsys.disabled():
        print(f"\n{HISTORIES} histories of seed {SEED}\n{coverage.table()}")
    assert not coverage.silent_cells(), "no history reaches these cells"


@pytest.mark.parametrize("kind", KINDS)
def test_models_and_reading_agree(
    kind: str, told: Callable[[str], Told], decided_by_models: Callable[[Told], Build]
) -> None:
    """Without it a rule is only what the SQL happens to say."""
    shop = told(kind)
    found = Comparison(shop.gate, decided_by_models(shop).database, shop.histories)
    assert found.compared
    assert not found.groups, f"seed {SEED}\n{found.report()}"
