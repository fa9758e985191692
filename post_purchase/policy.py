"""What an edited policy would change today, before it is built in.

    post-purchase policy diff [FILE] [--vars VARS] [--rows] [--format table|csv|markdown|json]

FILE is an edited gate_matrix.csv, of any name; without it, the one in seeds/policy, if it is not what the database was
built with. Every live decision is taken again under it, from the findings of the build, in a copy of the database:
nothing that is served changes. --rows lists each decision that changes; else they are counted by action. Past messages
are compared by a build with the var candidate_matrix, which also asks for evidence that a new cell needs of them.
FILE may also be an edited copy of another seed of seeds/policy, under its own name (actions.csv, consent_rules.csv):
the copy of the database is then built anew with it, at the instant of the last build, and takes as long as a build.
Exit codes: 0 shown; 1 nothing would change; 2 the database, its marts or the file cannot be read.
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

import duckdb
import yaml
from rich.console import Console

from post_purchase import PROJECT
from post_purchase.sheet import SHOWN, Row, parser_for
from post_purchase.source import Source, Words
from post_purchase.terminal import MartsError, Vars, artifacts, fetch, literal, open_marts, plain, vars_text

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

COUNTS_SQL = """
select action, decisions, decisions_changed, sends, candidate_sends, sends_gained, sends_lost, supports,
    candidate_supports
from marts.policy_comparison_summary
where origin = 'live' and decisions_changed > 0
order by action
"""
ROWS_SQL = """
select order_id, order_line_id, action, decision, candidate_decision, reason_codes, candidate_reason_codes
from marts.policy_comparison
where origin = 'live'
order by order_id, order_line_id, action
"""


# A line that only one of the two builds decides on stands beside nothing.
BOTH_SQL = """
create temp table compared as
select
    coalesce(before.order_id, after.order_id) as order_id,
    order_line_id,
    action,
    coalesce(before.decision, 'nothing') as decision,
    coalesce(after.decision, 'nothing') as candidate_decision,
    coalesce(before.reason_codes, '') as reason_codes,
    coalesce(after.reason_codes, '') as candidate_reason_codes
from served.marts.gate_decisions as before
full join tried.marts.gate_decisions as after using (order_line_id, action)
"""
BOTH_COUNTS_SQL = """
select
    action,
    count(*) as decisions,
    count(*) filter (decision <> candidate_decision) as decisions_changed,
    count(*) filter (decision = 'send') as sends,
    count(*) filter (candidate_decision = 'send') as candidate_sends,
    count(*) filter (decision <> 'send' and candidate_decision = 'send') as sends_gained,
    count(*) filter (decision = 'send' and candidate_decision <> 'send') as sends_lost,
    count(*) filter (decision = 'support') as supports,
    count(*) filter (candidate_decision = 'support') as candidate_supports
from compared
group by action
having decisions_changed > 0
order by action
"""
BOTH_ROWS_SQL = "from compared where decision <> candidate_decision order by order_id, order_line_id, action"


class PolicyError(Exception):
    """The edited file cannot be read, or says what no policy can."""


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
    except FileNotFoundError as error:
        raise PolicyError(f"There is no file {file}. Name the edited copy of a seed of seeds/policy.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{file} cannot be read: {error}. Save the spreadsheet as CSV (UTF-8).") from error
    if not rows:
        raise PolicyError(f"{file} has no row.")
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


def built_with(database: Path, given: Vars | None, as_of: Any) -> dict[str, Any]:
    """The vars that the shop was built with, at the instant of its build."""
    found: Any = given.values if given else None
    if found is None:
        record = artifacts(database) / "run_results.json"
        if record.is_file():
            found = json.loads(record.read_text(encoding="utf-8"))["args"].get("vars") or {}
            found = yaml.safe_load(found) if isinstance(found, str) else found
    return {**(found or {}), "as_of": f"{as_of:%Y-%m-%d %H:%M:%S}"}


def project_with(file: Path, seed: Path, folder: Path) -> Path:
    """This project by links, its seeds copied, and the edited file as one of them."""
    project = folder / "project"
    shutil.copytree(PROJECT / "seeds", project / "seeds")
    (project / "tests").mkdir()
    for name in ("dbt_project.yml", "selectors.yml", "models", "macros", "analyses", "tests/generic"):
        (project / name).symlink_to(PROJECT / name)
    shutil.copy(file, project / seed)
    return project


def decided(database: Path, project: Path, variables: dict[str, Any], folder: Path, selected: Sequence[str]) -> Path:
    """A copy of the database in which every decision stands under the edited policy."""
    # views name their database, so the copy keeps the name of the file
    copy = folder / "copy" / database.name
    copy.parent.mkdir()
    shutil.copy(database, copy)
    words = [
        sys.executable, "-m", "dbt.cli.main", "build", "--project-dir", str(project),
        "--profiles-dir", str(PROJECT / "profiles"), "--target-path", str(folder / "target"),
        "--log-path", str(folder / "logs"), "--vars", json.dumps(variables), *selected,
    ]  # fmt: skip
    environment = {**os.environ, "POST_PURCHASE_DB": str(copy), "DO_NOT_TRACK": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        said = [line for line in plain(done.stdout + done.stderr).splitlines() if line.strip()]
        told = [line for line in said if ": unknown " in line] or said[-12:]
        raise PolicyError("The edited policy does not decide:\n" + "\n".join(dict.fromkeys(told)))
    return copy


def under_matrix(arguments: argparse.Namespace, variables: dict[str, Any], folder: Path) -> tuple[list[Row], list[Row]]:
    """What another matrix would change, from the findings of the build: counts and rows."""
    project = project_with(arguments.file, Path("seeds") / f"{CANDIDATE}.csv", folder)
    values = {**variables, "candidate_matrix": CANDIDATE}
    selected = ("--exclude-resource-type", "unit_test", "--select", CANDIDATE, *MODELS)
    copy = decided(arguments.database, project, values, folder, selected)
    with open_marts(copy, ["policy_comparison", "policy_comparison_summary"]) as connection:
        return fetch(connection, COUNTS_SQL), fetch(connection, ROWS_SQL) if arguments.rows else []


def under_seed(arguments: argparse.Namespace, variables: dict[str, Any], folder: Path) -> tuple[list[Row], list[Row]]:
    """What another seed would change, from a build with it: counts and rows."""
    project = project_with(arguments.file, Path("seeds") / "policy" / arguments.file.name, folder)
    # the tests of the seeds refuse what no policy can say, before a model reads it
    selected = ("--exclude", "resource_type:unit_test", "resource_type:test,path:models")
    copy = decided(arguments.database, project, variables, folder, selected)
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(arguments.database)} as served (read_only)")
        connection.execute(f"attach {literal(copy)} as tried (read_only)")
        connection.execute(BOTH_SQL)
        return fetch(connection, BOTH_COUNTS_SQL), fetch(connection, BOTH_ROWS_SQL) if arguments.rows else []


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
    parser = parser_for("policy diff", "What an edited gate matrix, or another policy seed, would change today.")
    parser.add_argument(
        "file", nargs="?", type=Path, default=MATRIX, help="an edited gate_matrix.csv, or another seed of seeds/policy"
    )
    parser.add_argument(
        "--vars",
        type=vars_text,
        help="vars of the shop's build, as YAML or a file of them (default: those of its last build)",
    )
    parser.add_argument("--rows", action="store_true", help="each decision that would change")
    arguments = parser.parse_args(argv)
    try:
        return shown_diff(arguments)
    except (MartsError, PolicyError) as error:
        print(error, file=sys.stderr)
        return 2


def shown_diff(arguments: argparse.Namespace) -> int:
    rows = edited(arguments.file)
    is_matrix = set(KEYS) <= set(rows[0])
    if not is_matrix and not (MATRIX.parent / arguments.file.name).is_file():
        if len(rows[0]) == 1:
            raise PolicyError(f"{arguments.file.name} has one column. Save it as CSV with commas between the columns.")
        known = ", ".join(sorted(path.name for path in MATRIX.parent.glob("*.csv")))
        raise PolicyError(f"{arguments.file.name} is no seed of seeds/policy. Give the file the name of one: {known}.")
    with open_marts(arguments.database, ["next_actions", "gate_decisions"]) as connection:
        source = Source(connection)
        words = Words(source)
        as_of = fetch(connection, "select max(as_of) as as_of from marts.next_actions")[0]["as_of"]
        if is_matrix and source.beside("gate_matrix", *KEYS) is None:
            raise MartsError("The database has no gate matrix beside its marts. Build it again.")
        before = cells(source.seed("gate_matrix", "position", *KEYS)) if is_matrix else {}
    found = changes(before, cells(rows), words) if is_matrix else changed_lines(arguments.file)
    if not found:
        print(f"{arguments.file} says what is in force: nothing would change.", file=sys.stderr)
        return 1
    variables = built_with(arguments.database, arguments.vars, as_of)
    with tempfile.TemporaryDirectory(prefix="policy_diff_") as name, Console(stderr=True).status("deciding anew"):
        counts, changed = (under_matrix if is_matrix else under_seed)(arguments, variables, Path(name))
    tables = [
        found,
        [listed(row, words) for row in changed] if arguments.rows else [counted(row, words) for row in counts],
    ]
    show = SHOWN[arguments.format]
    if arguments.format == "json":
        print(json.dumps([json.loads(show(table)) if table else [] for table in tables], indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(show(table) if table else "No decision of today would change." for table in tables))
    return 0 if counts else 1


def changed_lines(file: Path) -> list[Row]:
    """The lines of a seed that are not those of the seed in force, before and after."""
    now = (MATRIX.parent / file.name).read_text(encoding="utf-8-sig").splitlines()
    then = file.read_text(encoding="utf-8-sig").splitlines()
    known, wanted = set(now), set(then)
    gone = [{"line": "now", "of the seed": line} for line in now if line not in wanted]
    return [*gone, *({"line": "would be", "of the seed": line} for line in then if line not in known)]
