"""The demo shop with tickets in Zendesk, messages and consent in Klaviyo decides as the native contract does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import yaml
from conftest import ROOT, Build, project_with_flows

from post_purchase import shapes

AS_OF = "2026-06-30 12:00:00"
DECISIONS = "select order_id, order_line_id, action, decision from marts.gate_decisions"


def decisions(build: Build) -> dict[tuple[str, str, str], str]:
    with duckdb.connect(str(build.database), read_only=True) as connection:
        return {
            (order, line, action): decision for order, line, action, decision in connection.sql(DECISIONS).fetchall()
        }


def test_tools_decide_as_the_native_contract_but_for_what_they_cannot_know(
    build: Callable[..., Build], demo_shop: Build, tmp_path: Path
) -> None:
    """Without it: a ticket that is not found, or a message that counts for nothing, asks for a review again."""
    places = shapes.Places(tmp_path / "shop.duckdb", "us", tmp_path / "native")
    shapes.write("tools-fivetran", places)
    # the owner's word on what each flow sends; of one nobody knows it in the native shop either
    with duckdb.connect(str(places.database), read_only=True) as connection:
        flows = [row[0] for row in connection.sql("select name from klaviyo.flow order by name").fetchall()]
    mapped = {name: name.rsplit(" ", 1)[1] for name in flows if not name.endswith(" other")}
    project = project_with_flows(tmp_path, mapped)

    settings = shapes.settings("tools-fivetran", places) | {"as_of": AS_OF, "point_origins": ["live"]}
    shop = build(settings, database=places.database, select="+gate_decisions", project=project)

    mine, theirs = decisions(demo_shop), decisions(shop)
    assert set(mine) == set(theirs)
    known = yaml.safe_load((ROOT / "tests" / "tools_differences.yml").read_text())
    explained = {
        (order, action) for entry in known.values() for order in entry["orders"] for action in entry["actions"]
    }
    different = {key for key in mine if mine[key] != theirs[key]}
    assert [key for key in different if theirs[key] == "send"] == []
    assert {(order, action) for order, _, action in different} == explained
