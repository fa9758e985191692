"""A candidate matrix changes exactly the decisions that rest on the cells it changes; nothing is built without one."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Build, copy_project, run_dbt

from post_purchase import policy

DEMO_ROOMS = "+policy_comparison +policy_comparison_summary +int_verdicts"
# a cell emptied: a use window that is not over no longer holds a review request
CHECK, STATE, ACTION = "use_window", "waiting", "review_request"


@pytest.fixture(scope="module")
def compared(demo_shop: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo shop under the matrix in force, and under one with a cell emptied and one turned to support."""
    folder = tmp_path_factory.mktemp("policy")
    project = copy_project(folder / "project")
    with (project / "seeds/policy/gate_matrix.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["check_name"], row["state"]) == (CHECK, STATE):
            assert row[ACTION] == "pause"
            row[ACTION] = ""
        if (row["check_name"], row["state"]) == ("gift", "problem"):
            assert row["cross_sell"] == "pause"
            row["cross_sell"] = "support"
    with (project / "seeds/policy/gate_matrix_candidate.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return run_dbt(
        folder,
        {"candidate_matrix": "gate_matrix_candidate"},
        project=project,
        select=DEMO_ROOMS,
        with_tests=False,
    )


def rows_of(built: Build, query: str) -> list[tuple]:
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


# What must change, from the reasons of the matrix in force alone: a pause for the emptied cell only becomes a send,
# and whatever the gift holds goes to support unless it does already.
EXPECTED = """
    with past_and_now as (
        select point_id, action, verdict, ',' || reason_codes || ',' as codes
        from gate.int_verdicts inner join observations.int_points using (point_id)
        where {recent}
    )
    select point_id, action, verdict, 'send' from past_and_now
    where action = 'review_request' and codes = ',use_window:waiting,'
    union all
    select point_id, action, verdict, 'support' from past_and_now
    where action = 'cross_sell' and verdict <> 'support' and codes like '%,gift:problem,%'
    order by all
"""
RECENT = "(is_live or (origin = 'message' and point_at >= timestamp '2026-06-30 12:00:00' - interval 90 day))"


def test_one_cell_changes_exactly_the_decisions_that_rest_on_it(compared: Build) -> None:
    found = rows_of(
        compared, "select point_id, action, decision, candidate_decision from marts.policy_comparison order by all"
    )
    assert found == rows_of(compared, EXPECTED.format(recent=RECENT))
    changes = {(action, decision, candidate) for _, action, decision, candidate in found}
    assert changes == {("review_request", "pause", "send"), ("cross_sell", "pause", "support")}
    assert {point.split(":")[0] for point, *_ in found} == {"live", "message"}


def test_the_summary_counts_them(compared: Build) -> None:
    by_hand = rows_of(
        compared,
        """select origin, action, count(*), sum((candidate_decision = 'send')::int) from marts.policy_comparison
        group by all order by all""",
    )
    summary = rows_of(
        compared,
        """select origin, action, decisions_changed, sends_gained from marts.policy_comparison_summary
        where decisions_changed > 0 order by all""",
    )
    assert summary == by_hand
    assert rows_of(compared, "select sum(sends_lost) from marts.policy_comparison_summary") == [(0,)]


def test_the_matrix_in_force_decides_as_before(compared: Build, demo_shop: Build) -> None:
    query = "select point_id, action, verdict, reason_codes from gate.int_verdicts order by all"
    assert rows_of(compared, query) == rows_of(demo_shop, query)


def test_nothing_is_built_without_a_candidate(demo_shop: Build) -> None:
    assert rows_of(demo_shop, "select distinct policy from gate.int_policy_verdicts") == [("in_force",)]
    assert not [name for name in demo_shop.ran if name.startswith(("policy_comparison", "int_policy_pairs"))]


def test_an_unknown_word_in_a_candidate_is_named(build: Callable[..., Build], tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    text = (project / "seeds/policy/gate_matrix.csv").read_text().replace("use_window,waiting", "use_windo,waiting")
    (project / "seeds/policy/gate_matrix_candidate.csv").write_text(text)
    with pytest.raises(Exception, match="use_windo"):
        build(
            {"candidate_matrix": "gate_matrix_candidate"},
            project=project,
            select="gate_matrix_candidate gate_matrix actions checks int_matrix_cells int_policy_cells",
            with_tests=True,
        )


# --- policy diff ---------------------------------------------------------------------------------------------------


def matrix_with(folder: Path, old: str, new: str) -> Path:
    text = (ROOT / "seeds/policy/gate_matrix.csv").read_text()
    assert text.count(old) == 1
    file = folder / "edited.csv"
    file.write_text(text.replace(old, new))
    return file


def test_policy_diff_changes_what_the_cell_decides_and_nothing_served(
    demo_shop: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "380,gift,problem,,,pause,pause,pause,pause,pause"
    file = matrix_with(tmp_path, row, f"{row.removesuffix('pause')}support")
    before = demo_shop.database.read_bytes()
    words = ["--database", str(demo_shop.database), "--format", "json", "--rows", str(file)]
    assert policy.diff(words) == 0
    changed, rows = json.loads(capsys.readouterr().out)
    assert [(cell["cell"], cell["action"], cell["now"], cell["would be"]) for cell in changed] == [
        ("gift:problem", "Cross-sell", "pause", "support")
    ]
    expected = rows_of(
        demo_shop,
        """select order_line_id, decision from marts.gate_decisions
        where action = 'cross_sell' and decision <> 'support' and reason_codes like '%gift:problem%' order by all""",
    )
    assert sorted((row["line"], row["now"]) for row in rows) == expected and expected
    assert {(row["action"], row["would be"]) for row in rows} == {("Cross-sell", "support")}
    assert demo_shop.database.read_bytes() == before


def test_policy_diff_names_a_word_that_no_matrix_has(
    demo_shop: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = matrix_with(tmp_path, "320,use_window,waiting,", "320,use_windo,waiting,")
    assert policy.diff(["--database", str(demo_shop.database), str(file)]) == 2
    assert "use_windo" in capsys.readouterr().err


def test_policy_diff_of_the_matrix_in_force_builds_nothing(
    demo_shop: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    assert policy.diff(["--database", str(demo_shop.database)]) == 1
    assert "nothing would change" in capsys.readouterr().err


def test_policy_diff_of_another_seed_decides_what_a_build_with_it_would(
    demo_shop: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A review that is asked for thirty days later is asked for by nobody whose window has just opened."""
    text = (ROOT / "seeds/policy/actions.csv").read_text()
    row = "review_request,60,commercial,gate,line,review_request,use_ready,"
    assert text.count(f"{row}0,") == 1
    file = tmp_path / "actions.csv"
    file.write_text(text.replace(f"{row}0,", f"{row}30,"))
    before = demo_shop.database.read_bytes()
    assert policy.diff(["--database", str(demo_shop.database), "--format", "json", "--rows", str(file)]) == 0
    lines, rows = json.loads(capsys.readouterr().out)
    assert [line["line"] for line in lines] == ["now", "would be"]
    lost = {row["line"] for row in rows if (row["now"], row["would be"]) == ("send", "pause")}
    young = rows_of(
        demo_shop,
        """select order_line_id from marts.gate_decisions
        where action = 'review_request' and decision = 'send' and due_at > as_of - interval 30 day""",
    )
    assert lost == {line for (line,) in young} and lost
    assert {row["action"] for row in rows} == {"Review request"}
    assert demo_shop.database.read_bytes() == before


def test_policy_diff_knows_the_seeds_by_their_names(
    demo_shop: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "actoins.csv"
    file.write_text("action,priority\nupsell,90\n")
    assert policy.diff(["--database", str(demo_shop.database), str(file)]) == 2
    assert "actions.csv" in capsys.readouterr().err
