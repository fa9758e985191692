"""The house: rooms in one order, arrows that go down, one home for every fact."""

from __future__ import annotations

import csv
import re
import tomllib
from functools import cache
from typing import Any

import pytest
import yaml
from conftest import ROOT, parsed_project

from post_purchase import ROOMS

# The last node of a build.
SWITCH = "model.post_purchase_gate.served_build"
BASELINE = yaml.safe_load((ROOT / "tests/house_baseline.yml").read_text())

# Tables of facts that have one home: which room alone may read them.
HOMES = {
    "stg_refunds": "core",
    "stg_customers": "core",
    "stg_messages": "core",
    "stg_ticket_events": "core",
    "stg_fulfillments": "core",
    "stg_fulfillment_lines": "core",
    "stg_fulfillment_events": "core",
}

# These show every raw row, whatever it means: they read staging by design.
SHOW_ROWS = {"input_accounting", "order_timeline"}


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    nodes = parsed_project({}, "shop.duckdb").nodes
    return {key: node for key, node in nodes.items() if node.resource_type == "model"}


def room(node: Any) -> str:
    return node.original_file_path.split("/")[1]


def read(models: dict[str, Any], node: Any) -> list[Any]:
    return [models[key] for key in node.depends_on.nodes if key in models]


def test_every_model_stands_in_a_room(models: dict[str, Any]) -> None:
    assert {room(node) for node in models.values()} <= set(ROOMS)


def test_the_linter_reads_every_connector() -> None:
    """A model that no connection names is disabled, and sqlfluff passes it over in silence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {row["connector"] for row in project["tool"]["sqlfluff"]["templater"]["dbt"]["context"]["connections"]}
    assert named == {folder.parent.name for folder in (ROOT / "models" / "staging").glob("*/src")}


def test_arrows_go_down(models: dict[str, Any]) -> None:
    up = {
        (parent.name, node.name)
        for node in models.values()
        for parent in read(models, node)
        if ROOMS.index(room(parent)) > ROOMS.index(room(node))
    }
    known = {(edge["from"], edge["to"]) for edge in BASELINE["edges_up"]}
    assert up - known == set(), "edges that go up; read a model of an earlier room instead"
    assert known - up == set(), "these go down now: take them out of tests/house_baseline.yml"


def test_marts_are_read_by_marts_and_activation_alone(models: dict[str, Any]) -> None:
    known = {(edge["from"], edge["to"]) for edge in BASELINE["edges_up"]}
    readers = {
        (parent.name, node.name)
        for node in models.values()
        for parent in read(models, node)
        if room(parent) == "marts" and room(node) != "marts"
    }
    assert readers - known == set()


def test_the_longest_chain_grows_no_longer(models: dict[str, Any]) -> None:
    @cache
    def depth(key: str) -> int:
        parents = [parent for parent in models[key].depends_on.nodes if parent in models and parent != SWITCH]
        return 1 + max((depth(parent) for parent in parents), default=0)

    # the switch stands behind all of them by its nature
    longest = max(models.keys() - {SWITCH}, key=depth)
    assert depth(longest) <= BASELINE["longest_chain"], f"{longest} is {depth(longest)} models deep"


@pytest.mark.parametrize("table", HOMES)
def test_a_fact_has_one_home(models: dict[str, Any], table: str) -> None:
    readers = {
        node.name
        for node in models.values()
        for parent in read(models, node)
        if parent.name == table and room(node) not in ("staging", HOMES[table]) and node.name not in SHOW_ROWS
    }
    known = set(BASELINE.get("second_homes", {}).get(table, []))
    assert readers - known == set(), f"only {HOMES[table]} may read {table}; read the core fact instead"
    assert known - readers == set(), "these read the core fact now: take them out of tests/house_baseline.yml"


def test_the_switch_waits_for_every_mart(models: dict[str, Any]) -> None:
    """A mart that it does not wait for would be missing, or be served beside marts of another build."""
    marts = {key for key, node in models.items() if node.config.materialized in ("mart", "mart_log")}
    assert set(models[SWITCH].depends_on.nodes) & models.keys() == marts
    # what readers have is switched, or is a view of it that stands behind the switch
    others = {node.name for key, node in models.items() if node.schema == "marts" and key not in marts | {SWITCH}}
    assert others == {"audience_members"}


def test_what_reads_a_mart_reads_that_of_its_own_build(models: dict[str, Any]) -> None:
    """Before the switch a ref alone is the mart of the build before."""
    marts = {node.name for node in models.values() if node.config.materialized in ("mart", "mart_log")}
    for key, node in models.items():
        if key == SWITCH or node.name == "audience_members" and node.version == 1:
            continue
        found = re.findall(r"(built\()?ref\(\s*'(\w+)'", node.raw_code)
        assert not [name for built, name in found if name in marts and not built], node.name


def test_constraints_of_marts_are_enforced_without_a_warning(models: dict[str, Any]) -> None:
    """dbt knows of its own materializations alone that they enforce constraints: each says that it need not warn."""
    for node in models.values():
        if node.config.materialized in ("mart", "mart_log", "mart_switch"):
            warned = [name for name, column in node.columns.items() for c in column.constraints if c.warn_unsupported]
            assert warned == [], f"{node.name}: add `warn_unsupported: false` to the constraints of {warned}"


def test_every_check_is_asked(models: dict[str, Any]) -> None:
    """A check that the findings do not read would hold nothing, and nobody would notice."""
    names = {node.name for node in models.values() if node.name.startswith("check_")}
    findings = next(node for node in models.values() if node.name == "int_findings")
    asked = {parent.name for parent in read(models, findings)}
    with (ROOT / "seeds/policy/checks.csv").open(newline="") as file:
        declared = {f"check_{row['check_name']}" for row in csv.DictReader(file)}
    assert names == asked == declared
