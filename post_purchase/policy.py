"""What an edited gate matrix would change today, before it is built in.

    post-purchase policy diff [FILE] [--vars VARS] [--rows] [--format table|csv|markdown|json]

FILE is an edited gate_matrix.csv; without it, the one in seeds/policy, if it is not what the database was built with.
Every live decision is taken again under it, from the findings of the build, in a copy of the database: nothing that is
served changes. --rows lists each decision that changes; else they are counted by action. Past messages are compared by
a build with the var candidate_matrix, which also asks for evidence that a new cell needs of them.
Exit codes: 0 shown; 1 nothing would change; 2 the database, its marts or the matrix cannot be read.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from post_purchase import PROJECT
from post_purchase.build import artifacts
from post_purchase.sheet import SHOWN, Row, parser_for
from post_purchase.source import Source, Words
from post_purchase.terminal import MartsError, fetch, open_marts, plain

MATRIX = PROJECT / "seeds" / "policy" / "gate_matrix.csv"
CANDIDATE = "gate_matrix_candidate"
KEYS = ("position", "check_name", "state")
# What makes the verdicts of a policy from the findings of a build, and the comparison of two policies from them.
MODELS = (
    "int_matrix_cells",
    "int_policy_cells",
    "int_policy_reasons",
    "int_reason_sets",
    "int_reason_codes",
    "int_policy_verdicts",
    "int_policy_pairs",
    "policy_comparison",
    "policy_comparison_summary",
)
# Where a build's rows came from is nothing that verdicts ask; without it no table is landed a second time.
INPUTS = ("connectors", "feeds_not_kept", "columns_not_kept", "demo_without", "candidate_matrix")

COUNTS_SQL = """
select action, decisions, decisions_changed, sends, candidate_sends, sends_gained, sends_lost, pauses, candidate_pauses,
    supports, candidate_supports
from marts.policy_comparison_summary
where origin = 'live' and decisions_changed > 0
"""
ROWS_SQL = """
select order_id, order_line_id, action, decision, candidate_decision, reason_codes, candidate_reason_codes
from marts.policy_comparison
where origin = 'live'
order by order_id, order_line_id, action
"""


class MatrixError(Exception):
    """The edited matrix cannot be read, or says what no matrix can."""


def cells(rows: Sequence[Row]) -> dict[tuple[str, str, str], str]:
    """What a matrix says: by check, state and action; a blank cell says nothing."""
    return {
        (row["check_name"], row["state"], action): verdict
        for row in rows
        for action, verdict in row.items()
        if action not in KEYS and verdict
    }


def edited(file: Path) -> list[Row]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as text:
            rows: list[Row] = list(csv.DictReader(text))
    except (OSError, UnicodeDecodeError) as error:
        raise MatrixError(f"The matrix {file} cannot be read: {error}. Save the spreadsheet as CSV (UTF-8).") from error
    if not rows or not set(KEYS) <= set(rows[0]):
        raise MatrixError(f"{file} is no gate matrix: it needs the columns {', '.join(KEYS)} and one for each action.")
    return rows


def changes(before: dict[tuple[str, str, str], str], after: dict[tuple[str, str, str], str], words: Words) -> list[Row]:
    """Each cell that differs, in words."""
    return [
        {
            "cell": f"{check}:{state}",
            "meaning": words.reason(f"{check}:{state}"),
            "action": words.action(action),
            "now": before.get((check, state, action), "nothing"),
            "would be": after.get((check, state, action), "nothing"),
        }
        for check, state, action in sorted(before.keys() | after.keys())
        if before.get((check, state, action)) != after.get((check, state, action))
    ]


def built_with(database: Path, given: str | None, as_of: Any) -> dict[str, Any]:
    """The vars that the shop was built with, as far as a verdict reads them, at the instant of its build."""
    found: Any = yaml.safe_load(given) if given else None
    if found is None:
        record = artifacts(database) / "run_results.json"
        if record.is_file():
            found = json.loads(record.read_text(encoding="utf-8"))["args"].get("vars") or {}
            found = yaml.safe_load(found) if isinstance(found, str) else found
    kept = {
        name: value
        for name, value in (found or {}).items()
        if name not in INPUTS and not name.startswith("raw_") and not name.endswith("_path")
    }
    return {**kept, "as_of": f"{as_of:%Y-%m-%d %H:%M:%S}", "candidate_matrix": CANDIDATE}


def project_with(file: Path, folder: Path) -> Path:
    """This project by links, its seeds copied, and the edited matrix a seed of its own."""
    project = folder / "project"
    shutil.copytree(PROJECT / "seeds", project / "seeds")
    (project / "tests").mkdir()
    for name in ("dbt_project.yml", "selectors.yml", "models", "macros", "analyses", "tests/generic"):
        (project / name).symlink_to(PROJECT / name)
    shutil.copy(file, project / "seeds" / f"{CANDIDATE}.csv")
    return project


def decided(database: Path, file: Path, variables: dict[str, Any], folder: Path) -> Path:
    """A copy of the database in which every decision stands under both matrices."""
    # views name their database, so the copy keeps the name of the file
    copy = folder / "copy" / database.name
    copy.parent.mkdir()
    shutil.copy(database, copy)
    project = project_with(file, folder)
    words = [
        sys.executable, "-m", "dbt.cli.main", "build", "--project-dir", str(project),
        "--profiles-dir", str(PROJECT / "profiles"), "--target-path", str(folder / "target"),
        "--log-path", str(folder / "logs"), "--vars", json.dumps(variables), "--exclude-resource-type", "unit_test",
        "--select", CANDIDATE, *MODELS,
    ]  # fmt: skip
    environment = {**os.environ, "POST_PURCHASE_DB": str(copy), "DO_NOT_TRACK": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        said = [line for line in plain(done.stdout + done.stderr).splitlines() if line.strip()]
        told = [line for line in said if ": unknown " in line] or said[-12:]
        raise MatrixError("The edited matrix does not decide:\n" + "\n".join(dict.fromkeys(told)))
    return copy


def counted(row: Row, words: Words) -> Row:
    return {
        "action": words.action(row["action"]),
        "decisions": row["decisions"],
        "would change": row["decisions_changed"],
        "sends now": row["sends"],
        "sends then": row["candidate_sends"],
        "gained": row["sends_gained"],
        "lost": row["sends_lost"],
        "with support now": row["supports"],
        "then": row["candidate_supports"],
    }


def listed(row: Row, words: Words) -> Row:
    return {
        "order": row["order_id"],
        "line": row["order_line_id"],
        "action": words.action(row["action"]),
        "now": row["decision"],
        "would be": row["candidate_decision"],
        "codes now": row["reason_codes"],
        "codes then": row["candidate_reason_codes"],
    }


def diff(argv: Sequence[str] | None = None) -> int:
    """Print which cells differ, and what they would change today."""
    parser = parser_for("policy diff", "What an edited gate matrix would change today, before it is built in.")
    parser.add_argument("file", nargs="?", type=Path, default=MATRIX, help="an edited gate_matrix.csv")
    parser.add_argument("--vars", help="vars of the shop's build, as YAML (default: those of its last build)")
    parser.add_argument("--rows", action="store_true", help="each decision that would change")
    arguments = parser.parse_args(argv)
    try:
        return shown_diff(arguments)
    except (MartsError, MatrixError) as error:
        print(error, file=sys.stderr)
        return 2


def shown_diff(arguments: argparse.Namespace) -> int:
    after = cells(edited(arguments.file))
    with open_marts(arguments.database, ["next_actions", "gate_decisions"]) as connection:
        source = Source(connection)
        words = Words(source)
        if source.beside("gate_matrix", *KEYS) is None:
            raise MartsError("The database has no gate matrix beside its marts. Build it again.")
        before = cells(source.seed("gate_matrix", "position", *KEYS))
        as_of = fetch(connection, "select max(as_of) as as_of from marts.next_actions")[0]["as_of"]
    found = changes(before, after, words)
    show = SHOWN[arguments.format]
    if not found:
        print(f"{arguments.file} says what the database was built with: nothing would change.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="policy_diff_") as name, Console(stderr=True).status("deciding anew"):
        copy = decided(
            arguments.database, arguments.file, built_with(arguments.database, arguments.vars, as_of), Path(name)
        )
        with open_marts(copy, ["policy_comparison", "policy_comparison_summary"]) as connection:
            counts = [counted(row, words) for row in fetch(connection, COUNTS_SQL)]
            rows = [listed(row, words) for row in fetch(connection, ROWS_SQL)] if arguments.rows else []
    tables = [found, rows if arguments.rows else counts]
    if arguments.format == "json":
        print(json.dumps([json.loads(show(table)) if table else [] for table in tables], indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(show(table) if table else "No decision of today would change." for table in tables))
    return 0 if counts else 1
