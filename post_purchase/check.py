"""What a developer waits for beside a change: linters, a parse, and the unit and data tests of the changed models.

    post-purchase check [--since main] [--all]

Changed is what differs from where this branch left `--since`, uncommitted and new files too. A changed macro or seed
concerns every model, so that every unit test runs. The changed models are built on the demo shop, in a database of the
check's own (target/check.duckdb), which the first run makes. What was not run is said: `make test` runs everything.
Exit codes: 0 all is well; 1 something is not, and its tool has said what; 2 git does not know `--since`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from post_purchase import PROJECT
from post_purchase.build import WITHOUT_TESTS, dbt_process

DATABASE = PROJECT / "target" / "check.duckdb"
# What every model is read with, or rests on.
CONCERNS_ALL = ("macros/", "seeds/", "dbt_project.yml", "tests/generic/", "models/_groups.yml")
LINTED = ("models/", "tests/generic/", "analyses/")


class NoRepository(Exception):
    """git does not know what changed."""


def git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoRepository(done.stderr.strip())
    return done.stdout.splitlines()


def changed_files(since: str) -> list[str]:
    """Files that differ from where this branch left `since`, those that are gone left out."""
    base = git("merge-base", "HEAD", since)[0]
    names = {*git("diff", "--name-only", base), *git("ls-files", "--others", "--exclude-standard")}
    return sorted(name for name in names if (PROJECT / name).is_file())


def models_of(files: Sequence[str]) -> list[str]:
    """Names of the models whose SQL or YAML changed."""
    return sorted({Path(name).stem for name in files if name.startswith("models/") and name.endswith((".sql", ".yml"))})


class Steps:
    """Runs one tool after the other, a line each; goes on after a failure, so that one run says everything."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.failed: list[str] = []

    def run(self, label: str, *words: str) -> bool:
        began = time.monotonic()
        environment = os.environ | {"POST_PURCHASE_DB": str(DATABASE), "DO_NOT_TRACK": "1"}
        with self.console.status(label):
            done = subprocess.run(words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
        is_well = done.returncode == 0
        self.console.print(f"{'ok    ' if is_well else 'FAILED'} {label} ({time.monotonic() - began:.0f} s)")
        if not is_well:
            self.failed.append(label)
            print((done.stdout + done.stderr).strip()[-6000:], file=sys.stderr)
        return is_well

    def python(self, label: str, *words: str) -> bool:
        return self.run(label, sys.executable, "-m", *words)

    def dbt(self, label: str, command: str, *words: str) -> bool:
        return self.run(label, *dbt_process(command, PROJECT / "target" / "check", "--quiet", *words))


def check(files: list[str], everything: bool, console: Console) -> int:
    steps = Steps(console)
    python = [name for name in files if name.endswith(".py")]
    sql = [name for name in files if name.endswith(".sql") and name.startswith(LINTED)]
    if python:
        steps.python(f"ruff: {len(python)} files", "ruff", "check", *python)
        steps.python("ruff format", "ruff", "format", "--check", *python)
        steps.python("mypy", "mypy")
    if sql:
        steps.python(f"sqlfluff: {len(sql)} files", "sqlfluff", "lint", "--disable-progress-bar", *sql)
    if steps.dbt("dbt parse", "parse"):
        all_models = everything or any(name.startswith(CONCERNS_ALL) for name in files)
        models = models_of(files)
        if (all_models or models) and not DATABASE.exists():
            steps.dbt("the demo shop, once", "build", *WITHOUT_TESTS)
        if all_models:
            steps.dbt("the demo shop", "build", *WITHOUT_TESTS)
            steps.dbt("every unit test", "test", "--select", "test_type:unit")
        elif models:
            steps.dbt(f"{len(models)} models and their tests", "build", "--select", *models)
    console.print("Not run: stories, oracle and the other tests of `make test`.")
    if steps.failed:
        console.print(f"Failed: {', '.join(steps.failed)}")
    return 1 if steps.failed else 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="post-purchase check", description="What changed, linted, parsed and tested.")
    parser.add_argument(
        "--since", default="main", help="branch or commit that changes are counted from (default: main)"
    )
    parser.add_argument("--all", action="store_true", help="every unit test, whatever changed")
    arguments = parser.parse_args(argv)
    try:
        files = changed_files(arguments.since)
    except NoRepository as error:
        print(f"git cannot say what changed: {error}. Name a commit with --since.", file=sys.stderr)
        return 2
    return check(files, arguments.all, Console())
