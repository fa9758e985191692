"""A past decision is what it was: a demo shop cut at an instant gives the verdicts of the whole shop up to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Build

import post_purchase.replay as check_replay

AS_OF = "2026-06-30 12:00:00"
INSTANTS = 4
# what a shop may have and the demo shop has not
NOT_IN_THE_DEMO = {"suppressions", "memberships", "leases"}
# models made to look ahead, each in one condition, and what it then reads too early
LOOKS_AHEAD = {
    "int_point_tickets": (
        "and timeline.occurred_at <= once.point_at\n"
        "        and (timeline.until_at is null or timeline.until_at > once.point_at)",
        "and timeline.until_at is null",
    ),
    "int_parcel_evidence": (
        "and states.from_at <= expected.point_at\n            and states.until_at > expected.point_at",
        "and states.until_at = timestamp '9999-12-31'",
    ),
}


@pytest.fixture(scope="module")
def project(demo_shop: Build) -> check_replay.Project:
    return check_replay.Project(demo_shop.database, demo_shop.target, AS_OF)


@pytest.fixture(scope="module")
def instants(demo_shop: Build) -> list[str]:
    return check_replay.draw(demo_shop.database, INSTANTS, seed=7)


def test_every_contract_table_is_cut(project: check_replay.Project) -> None:
    wanted = set(check_replay.HAPPENED) | {"order_lines", "fulfillment_lines", "feed_loads"}
    assert set(project.raw) >= wanted - NOT_IN_THE_DEMO


def test_a_past_decision_needs_no_later_fact(
    demo_shop: Build, project: check_replay.Project, instants: list[str], tmp_path: Path
) -> None:
    compared = []
    for instant in instants:
        cut = project.replay(instant, tmp_path)
        decisions, _, wrong = check_replay.compare(demo_shop.database, cut, instant)
        compared.append(decisions)
        assert wrong == [], f"at {instant}"
    # early instants have little behind them
    assert min(compared) > 0 and sum(compared) > 500, "nothing was compared"


@pytest.mark.parametrize("model", LOOKS_AHEAD)
def test_a_look_ahead_is_found(model: str, demo_shop: Build, tmp_path: Path) -> None:
    """Replay would be no evidence if a model that reads later facts passed it."""
    project = check_replay.Project(demo_shop.database, demo_shop.target, AS_OF)
    node = next(node for node in project.nodes.values() if node["name"] == model)
    honest, looking = LOOKS_AHEAD[model]
    assert honest in node["sql"]
    node["sql"] = node["sql"].replace(honest, looking)
    whole = project.replay(AS_OF, tmp_path / "whole")
    cut = project.replay("2026-06-05 12:00:00", tmp_path / "cut")
    assert check_replay.compare(whole, cut, "2026-06-05 12:00:00")[2] != []
