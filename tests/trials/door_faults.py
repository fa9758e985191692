"""Faults at the door, given to any checkout of the project: which of them it shows, with figures.

    python tests/trials/door_faults.py --project FOLDER [--only WORD ...] [--work FOLDER] [--python PYTHON]

A version gets each fault through the way in that its own README documents (`dbt build`, or `post-purchase build` where
there is one; its own export and sync commands, the sync against tests/fake_klaviyo.py), and is judged by a rule that
asks nothing of how it is made: of N records all but the broken one are accepted or the file is named, no address of the
file is shown, after a kill all marts are of one instant. The shop is the demo shop as CSV files, for every version the
same. Data tests and unit tests of the project are left out of the builds: the trial looks for itself.
Exit codes: 0 the version shows no fault; 1 it shows some.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from fake_klaviyo import Answer, FakeKlaviyo  # noqa: E402
from sync_shop import NOW, Shop  # noqa: E402
from test_sync_audiences import UNDOCUMENTED  # noqa: E402

from post_purchase.fuzz import RAW_FAULT  # noqa: E402
from post_purchase.shop import cell, columns_of, demo_rows  # noqa: E402

NAME = "door_faults"
"""Of the database file: today's build command names its folders of artifacts and logs after it."""
AS_OF = "2026-06-30 12:00:00"
LATER = "2026-06-30 13:00:00"
INPUTS = ("+rejected_rows", "+input_accounting")
MADE = re.compile(r"OK created \w+ \w+ model")
EMAIL, PHONE = "maryam.okafor@example.com", "+12125550187"
FULL_NAME = "Desk Anna anna.desk@example.com"
TICKETS = 30_000
Rows = list[dict[str, Any]]
Tables = dict[str, Rows]


@dataclass(frozen=True)
class Finding:
    """One part of a fault: whether this version shows it, and the figure that says so."""

    part: str
    is_shown: bool
    figure: str


@dataclass(frozen=True)
class Said:
    """How a command ended, and all that it said: on the terminal and in its log."""

    code: int
    text: str
    models: int = 0  # that it made before it ended

    def names(self, *words: str) -> bool:
        """Whether it stopped before any model, with a sentence of the project's own that has these words."""
        is_raw = RAW_FAULT.search(self.text)
        return self.code != 0 and not self.models and not is_raw and all(word in self.text for word in words)

    def ending(self) -> str:
        if not self.code:
            return "built"
        if not self.models and not RAW_FAULT.search(self.text):
            return "stopped before any model, by name"
        raw = RAW_FAULT.search(self.text)
        return f"exit {self.code} after {self.models} models" + (f", {raw[0]}" if raw else "")


class Version:
    """A checkout and the commands that its README documents, on one folder of files and one database."""

    def __init__(self, project: Path, python: str, work: Path) -> None:
        self.project, self.python, self.work = project, python, work
        self.has_commands = (project / "post_purchase" / "cli.py").is_file()
        self.raw = work / "raw"
        self.database = work / f"{NAME}.duckdb"
        self.base = work / "base.duckdb"
        self.log = work / "logs" / "dbt.log"
        self.shop = own_shop()

    # --- the way in --------------------------------------------------------------------------------------------------

    def words(self, vars: dict[str, Any], select: Iterable[str]) -> list[str]:
        """A whole build by the command that the version has; of the inputs alone by dbt's own, which all have."""
        text = yaml.safe_dump(vars, default_flow_style=True, width=10_000)
        selected = ["--select", *select] if select else []
        way = ["-m", "dbt.cli.main", "build", "--profiles-dir", "profiles"]
        self.log = self.work / "logs" / "dbt.log"
        if self.has_commands and select != INPUTS:
            way = ["-m", "post_purchase", "build", "--database", str(self.database)]
            self.log = self.project / "logs" / NAME / "dbt.log"
        return [self.python, *way, "--vars", text, *selected]

    def environment(self, **more: str) -> dict[str, str]:
        settings = {
            "PYTHONPATH": str(self.project),
            "POST_PURCHASE_DB": str(self.database),
            "DO_NOT_TRACK": "1",
            "DBT_PARTIAL_PARSE": "true",
            "DBT_EXCLUDE_RESOURCE_TYPES": "test unit_test",
            "DBT_USE_COLORS": "false",
            "DBT_LOG_LEVEL_FILE": "info",
            "DBT_LOG_PATH": str(self.work / "logs"),
            "DBT_TARGET_PATH": str(self.work / "target"),
        }
        return os.environ | settings | more

    def start(self, vars: dict[str, Any], select: Iterable[str] = (), **more: str) -> subprocess.Popen[str]:
        words = self.words(vars, select)
        self.log.unlink(missing_ok=True)
        return subprocess.Popen(
            words,
            cwd=self.project,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def build(self, vars: dict[str, Any] | None = None, select: Iterable[str] = (), **more: str) -> Said:
        process = self.start(self.vars() if vars is None else vars, select, **more)
        said = process.communicate()[0]
        return Said(process.returncode, said + self.logged(), len(MADE.findall(self.logged())))

    def logged(self) -> str:
        return self.log.read_text(errors="replace") if self.log.is_file() else ""

    def vars(self, **more: Any) -> dict[str, Any]:
        return {"raw_path": str(self.raw), "as_of": AS_OF, "point_origins": ["live"], **more}

    def sync(self, shop: Path, *options: str, seconds: float = 60.0) -> tuple[Said, float | None]:
        """The sync command, and the seconds that it took; none when it had to be ended."""
        way = ["-m", "post_purchase", "sync"] if self.has_commands else ["scripts/sync_audiences.py"]
        words = [self.python, *way, "--database", str(shop), "--now", str(NOW), *options]
        environment = self.environment(KLAVIYO_API_KEY="pk_0123456789abcdef")
        began = time.monotonic()
        try:
            done = subprocess.run(
                words, cwd=self.project, env=environment, capture_output=True, text=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return Said(-9, ""), None
        return Said(done.returncode, done.stdout + done.stderr), time.monotonic() - began

    # --- files and what becomes of them ------------------------------------------------------------------------------

    def write(self, changes: Tables | None = None, files: dict[str, bytes] | None = None) -> None:
        """The shop as CSV files, with other rows or with files as they are; no database."""
        shutil.rmtree(self.raw, ignore_errors=True)
        self.raw.mkdir(parents=True)
        for name, rows in (self.shop | (changes or {})).items():
            (self.raw / f"{name}.csv").write_bytes(file_of(name, rows))
        for file, content in (files or {}).items():
            (self.raw / f"{Path(file).stem}.csv").unlink(missing_ok=True)
            (self.raw / file).write_bytes(content)
        self.forget()

    def forget(self) -> None:
        for left in self.work.glob(f"{NAME}.duckdb*"):
            left.unlink()

    def served(self) -> None:
        """The shop as it was built once, and its files."""
        self.write()
        if not self.base.is_file():
            said = self.build()
            if said.code:
                sys.exit(f"The shop without a fault cannot be built:\n{said.text[-3000:]}")
            self.database.replace(self.base)
        shutil.copy(self.base, self.database)

    def untouched(self) -> Path:
        """The shop as it is an hour later with nothing changed: what the hour itself does is no fault's."""
        path = self.work / "untouched.duckdb"
        if not path.is_file():
            self.served()
            said = self.build(self.vars(as_of=LATER))
            if said.code:
                sys.exit(f"The shop without a fault cannot be built an hour later:\n{said.text[-3000:]}")
            self.database.replace(path)
        return path

    def rows(self, query: str, database: Path | None = None) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(database or self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def accepted(self, table: str, key: str) -> set[str]:
        try:
            return {
                str(row[0])
                for row in self.rows(f"select {key} from staging.base_{table} where _rejected_reason is null")
            }
        except duckdb.Error:
            return set()

    def inputs(self, **more: str) -> Said:
        return self.build(select=INPUTS, **more)


def own_shop() -> Tables:
    """The demo shop with accounts of its own: a marked customer, phones that are none, and a signed override."""
    shop: Tables = dict(demo_rows())
    phones = dict(zip(PHONELESS, ("n/a", "-", "none"), strict=True))
    customers = [{**row, "phone": phones.get(row["customer_id"], row.get("phone"))} for row in shop["customers"]]
    shop["customers"] = [*customers, {"customer_id": "own-customer", "email": EMAIL, "phone": PHONE, "country": "US"}]
    nobody = {"ticket_id": "nobody-s", "requester_phone": "n/a", "topic": "damage", "opened_at": "2026-06-29 09:00:00"}
    shop["tickets"] = [*shop["tickets"], nobody]
    shop["overrides"] = [{**row, "set_by": FULL_NAME} for row in shop["overrides"]]
    return shop


PHONELESS = ("cust-h54", "cust-h78", "cust-b01")


def line_of(values: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def lines_of(table: str, rows: Rows) -> list[str]:
    columns = list(columns_of(table))
    return [line_of(columns), *(line_of(cell(row.get(column)) for column in columns) for row in rows)]


def file_of(table: str, rows: Rows) -> bytes:
    return "\n".join([*lines_of(table, rows), ""]).encode()


def made_tickets(count: int, **more: Any) -> Rows:
    row = {"customer_id": "own-customer", "topic": "other", "opened_at": "2026-06-10 09:00:00", **more}
    return [{**row, "ticket_id": f"T{number}", "subject": f"subject {number}"} for number in range(count)]


# --- what is tried ----------------------------------------------------------------------------------------------------

Trial = Callable[[Version], Iterator[Finding]]
TRIALS: dict[str, list[Trial]] = {}


def trial(fault: str) -> Callable[[Trial], Trial]:
    def enter(function: Trial) -> Trial:
        TRIALS.setdefault(fault, []).append(function)
        return function

    return enter


@trial("a stray quote in a CSV")
def stray_quote(version: Version) -> Iterator[Finding]:
    """A quote that opens a field and is never closed, and one that another stray quote closes fifty records later."""
    for part, touched in (("never closed", [10]), ("closed fifty records later", [10, 60])):
        lines = lines_of("tickets", made_tickets(TICKETS))
        lines[11] = lines[11].replace("subject 10", '"subject 10')
        if len(touched) > 1:
            lines[61] = lines[61].replace("subject 60", 'subject 60"')
        version.write(files={"tickets.csv": "\n".join([*lines, ""]).encode()})
        said = version.inputs()
        lost = {f"T{number}" for number in range(TICKETS) if number not in touched} - version.accepted(
            "tickets", "ticket_id"
        )
        yield Finding(part, bool(lost), f"{said.ending()}; {len(lost):,} of {TICKETS:,} records lost beside the broken")
        counted = version.rows("select rows_in from marts.input_accounting where table_name = 'tickets'")[0][0]
        yield Finding(
            f"{part}: accounting", counted != TICKETS, f"counts {counted:,} of {TICKETS:,} records, and balances"
        )


@trial("a byte, a long cell")
def broken_cell(version: Version) -> Iterator[Finding]:
    """One customer's row with a byte of Latin-1, or with a cell of three million letters."""
    for part, name in (("a Latin-1 byte", b"Ren\xe9"), ("a cell of 3 MB", b"x" * 3_000_000)):
        marked = {"customer_id": "broken", "email": EMAIL, "phone": PHONE, "first_name": "Rene", "country": "US"}
        rows = [*version.shop["customers"][:-1], marked]
        version.write(files={"customers.csv": file_of("customers", rows).replace(b"Rene", name)})
        said = version.inputs()
        written = {row["customer_id"] for row in rows[:-1] if not row["customer_id"].startswith("cust-bad")}
        lost = written - version.accepted("customers", "customer_id")
        yield Finding(part, bool(said.code or lost), f"{said.ending()}; {len(lost)} of {len(written)} others lost")
        shown = [value for value in (EMAIL, PHONE) if value in said.text]
        yield Finding(f"{part}: personal values", bool(shown), f"{len(shown)} of 2 shown (e-mail, phone)")


@trial("one value or header")
def kinds_of_columns(version: Version) -> Iterator[Finding]:
    """A Parquet file whose time column holds seconds since 1970, or bytes."""
    for part, made in (("epoch numbers in a time column", "1780308000::bigint"), ("bytes", "'\\xAA\\xBB'::blob")):
        path = version.work / "tickets.parquet"
        columns = ", ".join(
            f"{'row_number() over ()::varchar' if name == 'ticket_id' else 'null::varchar'} as {name}"
            if name != "opened_at"
            else f"{made} as opened_at"
            for name in columns_of("tickets")
        )
        with duckdb.connect() as connection:
            connection.execute(f"copy (select {columns} from range(3)) to '{path}'")
        version.write(files={"tickets.parquet": path.read_bytes()})
        said = version.inputs()
        is_named = said.names("tickets", "opened_at")
        if not said.code:
            named = version.rows("select count(*) from marts.rejected_rows where table_name = 'tickets'")[0][0]
            is_named = len(version.accepted("tickets", "ticket_id")) + named == 3
        yield Finding(part, not is_named, said.ending())


VALUES = {
    "a price of nearly 1e14": ("order_lines", "unit_price", "99999999999999"),
    "an EAN as a price": ("order_lines", "unit_price", "4006381333931"),
    "the year 294247": ("orders", "ordered_at", "294247-01-10 04:00:54"),
    "infinity": ("orders", "ordered_at", "infinity"),
}


@trial("one value or header")
def far_values(version: Version) -> Iterator[Finding]:
    """One value in the file of an order of 2026: all of them at once, and each alone where that does not build."""

    def build(names: Iterable[str]) -> Said:
        orders, lines = list(version.shop["orders"]), list(version.shop["order_lines"])
        for number, name in enumerate(names):
            table, column, value = VALUES[name]
            order = {**orders[0], "order_id": f"far-{number}"}
            line = {**lines[0], "order_line_id": f"far-{number}-1", "order_id": f"far-{number}"}
            (order if table == "orders" else line)[column] = value
            orders.append(order)
            lines.append(line)
        version.write({"orders": orders, "order_lines": lines})
        return version.build(DBT_FAIL_FAST="true")

    def told() -> int:
        return len(
            version.rows("select 1 from marts.rejected_rows where row_key like 'far-%' and reason not like 'orphan%'")
        )

    together = build(VALUES)
    for name in VALUES:
        said = build([name]) if together.code else together
        figure = (
            said.ending() if said.code else f"built; {told()} of {1 if together.code else len(VALUES)} refused by name"
        )
        yield Finding(name, said.code != 0, figure)


@trial("one value or header")
def headers_and_ends(version: Version) -> Iterator[Finding]:
    """Every untouched record is accepted, or the build stops before any model and names the file."""
    good = lines_of("tickets", made_tickets(40))
    torn = [*good[:21], good[21].replace("subject 20", "sub\rject 20"), *good[22:]]
    files = {
        "a header `a,b`": "\n".join([good[0] + ',"a,b"', *(line + ",x" for line in good[1:]), ""]),
        "a trailing comma": "\n".join([*(line + "," for line in good), ""]),
        "line ends of two kinds": "".join(line + ("\r\n" if number % 2 else "\n") for number, line in enumerate(good)),
        "a stray carriage return": "\n".join([*torn, ""]),
        "the same column twice": "\n".join([good[0] + ",topic", *(line + ",other" for line in good[1:]), ""]),
    }
    for part, text in files.items():
        version.write(files={"tickets.csv": text.encode()})
        said = version.inputs()
        lost = {f"T{number}" for number in range(40) if number != 20} - version.accepted("tickets", "ticket_id")
        is_fine = said.names("tickets.csv") or (not said.code and not lost)
        yield Finding(
            part, not is_fine, f"{said.ending()}; {len(lost)} of 39 records lost" if not said.code else said.ending()
        )


@trial("a table shrinks")
def half_of_the_customers(version: Version) -> Iterator[Finding]:
    """Half of customers.csv is missing for one build: nobody asked to be erased."""
    version.served()
    kept = "select count(*), count(order_id) from marts.audience_events"
    before = version.rows(kept)[0]
    half = version.shop["customers"][::2]
    (version.raw / "customers.csv").write_bytes(file_of("customers", half))
    said = version.build(version.vars(as_of=LATER))
    past = f"{kept} where occurred_at <= '{AS_OF}'"
    lost = before[1] - version.rows(past)[0][1]
    is_named = said.names("customers")
    if not said.code:
        lost -= before[1] - version.rows(past, version.untouched())[0][1]
    yield Finding(
        "half of customers.csv",
        not is_named,
        f"{said.ending()}; {lost} of {before[1]} past entries of the outbox scrubbed",
    )


@trial("a table shrinks")
def emptied_tables(version: Version) -> Iterator[Finding]:
    """A table with its header and no row: what it held back must not go out unasked."""
    version.served()
    held = (
        "select distinct order_line_id, action from marts.gate_reasons inner join marts.gate_decisions "
        "using (decision_id, order_line_id, action) where check_name = '{}' and decision <> 'send'"
    )
    checks = {"consents": "consent", "overrides": "override", "subscriptions": "active_subscription"}
    before = {table: set(version.rows(held.format(check))) for table, check in checks.items()}
    for table in checks:
        (version.raw / f"{table}.csv").write_bytes(file_of(table, []))
    said = version.build(version.vars(as_of=LATER))
    sends = "select order_line_id, action from marts.gate_decisions where decision = 'send'"
    sent = set(version.rows(sends))
    if not said.code:
        sent -= set(version.rows(sends, version.untouched()))
    for table, check in checks.items():
        out = before[table] & sent if not said.code else set()
        figure = f"{said.ending()}; {len(out)} of {len(before[table])} that `{check}` held say send"
        yield Finding(f"{table} empty", not said.names(table), figure)


@trial("a typo in a var")
def mistyped_path(version: Version) -> Iterator[Finding]:
    version.served()
    said = version.build({"raw_pth": str(version.raw)}, INPUTS)
    is_there = "own-customer" in version.accepted("customers", "customer_id")
    figure = (
        f"{said.ending()}; the shop's own customers are {'still there' if is_there else 'replaced by the demo shop'}"
    )
    yield Finding("`raw_pth`", not said.code, figure)


@trial("a typo in a var")
def negative_caps(version: Version) -> Iterator[Finding]:
    version.served()
    held = "select count(distinct decision_id) from marts.gate_reasons where check_name = 'frequency'"
    before = version.rows(held)[0][0]
    said = version.build(version.vars(frequency_window_days=-7, frequency_min_gap_hours=-24))
    figure = f"{said.ending()}; held by the cap: {before} before, {version.rows(held)[0][0]} after"
    yield Finding("negative caps", not said.names("frequency"), figure)


@trial("a typo in a var")
def quoted_false(version: Version) -> Iterator[Finding]:
    """Members leave beyond the bounds, and the owner writes "false" with quotes."""
    version.served()
    vars = version.vars(as_of=LATER, audience_min_change=1, audience_max_shrink=0.1, audience_max_growth=0.1)
    # nobody may be written to any more
    withdrawn = [{**row, "status": "unsubscribed"} for row in version.shop["consents"]]
    (version.raw / "consents.csv").write_bytes(file_of("consents", withdrawn))
    members = "select count(*) from marts.audience_members where in_audience"
    before = version.rows(members)[0][0]
    said = version.build({**vars, "accept_audience_change": "false"})
    after = version.rows(members)[0][0]
    figure = f"{said.ending()}; {before} members before, {after} after"
    is_shown = not said.names("accept_audience_change")
    if not said.code:
        shutil.copy(version.base, version.database)
        version.build({**vars, "accept_audience_change": False})
        refused = version.rows(members)[0][0]
        figure += f", {refused} where false has no quotes"
        is_shown = after != refused
    yield Finding('`accept_audience_change: "false"`', is_shown, figure)


@trial("a typo in a var")
def sql_in_a_text(version: Version) -> Iterator[Finding]:
    version.served()
    said = version.build(version.vars(review_destination="x' or '1'='1"))
    yield Finding("`review_destination: x' or '1'='1`", not said.names("review_destination"), said.ending())


POLLS = """
import duckdb, select, sys
reads = failed = 0
while not select.select([sys.stdin], [], [], 0.1)[0]:
    reads += 1
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as connection:
            connection.execute("select count(*) from marts.gate_decisions").fetchone()
    except duckdb.Error:
        failed += 1
print(reads, failed, flush=True)
"""
HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.readline()
"""


def python(code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@trial("killed between marts; readers")
def killed_and_read(version: Version) -> Iterator[Finding]:
    """A build an hour later, killed (-9) once the decisions are made; a reader asks all the while."""
    version.served()
    process = version.start(version.vars(as_of=LATER))
    reader: subprocess.Popen[str] | None = None
    while process.poll() is None:
        said = version.logged()
        if reader is None and MADE.search(said):
            reader = python(POLLS, str(version.database))
        if re.search(r"OK created .*marts\.next_actions\b", said):
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.1)
    process.communicate()
    assert reader is not None, version.logged()[-2000:]
    reads, failed = map(int, reader.communicate("\n")[0].split())
    yield Finding("a reader while it builds", failed > 0, f"{failed} of {reads} reads failed")
    dated = version.rows(
        "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'as_of' "
        "and not regexp_matches(table_name, '__(next|rows)$')"
    )
    found: dict[str, list[str]] = {}
    for (mart,) in dated:
        for (instant,) in version.rows(f"select distinct as_of::varchar from marts.{mart}"):
            found.setdefault(instant, []).append(mart)
    figure = " beside ".join(f"{len(marts)} marts of {instant[11:16]}" for instant, marts in sorted(found.items()))
    yield Finding(
        "killed between marts", process.returncode == -9 and len(found) > 1, f"exit {process.returncode}; {figure}"
    )


@trial("killed between marts; readers")
def open_reader(version: Version) -> Iterator[Finding]:
    version.served()
    reader = python(HOLD, str(version.database))
    assert reader.stdout is not None and reader.stdout.readline()
    said = version.build(select=["feed_health"])
    reader.communicate("\n")
    yield Finding("a build while a connection is open", said.code != 0, said.ending())


@trial("landing")
def foreign_schema(version: Version) -> Iterator[Finding]:
    version.write()
    with duckdb.connect(str(version.database)) as connection:
        connection.execute("create schema raw; create table raw.ledger as select 1 as one")
    said = version.inputs()
    there = version.rows("select count(*) from duckdb_tables() where table_name = 'ledger'")[0][0]
    yield Finding(
        "somebody's table in schema raw", not there, f"{said.ending()}; the table is {'kept' if there else 'gone'}"
    )


@trial("CSV export")
def exported(version: Version) -> Iterator[Finding]:
    shop = Shop(version.work / "sync" / "export.duckdb")
    shop.join(1, 1)
    shop.run("update marts.audience_members set first_name = 'Bob;=1+1'")
    out = version.work / "sync" / "out"
    usual = os.umask(0o022)
    said, _ = version.sync(shop.path, "--export", "csv", "--out", str(out))
    os.umask(usual)
    (path,) = out.glob("*.csv")
    (row,) = csv.DictReader(path.open(encoding="utf-8", newline=""))
    runs = [part for part in row["first_name"].split(";") if re.match(r"\s*[=+@-]", part)]
    yield Finding("`Bob;=1+1`", bool(runs), f"written as `{row['first_name']}`")
    mode = path.stat().st_mode & 0o777
    yield Finding("who may read the file", bool(mode & 0o077), f"mode {mode:04o}")


@trial("sync")
def hostile_answers(version: Version) -> Iterator[Finding]:
    """Answers that say they are well and are not what the API documents; a wait of a day; a byte every tenth second."""

    def send(name: str, fault: Callable[[str], Answer | None], *options: str) -> tuple[Said, float | None, Path]:
        shop = Shop(version.work / "sync" / f"{name}.duckdb")
        shop.join(1, 2)
        log = shop.path.with_name(f"log_{name}.duckdb")
        with FakeKlaviyo() as account:
            account.fault = lambda endpoint, call, body: fault(endpoint)
            said, seconds = version.sync(
                shop.path, "--send", "--host", account.host, "--poll", "0.05", "--log", str(log), *options, seconds=40
            )
        return said, seconds, log

    def words(names: list[str]) -> str:
        return f": {', '.join(names)}" if 0 < len(names) < 4 else ""

    def only(endpoint: str, answer: Answer) -> Callable[[str], Answer | None]:
        return lambda called: answer if called == endpoint else None

    said, _, _ = send("documented", lambda endpoint: None)
    if said.code:
        sys.exit(f"Nothing can be sent to an account that answers as documented:\n{said.text[-2000:]}")
    raw, delivered, answers = [], [], 0
    limits = ("--timeout", "3", "--give-up-after", "3")
    for endpoint, named in UNDOCUMENTED.items():
        for name, answer in named.items():
            answers += 1
            said, seconds, log = send(f"answer{answers}", only(endpoint, answer), *limits)
            if "Traceback" in said.text or seconds is None:
                raw.append(f"{name} ({endpoint})")
            kind = "event" if endpoint == "create_events" else "profile"
            query = f"select count(*) from sync_log where kind = '{kind}' and result = 'delivered'"
            if log.is_file() and version.rows(query, log)[0][0]:
                delivered.append(f"{name} ({endpoint})")
    yield Finding(
        "answers that are not documented",
        bool(raw),
        f"{len(raw)} of {answers} end in a traceback, or never{words(raw)}",
    )
    yield Finding(
        "a page with status 200",
        bool(delivered),
        f"{len(delivered)} of {answers} such answers count as delivered{words(delivered)}",
    )
    for part, answer, options in (
        ("`Retry-After: 86400`", Answer(429, {"Retry-After": "86400"}), ("--give-up-after", "2")),
        ("a slow answer", Answer(202, drip=0.1), ("--timeout", "1", "--give-up-after", "3")),
    ):
        said, seconds, _ = send(re.sub(r"\W", "", part), only("import_profiles", answer), *options)
        limit = f"told to give up after {options[-1]} s"
        figure = (
            f"{limit}: still waits after 40 s"
            if seconds is None
            else f"{limit}: exit {said.code} after {seconds:.0f} s"
        )
        yield Finding(part, seconds is None, figure)


@trial("accounts")
def accounts(version: Version) -> Iterator[Finding]:
    version.served()
    people = ", ".join(f"'{name}'" for name in PHONELESS)
    held = version.rows(
        "select count(distinct customer_id), count(distinct decision_id) from marts.gate_reasons inner join "
        "marts.gate_decisions using (decision_id, order_line_id, action) "
        f"where evidence = 'tickets:nobody-s' and customer_id in ({people})"
    )[0]
    figure = (
        f"a ticket from the phone `n/a` holds {held[1]} decisions of {held[0]} of 3 accounts with `n/a`, `-`, `none`"
    )
    yield Finding("phones that are none", held[0] > 0, figure)
    ((notes,),) = version.rows(
        f"select count(*) from marts.next_actions where lesson_note like '%{FULL_NAME.split()[-1]}%'"
    )
    yield Finding("an override's `set_by`", notes > 0, f"its e-mail stands in {notes} notes")
    pair = {"customer_id": "own-customer", "opened_at": "2026-06-10 09:00:00"}
    one = {**pair, "ticket_id": "one", "topic": "A|B", "subject": "C"}
    other = {**pair, "ticket_id": "one", "topic": "A", "subject": "B|C"}
    version.write({"tickets": [one, other]})
    said = version.inputs()
    reasons = [
        reason for (reason,) in version.rows("select reason from marts.rejected_rows where table_name = 'tickets'")
    ]
    is_one = "duplicate" in reasons or ("rows_repeated" in columns(version) and repeated(version) > 0)
    yield Finding(
        "`A|B`,`C` and `A`,`B|C`",
        is_one,
        f"{said.ending()}; the two are {'one key: counted as an exact repeat' if is_one else 'two'}",
    )


def columns(version: Version) -> list[str]:
    return [row[0] for row in version.rows("select column_name from (describe marts.input_accounting)")]


def repeated(version: Version) -> int:
    return int(version.rows("select rows_repeated from marts.input_accounting where table_name = 'tickets'")[0][0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, required=True, help="a checkout of any version")
    parser.add_argument(
        "--python", default=sys.executable, help="the interpreter of its environment (default: this one)"
    )
    parser.add_argument("--work", type=Path, help="folder for files and databases (default: a temporary one)")
    parser.add_argument("--only", nargs="+", default=[""], help="words in the names of the faults to try")
    arguments = parser.parse_args()
    work = arguments.work or Path(tempfile.mkdtemp(prefix=NAME))
    work.mkdir(parents=True, exist_ok=True)
    version = Version(arguments.project.resolve(), arguments.python, work.resolve())
    began, shown, parts = time.monotonic(), 0, 0
    for fault, functions in TRIALS.items():
        if not any(word in fault for word in arguments.only):
            continue
        for function in functions:
            for found in function(version):
                parts += 1
                shown += found.is_shown
                said = "shown" if found.is_shown else "not shown"
                print(f"| {fault} | {found.part} | {said} | {found.figure} |", flush=True)
    print(f"{shown} of {parts} parts shown, {time.monotonic() - began:.0f} s, {dt.date.today()}")
    return 1 if shown else 0


if __name__ == "__main__":
    raise SystemExit(main())
