"""What every reason code means, from the seeds: the page docs/reasons.md, or the codes of one check.

    post-purchase reasons [CODE] [--language en] [--seeds FOLDER | --database FILE]

The words are those of the project's seeds; with --database, those that a finished build was made with.
CODE is a check, or a check and a state as they stand in reason_codes (`ticket`, `ticket:problem`).
Exit codes: 0 shown; 1 there is no such code; 2 the seeds or the build cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from post_purchase import PROJECT
from post_purchase.source import Source
from post_purchase.terminal import MartsError, open_marts, read_seed

Row = dict[str, str]
# What is no check and has codes all the same.
BESIDE = {"override": "Has a person decided?", "ask": "Told to whoever asks whether it may be sent now."}
# The seeds as a build has them, each with a column that tells it from anything else of its name.
IN_A_BUILD = {"reason_sentences": "sentence", "checks": "question"}
STATES = {"problem": "Problem", "waiting": "Waiting", "unknown": "Unknown", "*": "By a person"}

HEAD = """# What a reason code means

A code in `reason_codes` is a check and its state (`ticket:problem`); the `detail` beside it in `gate_reasons` says
which case it is. Notes, pages and commands show the sentence instead. The words stand in the seed
[reason_sentences](../seeds/reference/reason_sentences.csv), a row per language, check, state and detail: add rows of
another language and set the var `note_language`. This page is made from it: `post-purchase reasons > docs/reasons.md`.

`{offer}` stands for the product that would be recommended. A problem was seen; waiting ends by itself or with progress;
unknown means that nobody can tell, and pauses like bad news.
"""


def of_build(database: Path) -> tuple[list[Row], list[Row]]:
    """The sentences and the checks that a build was made with, as a seed's file has them: blank for none."""
    with open_marts(database, ("gate_reasons",)) as connection:
        source = Source(connection)
        found = [source.seed(name, "rowid", "check_name", column) for name, column in IN_A_BUILD.items()]
    if not all(found):
        raise MartsError(f"The database {database} has no seed {' or '.join(IN_A_BUILD)}. Leave --database out.")
    rows, checks = ([{name: str(value or "") for name, value in row.items()} for row in seed] for seed in found)
    return rows, checks


def sentences(rows: list[Row], language: str) -> list[Row]:
    """The rows of a language, in the order of the seed; English stands in where it has none."""
    found = {row["language"] for row in rows}
    if language not in found:
        raise MartsError(f"The seed reason_sentences has no language '{language}'. It has: {', '.join(sorted(found))}.")
    own = {key(row): row for row in rows if row["language"] == language}
    return [own.get(key(row), row) for row in rows if row["language"] == "en"]


def key(row: Row) -> tuple[str, str, str]:
    return row["check_name"], row["state"], row["detail"]


def code_of(row: Row) -> str:
    """How a row is looked for: the check, its state, and the detail beside it."""
    if row["check_name"] == "ask":
        return f"`ask:{row['detail']}`"
    state = "" if row["state"] == "*" else f":{row['state']}"
    return f"`{row['check_name']}{state}`" + ("" if row["detail"] == "*" else f" {row['detail']}")


def escaped(text: str) -> str:
    return text.replace("|", "\\|")


def table(rows: Sequence[Row]) -> list[str]:
    lines = ["| code | means | waits for | what to do |", "| --- | --- | --- | --- |"]
    for row in rows:
        cells = [code_of(row), row["sentence"], row["waits_for"], row["remedy"]]
        lines.append(f"| {' | '.join(escaped(cell) for cell in cells)} |".replace("|  |", "| |"))
    return lines


def page(rows: Sequence[Row], questions: dict[str, str]) -> str:
    """The glossary, check by check in the order of the seed `checks`."""
    parts = [HEAD.rstrip()]
    general = [row for row in rows if row["check_name"] == "*"]
    parts.append(
        "\n".join(["## Any check", "", "What stands in for an answer that cannot be read.", "", *table(general)])
    )
    for check, question in {**questions, **BESIDE}.items():
        own = [row for row in rows if row["check_name"] == check]
        if own:
            parts.append("\n".join([f"## {check}", "", question, "", *table(own)]))
    return "\n\n".join(parts) + "\n"


def about(code: str, rows: Sequence[Row], questions: dict[str, str]) -> list[str]:
    """What one code means: the question of its check, and each case."""
    check, _, state = code.strip().partition(":")
    field = "detail" if check == "ask" else "state"
    own = [row for row in rows if row["check_name"] == check and (not state or row[field] in (state, "*"))]
    if not own:
        return []
    lines = [f"{check}: {questions.get(check) or BESIDE[check]}"]
    for row in [*own, *(row for row in rows if row["check_name"] == "*" and state in ("", row["state"]))]:
        case = "" if row["detail"] == "*" else f" {row['detail']}"
        kind = "Asked" if check == "ask" else STATES[row["state"]]
        lines.append(f"  {kind}{case}: {row['sentence']} Waits for {row['waits_for']}. {row['remedy']}".rstrip())
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="post-purchase reasons", description="What every reason code means.")
    parser.add_argument("code", nargs="?", help="a check, or a check and a state: ticket, ticket:problem")
    parser.add_argument("--language", default="en", help="language of the words (default: en)")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--seeds", type=Path, default=PROJECT / "seeds", help="folder of the seeds (default: the project's)"
    )
    place.add_argument("--database", type=Path, help="a DuckDB file: the words that its build was made with")
    arguments = parser.parse_args(argv)
    try:
        if arguments.database:
            told, checks = of_build(arguments.database)
        else:
            told = read_seed(arguments.seeds / "reference" / "reason_sentences.csv")
            checks = read_seed(arguments.seeds / "policy" / "checks.csv")
        rows = sentences(told, arguments.language)
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    questions = {row["check_name"]: row["question"] for row in checks}
    if arguments.code is None:
        print(page(rows, questions), end="")
        return 0
    lines = about(arguments.code, rows, questions)
    if not lines:
        print(
            f"There is no code '{arguments.code}'. A code is a check, or a check and a state: {', '.join(questions)}.",
            file=sys.stderr,
        )
        return 1
    print("\n".join(lines))
    return 0
