"""Renders every model for Snowflake, BigQuery, Databricks and Redshift, and refuses what they are not known to have.

    post-purchase warehouses                        all four
    post-purchase warehouses --engine bigquery      one of them

Nothing is run there, and no connection is asked for: dbt's adapters render the models of the demo shop and of all
connectors, for a first build and for the next one, from what DuckDB has of their inputs; sqlglot parses them, and their
names and shapes are asked for in lists (warehouses.yml). The SQL is left in target/warehouses.
What is refused still and why is in docs/engines.md, and in the lists; it may only shrink.
Exit codes: 0 nothing is refused but what the lists name; 1 something is, or no longer; 2 the adapters are not here
(`make warehouses`).
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from post_purchase import PROJECT, shapes
from post_purchase.engines import loaders, portable, rendering

LISTS = portable.LISTS.name
NOT_RENDERED = "not rendered: "
STAGING = ("+path:models/staging", "resource_type:seed")


def is_missing() -> bool:
    return any(find_spec(f"dbt.adapters.{engine}") is None for engine in (*portable.ENGINES, "duckdb"))


def shops(console: Console) -> list[rendering.Shop]:
    """The demo shop, and one of all connectors: their inputs on DuckDB."""
    # parity builds, too, and imports what compares
    from post_purchase.engines.parity import dbt_build

    folder = PROJECT / "target" / "warehouses"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, select in (("demo", ("resource_type:seed",)), ("connectors", STAGING)):
        database = folder / f"{name}.duckdb"
        database.unlink(missing_ok=True)
        variables = {"build_id": "warehouses"}
        if name == "connectors":
            variables |= loaders.write([*shapes.SHAPES, *shapes.TOOLS], database, False)
        dbt_build(f"warehouses_{name}", variables, {"POST_PURCHASE_DB": str(database)}, console, select)
        models = () if name == "demo" else ("path:models/staging",)
        found.append(rendering.Shop(name, variables, models, rendering.inputs_of(database)))
    return found


def judged(engine: str, shop: rendering.Shop) -> tuple[set[str], dict[str, set[str]]]:
    """The models of a shop, and of those that are refused the reasons."""
    models: set[str] = set()
    refused: dict[str, set[str]] = {}
    folder = PROJECT / "target" / "warehouses" / engine / shop.name
    for branch, rendered in rendering.rendered(engine, shop, folder / "dbt"):
        (folder / branch).mkdir(parents=True, exist_ok=True)
        for file, sql in rendered.items():
            name = Path(file).stem
            models.add(name)
            if sql.startswith(rendering.NOT_RENDERED) or not sql:
                refused.setdefault(name, set()).add(f"{NOT_RENDERED}{' '.join(sql[1:].split())[:200]}")
                continue
            (folder / branch / f"{name}.sql").write_text(sql, encoding="utf-8")
            for one in portable.refusals(sql, engine):
                refused.setdefault(name, set()).add(str(one))
    return models, refused


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="post-purchase warehouses", description="Every model, for four warehouses.")
    parser.add_argument("--engine", nargs="+", choices=portable.ENGINES, default=portable.ENGINES)
    arguments = parser.parse_args(argv)
    if is_missing():
        print("dbt's adapters are not in this environment. Run: make warehouses", file=sys.stderr)
        return 2
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    console = Console()
    brought = shops(console)
    shown = Table("warehouse", "shop", "models", "not rendered", "refused")
    said = []
    for engine in arguments.engine:
        unrendered, known = set(), portable.known_gaps(engine)
        others: dict[str, set[str]] = {}
        for shop in brought:
            models, refused = judged(engine, shop)
            missing = {name for name, reasons in refused.items() if any(NOT_RENDERED in reason for reason in reasons)}
            shown.add_row(engine, shop.name, str(len(models)), str(len(missing)), str(len(refused) - len(missing)))
            unrendered |= missing
            others |= {name: reasons for name, reasons in refused.items() if name not in missing}
            if len(unrendered) > known[1]:
                others |= {name: refused[name] for name in missing}
        said += [
            f"{engine} {name}: {reason}" for name in sorted(set(others) - known[0]) for reason in sorted(others[name])
        ]
        said += [f"{engine} {name}: is known now; take it out of {LISTS}" for name in sorted(known[0] - set(others))]
        if len(unrendered) < known[1]:
            said.append(f"{engine}: {len(unrendered)} models are not rendered, where {LISTS} has {known[1]}: lower it")
    console.print(shown)
    for line in said:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return 1 if said else 0
