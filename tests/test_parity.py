"""Everyone is asked alike: a matrix that holds review requests for a risk score fails the build."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Build, BuildError

# a demo shop is small: every decile counts, and a few of its lines count as risky
SMALL = {"parity_min_lines": 5, "risk_threshold": 0.15}


@pytest.fixture
def judged_by_risk(build: Callable[..., Build], project_copy: Path) -> Build:
    matrix = project_copy / "seeds/policy/gate_matrix.csv"
    with matrix.open() as file:
        rows = list(csv.DictReader(file))
    row = next(row for row in rows if (row["check_name"], row["state"]) == ("negative_review_risk", "problem"))
    assert row["review_request"] == ""
    row["review_request"] = "pause"
    with matrix.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return build(SMALL, project=project_copy, select="+review_ask_parity")


def test_a_risk_that_holds_review_requests_fails_the_build(
    judged_by_risk: Build, build: Callable[..., Build], project_copy: Path
) -> None:
    options = {"database": judged_by_risk.database, "select": "review_ask_parity", "command": "test"}
    with duckdb.connect(str(judged_by_risk.database), read_only=True) as connection:
        rates = connection.execute(
            "select min(gate_ask_rate), max(gate_ask_rate) from marts.review_ask_parity where dimension = 'risk_decile'"
        ).fetchone()
    assert rates[0] < rates[1] == 1, "the risk held nobody back"
    with pytest.raises(BuildError, match="review_ask_parity_gate_ask_rate"):
        build(SMALL, project=project_copy, **options)
    again = "gate_matrix int_matrix_cells+,+review_ask_parity"
    build(SMALL, project=ROOT, database=judged_by_risk.database, select=again)
    build(SMALL, project=ROOT, **options)
