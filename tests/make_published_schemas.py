"""Write tests/published_schemas.yml: what loaders publish of the tables that the connectors read, as names alone.

    python tests/make_published_schemas.py --fivetran shopify=CLONE ... --airbyte shopify=UNPACKED_WHEEL ...

CLONE is a clone of Fivetran's dbt package of the tool (macros/staging and integration_tests/seeds say the columns),
UNPACKED_WHEEL the folder of Airbyte's package for Python. Of an object or a list, `a.b` names b within a.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests" / "published_schemas.yml"
HEAD = """\
# Names of tables and columns that loaders publish, of the tables that the connectors read: no data.
# tests/test_connector_schemas.py holds the declared candidates of every src_ model against them, and
# tests/make_published_schemas.py writes this file from the sources that it names.
"""
PREFIXES = re.compile(r"^(shopify_gql_|shopify_|stripe_)|_data(_\w+)?$")
DEPTH = 6


def declared(connector: str) -> tuple[set[str], set[str]]:
    """The tables that a connector may read, and the objects and lists in them of which it reads parts."""
    tables, objects = set(), set()
    for file in (ROOT / "models" / "staging" / connector / "src").glob("*.yml"):
        for model in yaml.safe_load(file.read_text())["models"]:
            meta = model["config"]["meta"]
            tables |= set(meta.get("tables") or [])
            inside = [[]]
            for nested in meta.get("nested") or []:
                table, *steps = nested.split(".")
                tables.add(table)
                inside.append(steps)
            for column in model["columns"]:
                for candidate in column.get("config", {}).get("meta", {}).get("candidates", [column["name"]]):
                    parts = [part for part in candidate.split(".") if not part.startswith("^")]
                    for steps in inside:
                        whole = [*steps, *parts]
                        objects |= {".".join(whole[:end]).lower() for end in range(1, len(whole))}
    return tables, objects


def of_fivetran(connector: str, clone: Path) -> tuple[str, dict[str, list[str]]]:
    found: dict[str, set[str]] = {}
    for file in clone.glob("macros/staging/get_*_columns.sql"):
        table = file.stem.removeprefix("get_").removesuffix("_columns")
        found.setdefault(table, set()).update(re.findall(r'"name":\s*"([^"]+)"', file.read_text()))
    for file in clone.glob("integration_tests/seeds/**/*.csv"):
        table = PREFIXES.sub("", PREFIXES.sub("", file.stem))
        with file.open(encoding="utf-8-sig", newline="") as rows:
            found.setdefault(table, set()).update(next(csv.reader(rows)))
    version = yaml.safe_load((clone / "dbt_project.yml").read_text())["version"]
    tables, _ = declared(connector)
    names = {table: sorted({name.lower() for name in columns}) for table, columns in found.items() if table in tables}
    return f"fivetran/dbt_{connector} {version}, macros/staging and integration_tests/seeds", names


def within(whole: Any, ref: str) -> Any:
    """What `#/a/b` means in a manifest."""
    for step in ref.removeprefix("#/").split("/"):
        whole = (whole or {}).get(step)
    return whole


def paths(schema: Any, folder: Path, before: str = "", depth: int = DEPTH, whole: Any = None) -> Iterator[str]:
    """Every name of a JSON schema; of lists those of their items."""
    if isinstance(schema, str) and schema.startswith("#/"):
        schema = {"$ref": schema}
    if not isinstance(schema, dict) or depth == 0:
        return
    ref = str(schema.get("$ref", ""))
    if ref.startswith("#/"):
        yield from paths(within(whole, ref), folder, before, depth, whole)
    elif ref:
        file = folder / "shared" / Path(ref).name
        if not file.exists():
            file = folder / Path(ref).name
        if file.exists():
            yield from paths(json.loads(file.read_text()), folder, before, depth, whole)
    for part in [*schema.get("oneOf", []), *schema.get("anyOf", [])]:
        yield from paths(part, folder, before, depth, whole)
    if "items" in schema:
        yield from paths(schema["items"], folder, before, depth, whole)
    properties = schema.get("properties") or {}
    if isinstance(properties, str):
        properties = within(whole, properties)
    for name, inner in properties.items():
        yield before + name
        yield from paths(inner, folder, f"{before}{name}.", depth - 1, whole)


def streams(package: Path) -> Iterator[tuple[str, Any, Any]]:
    """Name and schema of each stream, and the manifest that it stands in."""
    for file in package.glob("schemas/*.json"):
        yield file.stem, json.loads(file.read_text()), None
    manifest = package / "manifest.yaml"
    whole = yaml.safe_load(manifest.read_text()) if manifest.exists() else {}
    for stream in (whole.get("definitions") or {}).values():
        if isinstance(stream, dict):
            schema = (stream.get("schema_loader") or {}).get("schema")
            name = stream.get("name") or (stream.get("$parameters") or {}).get("name")
            if isinstance(schema, str):
                schema = {"$ref": schema}
            if schema and name:
                yield name, schema, whole


def of_airbyte(connector: str, wheel: Path) -> tuple[str, dict[str, list[str]]]:
    package = next(folder for folder in wheel.glob("source_*") if (folder / "__init__.py").exists())
    tables, objects = declared(connector)
    found: dict[str, set[str]] = {}
    for stream, schema, whole in streams(package):
        if stream in tables:
            names = {name.lower() for name in paths(schema, package / "schemas", whole=whole)}
            found.setdefault(stream, set()).update(
                name for name in names if "." not in name or name.rsplit(".", 1)[0] in objects
            )
    metadata = next(wheel.glob("*.dist-info/METADATA")).read_text()
    name, version = (re.search(rf"^{word}: (.+)$", metadata, re.M)[1] for word in ("Name", "Version"))  # type: ignore[index]
    return f"{name} {version}, schemas of its streams", {table: sorted(names) for table, names in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for loader in ("fivetran", "airbyte"):
        parser.add_argument(f"--{loader}", nargs="*", default=[], metavar="TOOL=FOLDER")
    arguments = vars(parser.parse_args())
    published = []
    for loader, read in (("fivetran", of_fivetran), ("airbyte", of_airbyte)):
        for word in arguments[loader]:
            connector, folder = word.split("=", 1)
            source, tables = read(connector, Path(folder))
            published.append({"connector": connector, "loader": loader, "source": source, "tables": tables})
    FILE.write_text(HEAD + yaml.safe_dump({"schemas": published}, sort_keys=False, default_flow_style=None, width=150))


if __name__ == "__main__":
    main()
