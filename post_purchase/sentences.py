"""Reason codes as sentences for people: the seed `reason_sentences` of a finished build, or of the project.

post-purchase reasons            writes docs/reasons.md, the page of all codes and their sentences
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from post_purchase import PROJECT

SEED = PROJECT / "seeds" / "policy" / "reason_sentences.csv"
PAGE = PROJECT / "docs" / "reasons.md"
LANGUAGE = "en"


class Sentences:
    """What a reader is told of a check, its state and its detail."""

    def __init__(self, rows: Iterable[Mapping[str, str | None]], language: str = LANGUAGE) -> None:
        self.sentences = {
            (str(row["check_name"]), str(row["state"]), row["detail"] or ""): str(row["sentence"])
            for row in rows
            if row["language"] == language
        }

    def of(self, check: str, state: str, detail: str | None = None) -> str | None:
        """The sentence of the detail, else of its first word for every check, else of the state; else None."""
        detail = detail or ""
        if check == "override":
            # its state is who set it
            state, detail = "problem", ""
        keys = [(check, state, detail), ("*", state, detail.split("_")[0]), (check, state, "")]
        return next((self.sentences[key] for key in keys if key in self.sentences), None)

    def of_code(self, code: str) -> str | None:
        """The sentence of `check:state` or `check:state:detail`."""
        check, _, rest = code.partition(":")
        state, _, detail = rest.partition(":")
        return self.of(check, state, detail)


def of_project(path: Path = SEED) -> Sentences:
    with path.open(encoding="utf-8", newline="") as file:
        return Sentences(list(csv.DictReader(file)))


def page() -> str:
    """The page of all codes, in the order of the checks."""
    with (PROJECT / "seeds" / "policy" / "checks.csv").open(encoding="utf-8", newline="") as file:
        checks = {row["check_name"]: row["question"] for row in csv.DictReader(file)}
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == LANGUAGE]
    lines = [
        "# What the reason codes mean",
        "",
        "A decision that is not `send` lists its reasons as `check:state`; `gate_reasons` has the detail of each.",
        "The first column is the code that machines read, the second what people are told. `post-purchase reasons`",
        "makes this page of the seed `reason_sentences`; another language is more rows there.",
        "",
        "## Any check, where its evidence is unknown",
        "",
        *table(rows, "*"),
    ]
    checks["override"] = "Has a person of the shop decided this by hand? The state is who set it."
    for check, question in checks.items():
        lines += ["", f"## {check}", "", question, "", *table(rows, check)]
    return "\n".join(lines) + "\n"


def table(rows: Sequence[Mapping[str, str]], check: str) -> list[str]:
    cells = [
        f"| `{row['check_name']}:{row['state']}{':' + row['detail'] if row['detail'] else ''}` | {row['sentence']} |"
        for row in rows
        if row["check_name"] == check
    ]
    return ["| code | what it means |", "| --- | --- |", *cells]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page."""
    if argv:
        print(f"This command takes no words; it writes {PAGE}.")
        return 2
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Written: {PAGE}")
    return 0
