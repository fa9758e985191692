"""Benchmarks that are run by command run at all: here on a shop so small that their figures say nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from post_purchase import benchmark_sizes


def test_each_step_of_a_size_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it: who wants to know what a build costs finds a command that has not run since the models changed."""
    assert benchmark_sizes.main(["--orders", "1500", "--work", str(tmp_path / "work")]) == 0
    said = capsys.readouterr().out
    rows = {
        name: [float(cell.replace(",", "")) for cell in cells.split(" | ")]
        for name, cells in re.findall(r"^\| 1,500 \| ([^|]+) \| ([\d., |]+) \|$", said, flags=re.M)
    }
    whole = rows["a whole build"]
    assert set(rows) == {
        "a scan of the inputs",
        "dbt reading the project",
        "a whole build",
        "its SQL, straight",
        *benchmark_sizes.PARTS,
    }
    assert whole[2] == 1 and all(wall >= 0 and cpu >= 0 for wall, cpu, _, _ in rows.values())
    # dbt only adds to what the SQL costs; an hour of so small a shop costs no less than a build
    assert rows["its SQL, straight"][1] < whole[1]
    decided = {
        name: int(persons) for name, persons in re.findall(r"orders, ([a-z ,]+): (\d+) persons decided anew", said)
    }
    assert 0 < decided["an hour"] < decided["a day, as one hour"]
    assert not (tmp_path / "work").exists()
