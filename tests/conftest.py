"""Builds of the project for the tests: each with its own database, target and logs, in this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
NOT_PROJECT = shutil.ignore_patterns(".git", ".venv", ".ci", "target", "logs", "*.duckdb*", "__pycache__", "tests", ".*_cache")


class BuildError(Exception):
    """A build that failed; the message is what dbt said."""


@dataclass(frozen=True)
class Build:
    """A finished build: its database, and the folder with the SQL that made it."""

    database: Path
    target: Path
    ran: list[str]

    def compiled(self, name: str) -> str:
        """The SQL of a model as it ran."""
        return next(self.target.glob(f"compiled/*/models/**/{name}.sql")).read_text()


def run_dbt(
    folder: Path, vars: dict[str, Any] | None = None, *, database: Path | None = None, command: str = "build",
    select: str | None = None, project: Path = ROOT, with_tests: bool = False
) -> Build:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder.mkdir(parents=True, exist_ok=True)
    database = database or folder / "shop.duckdb"
    messages: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level in ("error", "warn"):
            messages.append(event.info.msg)

    arguments = [
        command, "--quiet", "--project-dir", str(project), "--profiles-dir", str(project / "profiles"),
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        "--vars", yaml.safe_dump(vars or {}, default_flow_style=True, width=10_000),
    ]
    if select:
        arguments += ["--select", *select.split()]
    if command == "build" and not with_tests:
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POST_PURCHASE_DB", str(database))
        patch.setenv("POST_PURCHASE_THREADS", str(os.cpu_count() or 2))
        patch.delenv("DBT_TARGET_PATH", raising=False)
        try:
            outcome = dbtRunner(callbacks=[listen]).invoke(arguments)
        finally:
            # one process opens a DuckDB file at a time, and a test wants to read it
            DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise BuildError("\n".join([*messages, str(outcome.exception or "")]))
    return Build(database, folder / "target", [result.node.name for result in outcome.result])


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Build]:
    """build(vars, database=, select=, project=, with_tests=): a build in a folder of its own."""

    def make(vars: dict[str, Any] | None = None, **options: Any) -> Build:
        return run_dbt(tmp_path_factory.mktemp("build"), vars, **options)

    return make


@pytest.fixture
def project_copy(tmp_path: Path) -> Iterator[Path]:
    """The project's own files in a folder where a test may edit them."""
    yield copy_project(tmp_path / "project")


def copy_project(target: Path) -> Path:
    shutil.copytree(ROOT, target, ignore=NOT_PROJECT)
    shutil.copytree(ROOT / "tests" / "generic", target / "tests" / "generic")
    return target
