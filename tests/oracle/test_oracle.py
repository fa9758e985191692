"""A build of hostile histories, held against a plain reading of the rules.

ORACLE_HISTORIES says how many (2000), ORACLE_SEED which (the date); ORACLE_ONLY=12,40 tells only these numbers again.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from conftest import ROOT, Build, run_dbt
from histories import AS_OF, History, shop_of, tell, write
from oracle_compare import Comparison, coverage, coverage_table
from oracle_gate import Gate

POLICY = ROOT / "seeds" / "policy"
HISTORIES = int(os.environ.get("ORACLE_HISTORIES", "2000"))
SEED = int(os.environ.get("ORACLE_SEED", f"{dt.date.today():%Y%m%d}"))
# A score is no part of the reading; a threshold above one silences it.
VARS = {"as_of": str(AS_OF), "point_origins": ["live"], "risk_threshold": 1.1}


def told() -> list[History]:
    only = os.environ.get("ORACLE_ONLY")
    numbers = [int(number) for number in only.split(",")] if only else range(HISTORIES)
    return [tell(number, SEED) for number in numbers]


@pytest.fixture(scope="session")
def histories() -> list[History]:
    return told()


@pytest.fixture(scope="session")
def gate(histories: list[History]) -> Gate:
    return Gate(shop_of(histories), AS_OF, POLICY)


@pytest.fixture(scope="session")
def hostile_build(histories: list[History], tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("hostile")
    raw = write(shop_of(histories), folder / "raw")
    return run_dbt(folder, {**VARS, "raw_path": str(raw)})


def test_every_cell_and_detail_occurs(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it a rule that no history reaches would count as agreed."""
    cells, details = coverage(gate)
    with capsys.disabled():
        print(f"\n{HISTORIES} histories of seed {SEED}\n{coverage_table(gate, cells, details)}")
    assert cells


def test_models_and_reading_agree(gate: Gate, histories: list[History], hostile_build: Build) -> None:
    """Without it a rule is only what the SQL happens to say."""
    found = Comparison(gate, Path(hostile_build.database), histories)
    assert found.compared
    assert not found.groups, f"seed {SEED}\n{found.report()}"
