"""What the connectors declare that loaders write, held against what loaders publish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from typing import Any

import pytest
import yaml
from conftest import ROOT

PUBLISHED = yaml.safe_load((ROOT / "tests" / "published_schemas.yml").read_text())["schemas"]
ALLOWED = yaml.safe_load((ROOT / "tests" / "unpublished_columns.yml").read_text())
OF_EVERY_ROW = {"_store", "_loaded_at"}
TRAPS = yaml.safe_load((ROOT / "tests" / "connector_traps.yml").read_text())["traps"]


@cache
def models(connector: str) -> list[Any]:
    files = sorted((ROOT / "models" / "staging" / connector / "src").glob("*.yml"))
    return [model for file in files for model in yaml.safe_load(file.read_text())["models"]]


def source(model: Any) -> str:
    return str(model["name"]).split("__", 1)[1]


def columns(model: Any) -> Iterator[tuple[str, list[str]]]:
    for column in model["columns"]:
        if column["name"] not in OF_EVERY_ROW:
            meta = column.get("config", {}).get("meta", {})
            yield column["name"], meta.get("candidates", [column["name"]])


def places(model: Any, tables: dict[str, list[str]]) -> Iterator[list[str]]:
    """Where the rows of a table stand in a published schema: the table, and the lists inside it."""
    meta = model["config"]["meta"]
    for table in meta.get("tables") or []:
        if table in tables:
            yield [table]
    for nested in meta.get("nested") or []:
        table, *steps = nested.split(".")
        if ".".join(steps).lower() in tables.get(table, []):
            yield [table, *steps]


def published_as(place: list[str], candidate: str) -> tuple[str, str] | None:
    """Table and column that a candidate means where the rows stand."""
    table, *steps = place
    up = len(candidate.split(".")[0]) if candidate.startswith("^") else 0
    rest = candidate.split(".")[1:] if up else candidate.split(".")
    if up > len(steps):
        return None
    return table, ".".join([*steps[: len(steps) - up], *rest]).lower()


def is_published(model: Any, candidate: str, tables: dict[str, list[str]]) -> bool:
    meant = [published_as(place, candidate) for place in places(model, tables)]
    return any(where is not None and where[1] in tables[where[0]] for where in meant)


def named(entries: list[dict[str, Any]]) -> set[str]:
    return {name for entry in entries for name in entry["names"]}


@pytest.mark.parametrize("schema", PUBLISHED, ids=lambda schema: f"{schema['connector']}-{schema['loader']}")
def test_a_loader_publishes_what_is_read_of_its_tables(schema: dict[str, Any]) -> None:
    """Without it a column that a loader renamed is null in every row, and nobody sees it."""
    lacking = set()
    for model in models(schema["connector"]):
        if not list(places(model, schema["tables"])):
            lacking.add(source(model))
        else:
            for name, candidates in columns(model):
                if not any(is_published(model, candidate, schema["tables"]) for candidate in candidates):
                    lacking.add(f"{source(model)}.{name}")
    allowed = named(ALLOWED["lacking"][f"{schema['connector']} {schema['loader']}"])
    assert lacking == allowed, "not published and not said, or said and published"


@pytest.mark.parametrize("connector", sorted({schema["connector"] for schema in PUBLISHED}))
def test_every_candidate_is_published_by_a_loader_or_has_a_reason(connector: str) -> None:
    """Without it a candidate that is misspelt looks like one that a loader leaves out."""
    schemas = [schema["tables"] for schema in PUBLISHED if schema["connector"] == connector]
    unknown = {
        f"{source(model)}.{candidate}"
        for model in models(connector)
        if any(list(places(model, tables)) for tables in schemas)
        for name, candidates in columns(model)
        for candidate in candidates
        if not any(is_published(model, candidate, tables) for tables in schemas)
    }
    assert unknown == named(ALLOWED["candidates"].get(connector, []))


CONNECTORS = sorted(folder.parent.name for folder in (ROOT / "models" / "staging").glob("*/src"))


def readers(connector: str, model: str) -> str:
    """The SQL of what may read a src_ model: what names it, else all models of the connector and the macros for all."""
    staging = ROOT / "models" / "staging"
    files = [
        file
        for folder in (staging / connector, staging / "connected", ROOT / "macros" / "connect")
        for file in folder.glob("*.sql")
    ]
    texts = [file.read_text() for file in files]
    short = re.compile(
        rf"ref\('{model}'\)|ref\('src_{connector}__' ~|ref\('src_' ~ \w+ ~ '__{model.split('__', 1)[1]}'\)"
    )
    return "\n".join([text for text in texts if short.search(text)] or texts)


@pytest.mark.parametrize("connector", CONNECTORS)
def test_no_column_is_brought_that_nothing_reads(connector: str) -> None:
    """Without it a column that a mapping forgot looks like one that it reads."""
    unread = set()
    for model in models(connector):
        text = readers(connector, model["name"])
        # {{ channel }}_consent_state is every column that ends so
        made = {re.escape(end) for end in re.findall(r"\{\{ \w+ \}\}(_\w+)", text)}
        keys = set(model["config"]["meta"].get("key") or [])
        for name, _ in columns(model):
            is_read = re.search(rf"\b{re.escape(name)}\b", text) or any(re.search(f"{end}$", name) for end in made)
            if name not in keys and not is_read:
                unread.add(f"{model['name']}.{name}")
    assert unread == set()


@cache
def named_tests() -> set[str]:
    """Every unit test of a connector's model, and every function that tests connectors."""
    files = (ROOT / "models" / "staging").rglob("*.yml")
    in_models = {test["name"] for file in files for test in yaml.safe_load(file.read_text()).get("unit_tests") or []}
    tests = [*(ROOT / "tests").glob("test_connector_*.py"), ROOT / "tests" / "test_doctor.py"]
    return in_models | {name for file in tests for name in re.findall(r"^def (test_\w+)\(", file.read_text(), re.M)}


@pytest.mark.parametrize("trap", TRAPS, ids=itemgetter("trap"))
def test_a_known_trap_has_a_test(trap: dict[str, Any]) -> None:
    """Without it a test that is renamed or taken out leaves its trap open."""
    assert trap["by"] and set(trap["by"]) <= named_tests()


@pytest.mark.parametrize("connector", sorted(path.parent.name for path in (ROOT / "models" / "staging").glob("*/src")))
def test_every_mapping_has_a_unit_test(connector: str) -> None:
    """Without it a mapping is tried by whole builds alone, which do not say which rule broke."""
    folder = ROOT / "models" / "staging" / connector
    tested = {
        test["model"]
        for file in folder.glob("*.yml")
        for test in yaml.safe_load(file.read_text()).get("unit_tests") or []
    }
    # a table that is handed on as it is has no rule to try
    mappings = {
        path.stem
        for path in folder.glob(f"{connector}__*.sql")
        if re.search(r"\b(join|case|where)\b", path.read_text())
    }
    assert mappings - tested == set()
