"""Builds, quietly: a bar while dbt works, the log in a file, then the summary.

    post-purchase demo
    post-purchase build --vars '{raw_path: FOLDER}' [--database FILE] [--select ...] [--full-refresh]

The build works in a copy of the file, which takes its place when it is done: readers wait for nobody, nor does it.
Every database has artifacts and logs of its own (in target and logs), so that two builds do not read each other's.
Exit codes: 0 built; 1 a model or a test failed, and what dbt said of it is shown; 2 the build could not start.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from post_purchase import PROJECT, summary
from post_purchase.beside import NotBuilt, built_beside
from post_purchase.leases import path_beside
from post_purchase.terminal import DEFAULT_DATABASE, Vars, artifacts, for_dbt, log_of, on_duckdb, plain, vars_text

# The vars that name a shop's own tables, one of them.
PLACES = ("raw_path", "raw_schema", "connections")
# The event of dbt that carries a node's place in the run, and what a stale saved parse ends with.
STARTED = "LogStartLine"
STALE_PARSE = "dbt found two metrics with the name"


WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def dbt_process(command: str, target: Path, *words: str) -> list[str]:
    """One dbt command of this project as the words of a process of its own, with artifacts in `target`."""
    common = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT / "profiles"), "--target-path", str(target)]
    # dbt's own package has imported what is run by then, of which Python warns
    run = [sys.executable, "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main"]
    return [*run, *command.split(), *common, *words]


def run_dbt(command: str, target: Path, *words: str, database: Path) -> None:
    """One dbt command of this project on a database, to its end; what it said stops the program when it fails."""
    done = subprocess.run(
        dbt_process(command, target, *words),
        env={**os.environ, "POST_PURCHASE_DB": str(database)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"dbt {command} failed:\n{(done.stderr + done.stdout)[-3000:]}")


def vars_with_leases(values: dict[str, Any], database: Path) -> dict[str, Any]:
    """The vars of a build, with the leases beside its database: who was told yes counts in the next build."""
    leases = path_beside(database)
    if "leases_path" in values or not leases.is_file() or not on_duckdb():
        return values
    return {**values, "leases_path": str(leases)}


def quietly(database: Path, values: dict[str, Any], profiles: Path = PROJECT / "profiles") -> list[str]:
    """The words of a dbt command that speaks into a log, with artifacts and a log of the database's own."""
    return [
        *("--log-level", "none", "--log-level-file", "info"),
        *("--project-dir", str(PROJECT), "--profiles-dir", str(profiles)),
        *("--target-path", str(artifacts(database)), "--log-path", str(log_of(database).parent)),
        *("--vars", for_dbt(values)),
    ]


def arguments_for_dbt(arguments: argparse.Namespace, database: Path) -> list[str]:
    words = ["build", *quietly(database, vars_with_leases(arguments.vars.values, database))]
    if arguments.select:
        words += ["--select", *arguments.select]
    if arguments.full_refresh:
        words.append("--full-refresh")
    return words


class Reporter:
    """Follows a build by dbt's own events: how far it is, and what went wrong."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task("reading the project", total=None)
        self.problems: list[str] = []

    def hear(self, event: Any) -> None:
        if event.info.name == STARTED:
            self.progress.update(
                self.task, description="building", total=event.data.total, completed=event.data.index - 1
            )
        elif event.info.level == "error" and event.info.msg.strip():
            self.problems.append(without_its_way(plain(event.info.msg)))


def without_its_way(problem: str) -> str:
    """What dbt said of a fault that the project itself raises before any model: the sentence, not how dbt came to it.

    The log has both. What a model or a test said is left as it is.
    """
    heading = r"(?:\[ERROR\]: )?Encountered an error[^:]*:\s+Compilation Error in "
    place = r"(?:macro|operation|model|test) \S+ \([^)]*\)\s+"
    sentence = re.sub(rf"\A\s*{heading}{place}", "", problem)
    # what is asked for is read by these macros, whichever model asks first; another fault is of the place that it names
    if sentence == problem or not re.search(r"\(macros/(?:inputs|connect)/", problem):
        return problem.strip()
    return re.sub(r"^\s*> (?:in|called by) .*\n?", "", sentence, flags=re.M).strip()


def invoke(words: Sequence[str], hear: Callable[[Any], None], manifest: Any = None) -> Any:
    """One dbt command in this process; `hear` gets its events. The file is free again when it is done."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    try:
        return dbtRunner(manifest=manifest, callbacks=[hear]).invoke(list(words))
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def watched(words: Sequence[str], database: Path, manifest: Any = None) -> tuple[Any, list[str]]:
    """One dbt command with a bar, and what went wrong in it; of a project that was read already, its manifest."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        reporter = Reporter(progress)
        outcome = invoke(words, reporter.hear, manifest)
        if STALE_PARSE in str(outcome.exception):
            # a saved parse keeps the metrics of a file beside those of its newer self
            (artifacts(database) / "partial_parse.msgpack").unlink(missing_ok=True)
            reporter = Reporter(progress)
            outcome = invoke(words, reporter.hear)
    return outcome, list(dict.fromkeys(reporter.problems))[:20] or [str(outcome.exception)]


def dbt(arguments: argparse.Namespace, database: Path, file: Path) -> int:
    """One dbt build in this process: of a database, in a file."""
    os.environ["POST_PURCHASE_DB"] = str(file)
    outcome, said = watched(arguments_for_dbt(arguments, database), database)
    if outcome.success:
        return 0
    print("\n".join(said), file=sys.stderr)
    print(f"The whole log: {log_of(database)}", file=sys.stderr)
    return 1 if outcome.exception is None else 2


def parser_for(name: str, purpose: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"post-purchase {name}", description=purpose)
    default = os.environ.get("POST_PURCHASE_DB", DEFAULT_DATABASE)
    parser.add_argument("--database", type=Path, default=Path(default), help=f"DuckDB file (default: {default})")
    parser.add_argument("--select", nargs="+", help="nodes to build, in dbt's own words (default: all)")
    parser.add_argument("--full-refresh", action="store_true", help="build incremental models anew")
    return parser


def build(argv: Sequence[str] | None = None) -> int:
    """Build on a shop's own tables, then show the summary."""
    parser = parser_for("build", "Build the gate on your own tables.")
    parser.add_argument(
        "--vars",
        type=vars_text,
        default="{}",
        help="vars of the build, as YAML or a file of them: '{raw_path: FOLDER}'",
    )
    arguments = parser.parse_args(argv)
    code = built(arguments)
    if code == 0 and not any(arguments.vars.values.get(name) or defaults().get(name) for name in PLACES):
        print(
            f"No table of yours was named ({', '.join(PLACES)} in --vars): this is the demo shop. "
            "docs/connect.md says how to bring your own."
        )
    return code


def defaults() -> dict[str, Any]:
    """The vars that the project itself sets."""
    said = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = said["vars"]["post_purchase_gate"]
    return found


def demo(argv: Sequence[str] | None = None) -> int:
    """Build the demo shop, then show the summary."""
    arguments = parser_for("demo", "Build the demo shop.").parse_args(argv)
    arguments.vars = Vars({}, "{}")
    return built(arguments)


def built(arguments: argparse.Namespace) -> int:
    database = arguments.database.resolve()
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        if on_duckdb():
            with built_beside(database, is_part=bool(arguments.select)) as (file, done):
                code = dbt(arguments, database, file)
                done.append(code == 0)
            if code and file == database:
                print("Readers have the marts of the build before: nothing was switched.", file=sys.stderr)
            elif code:
                before = "is as it was before" if database.exists() else "was not made"
                print(f"{database} {before}; what this build made is in {file}.", file=sys.stderr)
        else:
            code = dbt(arguments, database, database)
    except (NotBuilt, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if code:
        return code
    return summary.main(["--database", str(database), "--short"])
