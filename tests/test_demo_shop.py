"""The demo shop's hard cases: what demo_stories.yml expects, from the build that a newcomer runs first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from conftest import ROOT, Build

STORIES = yaml.safe_load((ROOT / "post_purchase" / "demo_stories.yml").read_text())["stories"]
EXPECTED = [(story["id"], key, str(answer)) for story in STORIES for key, answer in story["expect"].items()]
OF_MESSAGES = [row for row in EXPECTED if row[1].startswith("message.")]
OF_LINES = [row for row in EXPECTED if not row[1].startswith("message.")]
# offers may be withheld from a held-out customer; service and review requests are not
OFFERS = {
    "replenishment",
    "cross_sell",
    "upsell",
    "subscription_offer",
    "warranty_offer",
    "loyalty_invite",
    "referral_invite",
    "community_invite",
}


def rows_of(database: Path, query: str) -> dict[tuple, dict[str, Any]]:
    """Rows of a query by all but their last two columns, which are decision and reason codes."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        return {
            tuple(row[:-2]): {"decision": row[-2], "codes": [code for code in (row[-1] or "").split(",") if code]}
            for row in connection.execute(query).fetchall()
        }
    finally:
        connection.close()


@pytest.fixture(scope="module")
def demo(demo_shop: Build) -> dict[str, Any]:
    return {
        "lines": rows_of(
            demo_shop.database, "select order_line_id, action, decision, reason_codes from marts.gate_decisions"
        ),
        "orders": rows_of(
            demo_shop.database,
            "select order_id, action, decision, reason_codes from marts.next_actions where is_headline",
        ),
    }


@pytest.fixture(scope="module")
def demo_messages(build: Callable[..., Build]) -> dict[tuple, dict[str, Any]]:
    built = build({"point_origins": ["live", "message"]})
    return rows_of(
        built.database,
        """
        select messages.message_id, messages.customer_id, messages.action, verdicts.verdict, verdicts.reason_codes
        from gate.int_verdicts as verdicts
        inner join observations.int_points as points
            on verdicts.point_id = points.point_id and points.origin = 'message'
        inner join staging.stg_messages as messages
            on points.message_id = messages.message_id and verdicts.action = messages.action""",
    )


def agrees(row: dict[str, Any], answer: str, action: str) -> bool:
    decision, *reasons = answer.split()
    if decision == "send" and action in OFFERS and row["codes"] == ["holdout:problem"]:
        return row["decision"] == "pause"
    return row["decision"] == decision and set(reasons) <= set(row["codes"])


@pytest.mark.parametrize(("story", "key", "answer"), OF_LINES, ids=[f"{story}.{key}" for story, key, _ in OF_LINES])
def test_hard_cases_get_their_answers(story: str, key: str, answer: str, demo: dict[str, Any]) -> None:
    name, _, action = key.rpartition(".")
    if action == "next" or key == "next":
        wanted, decision = answer.split()
        found = {
            row["decision"]: next_action
            for (order, next_action), row in demo["orders"].items()
            if order == (name or story)
        }
        assert found == {decision: wanted}
        return
    line = f"{story}-{name}" if name.isdigit() else name
    row = demo["lines"].get((line, action))
    assert row is not None, f"no decision on {action} for {line}"
    assert agrees(row, answer, action), f"{line} {action}: wanted {answer}, got {row}"


@pytest.mark.parametrize(
    ("story", "key", "answer"), OF_MESSAGES, ids=[f"{story}.{key}" for story, key, _ in OF_MESSAGES]
)
def test_past_messages_get_their_verdicts(
    story: str, key: str, answer: str, demo_messages: dict[tuple, dict[str, Any]]
) -> None:
    action = key.split(".")[1]
    customer = f"cust-{story.split('-')[0].lower()}"
    rows = [row for (_, owner, sent), row in demo_messages.items() if owner == customer and sent == action]
    assert rows, f"no {action} message of {customer} was judged"
    assert all(agrees(row, answer, action) for row in rows), f"wanted {answer}, got {rows}"


def test_every_hard_case_is_asked(demo: dict[str, Any]) -> None:
    assert len(STORIES) >= 80
    assert len(OF_LINES) >= 90 and len(OF_MESSAGES) >= 5


def test_what_is_placed_later_is_not_decided(demo: dict[str, Any]) -> None:
    placed_later = [story["id"] for story in STORIES if not story["expect"]]
    assert placed_later
    assert not [line for line, _ in demo["lines"] if any(line.startswith(story) for story in placed_later)]


def test_every_table_of_the_demo_shop_is_accounted_for(demo_shop: Build) -> None:
    connection = duckdb.connect(str(demo_shop.database), read_only=True)
    try:
        accounts = connection.execute(
            "select table_name, rows_in, rows_accepted, rows_rejected, rows_repeated from marts.input_accounting"
        ).fetchall()
        reasons = {
            row[0]
            for row in connection.execute(
                "select distinct split_part(reason, ':', 1) from marts.rejected_rows"
            ).fetchall()
        }
    finally:
        connection.close()
    assert [row for row in accounts if row[1] != sum(row[2:])] == []
    assert sum(row[3] for row in accounts) >= 10 and sum(row[4] for row in accounts) >= 1
    assert {"null_key", "unparseable", "impossible", "orphan", "repeated_key"} <= reasons
