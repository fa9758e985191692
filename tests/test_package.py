"""Another project installs this one as a package: raw tables elsewhere, a model of the same name, only marts to ref."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, Build

# the demo shop has an incentive of its own; nobody promises one in another project
COMPARED = {
    "gate_decisions": "*",
    # its note says the incentive and its disclosure in words
    "next_actions": "* exclude (lesson_note)",
    "audience_members": "* exclude (incentive_id, incentive_disclosure, row_hash)",
    "audience_events": "* exclude (incentive_id, incentive_disclosure)",
}
SELECTED = ("+orders", "+gate_decisions", "+audience_members", "+audience_events")
RENAMED = {"orders": "order_headers", "messages": "sent_messages"}
PROJECT = ROOT / "tests" / "package_project"


def compared(built: duckdb.DuckDBPyConnection) -> dict[str, list]:
    return {
        mart: built.execute(f"select {columns} from marts.{mart} order by all").fetchall()
        for mart, columns in COMPARED.items()
    }


def dbt(folder: Path, *arguments: str) -> tuple[bool, str]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    heard: list[str] = []

    def listen(event: object) -> None:
        if event.info.level in ("error", "warn"):
            heard.append(event.info.msg)

    command = [*arguments, "--quiet", "--project-dir", str(folder), "--profiles-dir", str(folder)]
    try:
        outcome = dbtRunner(callbacks=[listen]).invoke(command)
    finally:
        DuckDBConnectionManager.close_all_connections()
    return outcome.success, "\n".join([*heard, str(outcome.exception or "")])


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The shop's own project with the gate in it; the demo shop's rows are its raw tables, in their own database."""
    work = tmp_path_factory.mktemp("warehouse")
    project = shutil.copytree(
        PROJECT, work / "project", ignore=shutil.ignore_patterns("dbt_packages", "target", "logs")
    )
    installed = yaml.safe_load((project / "packages.yml").read_text())
    assert installed == {"packages": [{"local": "../.."}]}
    (project / "packages.yml").write_text(yaml.safe_dump({"packages": [{"local": str(ROOT)}]}))
    with duckdb.connect(str(work / "lake.duckdb")) as lake:
        lake.execute("create schema shop_extract")
        for path in sorted((ROOT / "seeds" / "demo_shop").glob("demo_*.csv")):
            table = path.stem.removeprefix("demo_")
            lake.execute(
                f"create table shop_extract.{RENAMED.get(table, table)} as from read_csv('{path}', all_varchar = true)"
            )
    with pytest.MonkeyPatch.context() as patch:
        # the same name for the database as everywhere in these tests, so that its marts can be compared
        patch.setenv("SHOP_WAREHOUSE_DB", str(work / "shop.duckdb"))
        patch.setenv("SHOP_LAKE_DB", str(work / "lake.duckdb"))
        patch.delenv("DBT_TARGET_PATH", raising=False)
        succeeded, said = dbt(project, "deps")
        assert succeeded, said
        yield work


def test_a_project_that_installs_the_gate_gets_its_marts(warehouse: Path, demo_shop: Build) -> None:
    succeeded, said = dbt(
        warehouse / "project", "build", "--select", *SELECTED, "--exclude-resource-type", "test", "unit_test"
    )
    assert succeeded, said
    with duckdb.connect(str(warehouse / "shop.duckdb"), read_only=True) as built:
        schemas = {row[0] for row in built.execute("select schema_name from duckdb_schemas()").fetchall()}
        orders = built.execute("select count(distinct order_id), count(audience) from warehouse.orders").fetchone()
        own = [row[0] for row in built.execute("describe warehouse.stg_orders").fetchall()]
        got = compared(built)
    assert {"warehouse", "staging", "marts", "policy"} <= schemas
    assert "demo_shop" not in schemas, "the demo shop is nobody else's"
    assert own == ["order_id", "customer_id"], "the gate's stg_orders took the place of the project's own"
    assert orders[0] > 100 and orders[1] > 50
    # the same rows, the same policy: the same decisions, wherever they come from
    with duckdb.connect(str(demo_shop.database), read_only=True) as built:
        assert got == compared(built)


def test_only_the_marts_can_be_referred_to(warehouse: Path) -> None:
    project = warehouse / "project"
    reader = project / "models" / "reader.sql"
    reader.write_text("select * from {{ ref('post_purchase_gate', 'int_points') }}")
    try:
        succeeded, said = dbt(project, "parse")
    finally:
        reader.unlink()
    assert not succeeded
    assert "int_points" in said and "not allowed" in said
