"""Builds of the project for the tests: each with its own database, target and logs, in this process."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from story_shop import AS_OF, Answers, Case, cases, contract, stories, write_shop
from story_shop import shop as shop_of_stories

ROOT = Path(__file__).resolve().parents[1]
# Files that build shops of their own. Of these --drawn, as CI runs, takes a quarter by the date: four days take all.
LONG = [
    "fuzz/test_fuzz.py",
    "test_additions.py",
    "test_ask.py",
    "test_audiences.py",
    "test_bad_input.py",
    "test_benchmarks.py",
    "test_bounds.py",
    "test_channels.py",
    "test_check.py",
    "test_connector_apps.py",
    "test_connector_odd_records.py",
    "test_connector_records.py",
    "test_connector_shopify.py",
    "test_connector_tools.py",
    "test_determinism.py",
    "test_experiments.py",
    "test_history.py",
    "test_hour.py",
    "test_interval_coverage.py",
    "test_landing.py",
    "test_olist.py",
    "test_order_profit.py",
    "test_package.py",
    "test_pair_null.py",
    "test_policy_comparison.py",
    "test_privacy.py",
    "test_replay.py",
    "test_risk.py",
    "test_statistics.py",
    "test_switch.py",
]
DAYS = 4
# Vars that parsing does not read: a project that was parsed with one value of them is run with another.
READ_WHEN_RUN = {
    "accept_audience_change",
    "accept_new_salt",
    "accept_other_shop",
    "accept_shrink",
    "as_of",
    "columns_not_kept",
    "csv_encodings",
    "feeds_not_kept",
    "learned_at",
    "live_learning_step",
    "shop_name",
}
NOT_PROJECT = shutil.ignore_patterns(".git", ".venv*", ".ci", "target", "logs", "*.duckdb*", "tests", ".*_cache")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--drawn", action="store_true", help="of the files that build shops of their own, those that today draws"
    )


def pytest_configure(config: pytest.Config) -> None:
    """What all processes of a run share: the day that draws, and what was parsed."""
    config.addinivalue_line("markers", "drawn: of these tests --drawn takes a quarter, by the date")
    if gone := [file for file in LONG if not (ROOT / "tests" / file).exists()]:
        raise pytest.UsageError(f"tests/conftest.py names long files that are not there: {', '.join(gone)}")
    os.environ.setdefault("POST_PURCHASE_DRAWN_ON", str(dt.date.today()))
    if "POST_PURCHASE_PARSED" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="parsed-")
        config.add_cleanup(folder.cleanup)
        os.environ["POST_PURCHASE_PARSED"] = folder.name
        # what a command of the project leaves of its builds goes with the databases that it built
        os.environ["DBT_TARGET_PATH"] = str(Path(folder.name) / "target")


def is_drawn(number: int) -> bool:
    """Whether the day draws the one of this number."""
    return (number + dt.date.fromisoformat(os.environ["POST_PURCHASE_DRAWN_ON"]).toordinal()) % DAYS == 0


def drawn() -> list[str]:
    return [file for number, file in enumerate(LONG) if is_drawn(number)]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    long = [ROOT / "tests" / file for file in LONG if file not in drawn()]
    return True if config.getoption("--drawn") and collection_path in long else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of tests that stand beside others of their kind and each build a shop, marked `drawn`, a quarter."""
    if config.getoption("--drawn"):
        one_of_many = [item for item in items if item.get_closest_marker("drawn")]
        left = [item for number, item in enumerate(one_of_many) if not is_drawn(number)]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--drawn"):
        left = [file for file in LONG if file not in drawn()]
        terminalreporter.write_line(f"drawn on {os.environ['POST_PURCHASE_DRAWN_ON']}: {', '.join(drawn())}")
        terminalreporter.write_line(f"left for another day, and for make full: {', '.join(left)}")


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
    folder: Path,
    vars: dict[str, Any] | None = None,
    *,
    database: Path | None = None,
    command: str = "build",
    select: str | None = None,
    exclude: str | None = None,
    full_refresh: bool = False,
    project: Path = ROOT,
    with_tests: bool = False,
    with_artifacts: bool = False,
    replacing: dict[str, str] | None = None,
    inline: str | None = None,
    operation: str | None = None,
) -> Build:
    """The project is parsed once for many builds; a copy anew, and one whose manifest is wanted (`with_artifacts`).

    `replacing`: what files of models say instead.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder.mkdir(parents=True, exist_ok=True)
    database = database or folder / "shop.duckdb"
    parsed_before = project == ROOT and not with_artifacts
    manifest = parsed_project(vars or {}, database.name) if parsed_before else None
    for file, sql in (replacing or {}).items():
        node = next(one for one in manifest.nodes.values() if one.original_file_path == file)
        # a file begins with the lines that parsing has taken away
        node.raw_code = sql.strip()
    messages: list[str] = []

    def listen(event: Any) -> None:
        if event.info.level in ("error", "warn"):
            messages.append(event.info.msg)

    arguments = [
        command,
        "--quiet",
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project / "profiles"),
        "--target-path",
        str(folder / "target"),
        "--log-path",
        str(folder / "logs"),
        "--vars",
        yaml.safe_dump(vars or {}, default_flow_style=True, width=10_000),
    ]
    if select:
        arguments += ["--select", *select.split()]
    if operation:
        arguments.insert(1, operation)
    if inline:
        arguments += ["--inline", inline]
    if exclude:
        arguments += ["--exclude", *exclude.split()]
    if full_refresh:
        arguments += ["--full-refresh"]
    if command == "build" and not with_tests:
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    if parsed_before and command != "run-operation":
        arguments += ["--no-write-json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POST_PURCHASE_DB", str(database))
        patch.setenv("POST_PURCHASE_THREADS", str(os.cpu_count() or 2))
        patch.delenv("DBT_TARGET_PATH", raising=False)
        try:
            outcome = dbtRunner(manifest=manifest, callbacks=[listen]).invoke(arguments)
        finally:
            # one process opens a DuckDB file at a time, and a test wants to read it
            DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise BuildError("\n".join([*messages, str(outcome.exception or "")]))
    ran = [] if command == "run-operation" else [result.node.name for result in outcome.result]
    return Build(database, folder / "target", ran)


def parsed_project(vars: dict[str, Any], database: str) -> Any:
    """The project as parsed, once in a run for all builds whose vars differ in nothing that parsing reads.

    A parsed project knows its database by the name of the file.
    """
    from dbt.cli.main import dbtRunner

    read = {name: value for name, value in sorted(vars.items()) if name not in READ_WHEN_RUN}
    # which folder the files are in is read when it runs; whether there is one, is read before
    shape = (database, {**read, "raw_path": bool(read.get("raw_path"))})
    file = Path(os.environ["POST_PURCHASE_PARSED"]) / hashlib.sha256(repr(shape).encode()).hexdigest()
    if not file.exists():
        with tempfile.TemporaryDirectory() as work, pytest.MonkeyPatch.context() as patch:
            patch.setenv("POST_PURCHASE_DB", f"{work}/{database}")
            patch.delenv("DBT_TARGET_PATH", raising=False)
            outcome = dbtRunner().invoke(
                [
                    "parse",
                    "--quiet",
                    "--project-dir",
                    str(ROOT),
                    "--profiles-dir",
                    str(ROOT / "profiles"),
                    "--target-path",
                    f"{work}/target",
                    "--log-path",
                    f"{work}/logs",
                    "--vars",
                    yaml.safe_dump(vars, default_flow_style=True, width=10_000),
                ]
            )
        if not outcome.success:
            raise BuildError(str(outcome.exception))
        # another process may parse the same meanwhile: each puts a whole file there
        mine = file.with_name(f"{file.name}.{os.getpid()}")
        mine.write_bytes(pickle.dumps(outcome.result))
        mine.rename(file)
    # a run writes into its manifest
    return pickle.loads(file.read_bytes())


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Build]:
    """build(vars, database=, select=, project=, with_tests=): a build in a folder of its own."""

    def make(vars: dict[str, Any] | None = None, **options: Any) -> Build:
        return run_dbt(tmp_path_factory.mktemp("build"), vars, **options)

    return make


def project_with_flows(folder: Path, flows: dict[str, str]) -> Path:
    """A copy of the project in which the owner has said what each flow sends."""
    project = folder / "project"
    shutil.copytree(ROOT, project, ignore=NOT_PROJECT)
    rows = [f"{flow},{action}" for flow, action in flows.items()]
    (project / "seeds" / "policy" / "flow_map.csv").write_text("\n".join(["flow,action", *rows, ""]))
    return project


@dataclass(frozen=True)
class StoryShop:
    """The stories of one shop, the build that decided on them, and its answers."""

    cases: list[Case]
    raw: Path
    build: Build
    answers: Answers


def told_in(shop: str) -> list[Case]:
    """The cases of the shop in which every feed speaks, of the one in which some are silent, or of the one that a crowd
    complains of."""
    return [case for case in cases(stories()) if case.story.get("feeds", "speaking") == shop]


def build_stories(folder: Path, shop: str, **options: Any) -> StoryShop:
    two_days_ago = AS_OF - dt.timedelta(days=2)
    silent = {"fulfillments", "refunds", "tickets"} if shop == "silent" else set()
    crowd = shop_of_stories()["crowd"] if shop == "stopped" else {}
    raw = write_shop(folder / "raw", told_in(shop), {feed: two_days_ago for feed in silent}, crowd=crowd)
    built = run_dbt(folder, story_vars(raw), **options)
    return StoryShop(told_in(shop), raw, built, Answers(built.database))


def story_vars(raw: Path) -> dict[str, Any]:
    return {"raw_path": str(raw), "as_of": str(AS_OF)}


@pytest.fixture(scope="session")
def demo_shop(build: Callable[..., Build]) -> Build:
    """The build that a newcomer runs first: no vars, the demo shop."""
    return build(with_artifacts=True)


@pytest.fixture(scope="session")
def speaking_shop(tmp_path_factory: pytest.TempPathFactory) -> StoryShop:
    return build_stories(tmp_path_factory.mktemp("speaking"), "speaking")


@pytest.fixture(scope="session")
def silent_shop(tmp_path_factory: pytest.TempPathFactory) -> StoryShop:
    return build_stories(tmp_path_factory.mktemp("silent"), "silent")


@pytest.fixture(scope="session")
def stopped_shop(tmp_path_factory: pytest.TempPathFactory) -> StoryShop:
    return build_stories(tmp_path_factory.mktemp("stopped"), "stopped")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows of the demo shop, bad ones included, and of the stories, as text; the stories' feeds speak for both."""
    folder = tmp_path_factory.mktemp("whole")
    told = write_shop(folder / "stories", told_in("speaking"))
    raw = folder / "raw"
    raw.mkdir()
    with duckdb.connect() as connection:
        for table in contract():
            seed = ROOT / "seeds" / "demo_shop" / f"demo_{table}.csv"
            demo = f"union all by name from read_csv('{seed}', all_varchar = true)" if seed.exists() else ""
            connection.execute(
                f"copy (select columns(*)::varchar from read_parquet('{told / table}.parquet') "
                f"{'' if table == 'feed_loads' else demo}) to '{raw / table}.parquet' (format parquet)"
            )
    return raw


def decide_whole(raw: Path | None = None, as_of: Any = AS_OF, **more: Any) -> dict[str, Any]:
    """The vars of a build that decides on the whole shop, for all origins of points."""
    folder = {"raw_path": str(raw)} if raw else {}
    return {**folder, "as_of": str(as_of), **more}


@pytest.fixture(scope="session")
def decided(build: Callable[..., Build], whole: Path) -> Build:
    return build(decide_whole(whole))


@pytest.fixture
def project_copy(tmp_path: Path) -> Iterator[Path]:
    """The project's own files in a folder where a test may edit them."""
    yield copy_project(tmp_path / "project")


def copy_project(target: Path) -> Path:
    def at_the_top(folder: str, names: list[str]) -> set[str]:
        """Names that are not the project's own; models/gate has a folder named targets, too."""
        return NOT_PROJECT(folder, names) if Path(folder) == ROOT else set()

    shutil.copytree(ROOT, target, ignore=at_the_top)
    shutil.copytree(ROOT / "tests" / "generic", target / "tests" / "generic")
    return target


LeftOut = dict[str, set[str] | None]


def copied(database: Path, name: str, connection: Any) -> dict[str, list[str]]:
    """Every table and view of schema marts, and the verdicts on past instants, as tables of schema `name`."""
    connection.execute(f"create schema {name}")
    # a view speaks of its database by name, so each is attached under its own
    connection.execute(f"attach '{database}' as {database.stem} (read_only)")
    relations = connection.execute(
        """select table_schema, table_name from information_schema.tables
        where table_catalog = ?
        and (table_schema = 'marts' or (table_schema, table_name) = ('gate', 'int_verdicts'))
        order by all""",
        [database.stem],
    ).fetchall()
    for schema, table in relations:
        connection.execute(f'create table {name}."{table}" as from {database.stem}.{schema}."{table}"')
    connection.execute(f"detach {database.stem}")
    return {
        table: [f"{row[0]} {row[1]}" for row in connection.execute(f'describe {name}."{table}"').fetchall()]
        for _, table in relations
    }


def differences(mine: Path, theirs: Path, left_out: LeftOut | None = None, where: str = "true") -> dict[str, Any]:
    """Marts that differ, with rows on either side. `left_out`: {mart: columns not compared, None for all of it}."""
    found: dict[str, Any] = {}
    left_out = left_out or {}
    with duckdb.connect() as connection:
        tables, others = copied(mine, "mine", connection), copied(theirs, "theirs", connection)
        if tables != others:
            found["columns"] = (tables, others)
        for table in sorted(set(tables) & set(others)):
            skipped = left_out.get(table, set())
            # what was counted at the files is of the files, and not of the shop
            if skipped is None or table == "file_accounting":
                continue
            # two builds have two ids
            skipped = skipped | ({"build_id"} if table in ("feed_health", "served_build") else set())
            columns = f"* exclude ({', '.join(sorted(skipped))})" if skipped else "*"
            for one, other in (("mine", "theirs"), ("theirs", "mine")):
                rows = connection.execute(
                    f'select {columns} from {one}."{table}" where {where} '
                    f'except all select {columns} from {other}."{table}" where {where} order by all'
                ).fetchall()
                if rows:
                    found[f"{table}, only {one}"] = (len(rows), rows[:3])
        if (
            "gate_decisions" not in tables
            or not connection.execute(f"select count(*) from mine.gate_decisions where {where}").fetchone()[0]
        ):
            raise AssertionError("nothing was decided: two empty shops are no evidence")
    return found
