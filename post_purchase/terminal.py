"""Small helpers that the command-line scripts share: text for a terminal or a pipe, and reading the marts.

Color appears only when the output is a terminal. All times are UTC, as they are in the marts.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import duckdb
import yaml

from post_purchase import PROJECT

DEFAULT_DATABASE = "target/post_purchase.duckdb"
SEEDS = PROJECT / "seeds"
PLAIN_WIDTH = 100  # columns, when the output is not a terminal
OTHER_FILE_HINT = "Name another file, with --database or POST_PURCHASE_DB."
DUCKDB_MARK = b"DUCK"  # after eight bytes of a checksum
# Nobody with a shop of their own is sent to the demo shop: it would be built into their database.
BUILD_HINT = "Build it with `post-purchase build` and the --vars of your shop."
DEMO_HINT = "`make demo` builds the demo shop there; `post-purchase build --vars '{raw_path: FOLDER}'` your own."
STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
DECISION_STYLES = {"send": "green", "pause": "yellow", "support": "red"}
STATE_STYLES = {"ok": "green", "waiting": "yellow", "unknown": "yellow", "problem": "red"}

# A spreadsheet runs a cell that begins with one of these, also after blanks or quotes; the wide forms count in some.
# The characters themselves, not their codes: DuckDB's patterns and Python's spell those differently.
FORMULA = "^[\\s\\x00-\\x20\"'`\u00a0\u200b\ufeff]*[=+@\\-\\t\\r\uff1d\uff0b\uff0d\uff20]|^[\\t\\r\\n]"
# The same after a separator that another reader may split at: `Bob;=1+1` is one cell for a comma and two for a
# semicolon. Not after a comma, which is our own: there the cell is quoted.
INNER_FORMULA = "([;|\\t\\r\\n][\\s\\x00-\\x20\"'`\u00a0\u200b\ufeff]*)([=+@\\-\uff1d\uff0b\uff0d\uff20])"

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def plain(text: str) -> str:
    """A text without the codes that color a terminal."""
    return _ANSI.sub("", text)


class MartsError(Exception):
    """The database or its marts cannot be read; the message says what to do about it."""


class Cell(NamedTuple):
    """One table cell with a style of its own (a key of STYLES, or none)."""

    text: str
    style: str | None = None


class Paint:
    """Styles text when enabled, and returns it unchanged when not."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, text: str, style: str | None) -> str:
        if not self.enabled or style is None:
            return text
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


# --- Text --------------------------------------------------------------------------------------------------------


def use_color(stream: TextIO) -> bool:
    """True when the stream is a terminal that may show color: NO_COLOR is not set and TERM is not `dumb`."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def output_width(stream: TextIO) -> int:
    """Columns to wrap to: the terminal's own, at least 60; a fixed width in a pipe, so that output can be compared."""
    return max(60, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns) if stream.isatty() else PLAIN_WIDTH


def clean(value: Any, keep_lines: bool = False) -> str:
    """Text without control characters, so that a value from the data can neither move the cursor nor break a row."""
    text = "" if value is None else str(value)
    text = text.replace("\r\n", "\n")
    if not keep_lines:
        text = re.sub(r"\s+", " ", text).strip()
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")


def text_width(text: str) -> int:
    """Columns that a text takes in a terminal: wide characters count two, combining ones and color codes none."""
    plain = _ANSI.sub("", text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in plain
    )


def pad(text: str, columns: int, right: bool = False) -> str:
    """The text filled with blanks to a width, on its left when it is to stand right."""
    blanks = " " * max(0, columns - text_width(text))
    return blanks + text if right else text + blanks


def fit(text: str, columns: int) -> str:
    """Uncolored text cut to a width; three dots stand for what was cut."""
    if text_width(text) <= columns:
        return text
    while text and text_width(text) > columns - 3:
        text = text[:-1]
    return text.rstrip() + "..."


def wrap(text: str, columns: int, indent: str = "", first: str | None = None) -> list[str]:
    """The text in lines of at most that many columns; a long word (an id) is never broken."""
    return textwrap.wrap(
        text,
        columns,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def flow(text: str, columns: int) -> list[str]:
    """The text in lines, broken only where two blanks stand, so that a name keeps its value; always one line or more.

    A single part that is wider than that many columns gets a line of its own.
    """
    lines = [""]
    for part in text.split("  "):
        longer = f"{lines[-1]}  {part}" if lines[-1] else part
        if lines[-1] and text_width(longer) > columns:
            lines.append(part)
        else:
            lines[-1] = longer
    return lines


def table(
    rows: Iterable[Sequence[str | Cell]],
    paint: Paint,
    header: Sequence[str] | None = None,
    right: Iterable[int] = (),
    indent: str = "",
) -> list[str]:
    """Rows as aligned lines, two blanks between columns; `right` names the columns (from 0) that stand right."""
    cells = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    if header is not None:
        cells.insert(0, [Cell(name, "bold") for name in header])
    if not cells:
        return []
    right_columns = set(right)
    widths = [max(text_width(row[column].text) for row in cells) for column in range(len(cells[0]))]
    return [
        (
            indent
            + "  ".join(
                paint(pad(cell.text, widths[column], column in right_columns), cell.style)
                for column, cell in enumerate(row)
            )
        ).rstrip()
        for row in cells
    ]


def side_by_side(left: Sequence[str], right: Sequence[str], left_width: int) -> list[str]:
    """Two blocks of lines next to each other, the left one filled to its width in columns."""
    height = max(len(left), len(right))
    blocks = [list(block) + [""] * (height - len(block)) for block in (left, right)]
    return [f"{pad(first, left_width)}  {second}".rstrip() for first, second in zip(*blocks, strict=True)]


def box(title: str, body: str, columns: int, paint: Paint) -> list[str]:
    """A text between two rules. It has no sides: what is copied from it must be the text and nothing else."""
    heading = f"-- {title} ".ljust(columns, "-")
    return [paint(heading, "bold"), *clean(body, keep_lines=True).splitlines(), paint("-" * columns, "bold")]


def when(value: datetime | None, missing: str = "-") -> str:
    """A UTC timestamp to the minute, or to the second where it has seconds."""
    if value is None:
        return missing
    return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")


def number(value: Decimal | float | int | None, missing: str = "-") -> str:
    """A number as it stands in the mart, without trailing zeros past two places."""
    if value is None:
        return missing
    if isinstance(value, Decimal):
        whole, _, fraction = format(value, "f").partition(".")
        return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}" if fraction else whole
    return str(value)


def in_words(code: str | None) -> str:
    """A code such as `review_request` as words."""
    return clean(code).replace("_", " ")


# --- Marts -------------------------------------------------------------------------------------------------------


def add_database_option(parser: argparse.ArgumentParser) -> None:
    """Let a script be told which database to read: the one given, else POST_PURCHASE_DB, else the project's own."""
    parser.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("POST_PURCHASE_DB") or DEFAULT_DATABASE),
        help=f"a DuckDB file (default: POST_PURCHASE_DB, else {DEFAULT_DATABASE})",
    )


def artifacts(database: Path) -> Path:
    """Where the artifacts of a database's builds lie, in target or where dbt's DBT_TARGET_PATH says.

    Two databases never share them: of one that lies elsewhere the place stands in the name, for many are called alike.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH") or PROJECT / "target")
    place = database.resolve()
    if place.parent == PROJECT / "target":
        return target / place.stem
    return target / f"{place.stem}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"


def log_of(database: Path) -> Path:
    """Where dbt writes what it says of a database's builds."""
    return PROJECT / "logs" / artifacts(database).name / "dbt.log"


def literal(value: object) -> str:
    """A value as an SQL text, for statements that take no parameters."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL reads it whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def on_duckdb() -> bool:
    """Whether builds go into a DuckDB file, not to a server."""
    return os.environ.get("POST_PURCHASE_TARGET", "duckdb") == "duckdb"


def attached_files() -> list[Path]:
    """DuckDB files beside the database that are only read, such as the one a loader writes (docs/connect.md)."""
    return [Path(place) for place in os.environ.get("POST_PURCHASE_ATTACH", "").split(",") if place]


class Vars(NamedTuple):
    """The vars of a build, and how somebody named them on the command line."""

    values: dict[str, Any]
    said: str


def vars_text(text: str) -> Vars:
    """The vars of a build, for an option: a YAML mapping, or the name of a file that holds one."""
    found, where = read_yaml(text), ""
    if isinstance(found, str):
        if not os.path.isfile(found):
            raise argparse.ArgumentTypeError(
                f"no YAML mapping, and there is no file '{found}'. Write '{{raw_path: FOLDER}}', or name a file of vars"
            )
        where = f" in {found}"
        try:
            written = Path(found).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise argparse.ArgumentTypeError(f"no text{where}: {error}") from error
        found = read_yaml(written, where)
    if found is not None and not isinstance(found, dict):
        raise argparse.ArgumentTypeError(f"no YAML mapping{where}. Write it as '{{raw_path: FOLDER}}'")
    return Vars(found or {}, text)


def for_dbt(values: dict[str, Any]) -> str:
    """Vars or arguments as dbt's options take them."""
    return yaml.safe_dump(values, default_flow_style=True, width=10_000).strip()


def read_yaml(text: str, where: str = "") -> Any:
    """What a text holds, for an option; `where` it stands goes into what is said of a fault."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise argparse.ArgumentTypeError(f"no YAML{where}{place}. Write it as '{{raw_path: FOLDER}}'") from error
    except ValueError as error:  # a day that no calendar has, such as 2026-06-31
        raise argparse.ArgumentTypeError(f"a date or a number{where} is none: {error}") from error


def place_that_fails(error: OSError) -> str:
    """What the system said of a place that somebody named, and what to do; of anything else, what it said."""
    if error.filename is None:
        return str(error)
    return f"{error.filename}: {error.strerror}. Name a place that can be read and written."


def build_hint(database: Path) -> str:
    """What makes a database that is missing. Where no other was named, it may be the demo shop's."""
    return DEMO_HINT if database == Path(DEFAULT_DATABASE) else BUILD_HINT


def no_database(place: Path) -> str | None:
    """Why what stands there can be no database, and what to do; None where there is one, or nothing yet."""
    if place.is_dir():
        return f"{place} is a folder. {OTHER_FILE_HINT}"
    try:
        with place.open("rb") as file:
            head = file.read(len(DUCKDB_MARK) + 8)
    except OSError:
        return None
    return None if head.endswith(DUCKDB_MARK) else f"{place} is no DuckDB database. {OTHER_FILE_HINT}"


def open_marts(database: Path, required: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """Open the database for reading; MartsError when it is missing, unreadable, or lacks one of the marts."""
    if is_none := no_database(database):
        raise MartsError(is_none)
    if not database.is_file():
        raise MartsError(f"There is no database at {database}. {build_hint(database)}")
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        reason = clean(error)
        raise MartsError(
            f"The database {database} cannot be opened: {reason}\n"
            "Wait until a build that is still writing to it has ended, or build it anew."
        ) from error
    present = {row["table_name"] for row in fetch(connection, _MARTS_SQL)}
    missing = [name for name in required if name not in present]
    if missing:
        connection.close()
        raise MartsError(f"The database {database} has no marts.{', marts.'.join(missing)}. {BUILD_HINT}")
    return connection


_MARTS_SQL = "select table_name from information_schema.tables where table_schema = 'marts'"


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()
) -> list[dict[str, Any]]:
    """A query's rows, each a dict in the order of the select list; MartsError when a mart lacks what is asked for."""
    try:
        cursor = connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except duckdb.Error as error:
        # views of a build name the database they were made in, which is the file's name without its ending
        if built_as := re.search(r'Catalog "([^"]+)" does not exist', clean(error)):
            raise MartsError(
                f"The database was built as {built_as[1]}.duckdb and knows itself by that name: name it so again, "
                "or build anew."
            ) from error
        raise MartsError(f"The marts cannot be read: {clean(error)}\n{BUILD_HINT}") from error


def read_seed(path: Path) -> list[dict[str, str]]:
    """The rows of a seed as it stands on the disk, whether or not it was built."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise MartsError(f"The seed {path} cannot be read: {error.strerror}. Name its folder with --seeds.") from error


def project_actions() -> list[str]:
    """The actions in the order of the project's own seed: for marts that come without their seeds."""
    rows = read_seed(SEEDS / "policy" / "actions.csv")
    return [row["action"] for row in sorted(rows, key=lambda row: (int(row["priority"]), row["action"]))]


def project_checks(kind: str) -> list[str]:
    """The checks of a kind, in the order of the project's own seed."""
    return [row["check_name"] for row in read_seed(SEEDS / "policy" / "checks.csv") if row["kind"] == kind]


def action_order(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The actions from the first to go out to the last: by the build's `actions` seed, else by the project's."""
    places = fetch(
        connection,
        """
        select table_schema
        from information_schema.columns
        where table_name = 'actions' and column_name in ('action', 'priority')
        group by table_schema
        having count(*) = 2
        order by table_schema
        """,
    )
    if not places:
        return project_actions()
    schema = places[0]["table_schema"].replace('"', '""')
    rows = fetch(connection, f'select action from "{schema}".actions order by priority, action')
    return [row["action"] for row in rows]


def by_priority(order: Sequence[str]) -> Callable[[str], tuple[int, str]]:
    """A sort key for actions; one that the order does not know comes last."""
    positions = {action: position for position, action in enumerate(order)}
    return lambda action: (positions.get(action, len(positions)), action)


# --- Running -----------------------------------------------------------------------------------------------------


def run(main: Callable[[], int]) -> None:
    """Run a script's main and exit with its code. A reader that stops early (`| head`) is not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a character shows a stand-in
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered has no reader: without this, closing stdout at exit would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        # a place that somebody named and that cannot be used; anything else is a fault of ours, to be seen whole
        if error.filename is None:
            raise
        print(place_that_fails(error), file=sys.stderr)
        code = 2
    sys.exit(code)
