"""Hostile histories as one shop: told, read by the plain reading, and decided by the models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT, Build, run_dbt
from histories import AS_OF, KINDS, History, shop_of, tell, write
from oracle_compare import Comparison, KnownDifferences
from oracle_gate import Gate

POLICY = ROOT / "seeds" / "policy"
KNOWN = KnownDifferences(ROOT / "tests" / "oracle" / "known_differences.yml")
# A score is no part of the reading; a threshold above one silences it.
VARS = {"as_of": str(AS_OF), "point_origins": ["live"], "risk_threshold": 1.1}
READ = "+gate_decisions +next_actions"


@dataclass(frozen=True)
class Told:
    """The histories of a shop, and how they are read."""

    kind: str
    histories: list[History]
    gate: Gate


def tell_all(kind: str, numbers: Sequence[int], seed: int) -> Told:
    histories = [tell(number, seed) for number in numbers]
    return Told(kind, histories, Gate(shop_of(histories, KINDS[kind]), AS_OF, POLICY))


def decide(told: Told, folder: Path) -> Build:
    raw = write(shop_of(told.histories, KINDS[told.kind]), folder / "raw")
    return run_dbt(folder, {**VARS, "raw_path": str(raw)}, select=READ)


def differing(told: Told, database: Path) -> set[tuple[str, str]]:
    """What the models say otherwise: how, and of which decision."""
    found = Comparison(told.gate, database, told.histories)
    return {(group.kind, case.split(": ")[0]) for group in found.groups.values() for case in group.cases}
