"""Hostile files, killed builds and machines that fail: what the project makes of them, counted.

    post-purchase fuzz [--files 200] [--landed N] [--kills 2] [--machine] [--minutes N] [--seed 1] [--keep FOLDER]

A small shop is written as CSV files, faults are put into them, and the shop is built. Of every file all records must be
accounted for, every record that no fault touched must be there, an error must name its file, and no personal value may
be shown. Of kills and --machine (a full disk, a database that may not be written, files that are replaced while they
are read, two builds, two exports, a clock that went back) post_purchase/machine_faults.py says what must hold. The same
seed makes the same faults; what went wrong is kept in --keep.
Exit codes: 0 nothing went wrong; 1 something did.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import os
import pickle
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import yaml

from post_purchase import PROJECT
from post_purchase.build import invoke
from post_purchase.machine_faults import MUST_NOT_BE, BesiegedShop
from post_purchase.shop import bulk_names, write_bulk
from post_purchase.terminal import for_dbt, plain

AS_OF = datetime(2026, 6, 30, 12)
ORDERS = 120
INPUTS = "+file_accounting"
RAW_FAULT = re.compile(
    r"Traceback|Runtime Error|Database Error|Binder Error|Invalid Input|Conversion Error|Out of Range|INTERNAL|"
    r"Parser Error|Catalog Error|IO Error|InvalidInput|Unicode\w+Error"
)
"""What an error says that nobody wrote for its reader."""

Rows = list[list[str]]


@dataclass
class Table:
    """A file of the shop before its fault: header, rows, which columns make its key, and which nothing shows."""

    name: str
    header: list[str]
    rows: Rows
    keys: list[str]
    masked: frozenset[str] = frozenset()

    def key(self, row: list[str]) -> str:
        values = (row[self.header.index(name)] if name in self.header else "" for name in self.keys)
        shown = (
            "(masked)" if name in self.masked else value or "(null)"
            for name, value in zip(self.keys, values, strict=True)
        )
        return "|".join(shown)


@dataclass
class Hurt:
    """A file with a fault: its bytes, and the rows that the fault touched."""

    content: bytes
    touched: set[int] = field(default_factory=set)


Fault = Callable[[random.Random, Table], Hurt]


def line_of(row: Sequence[str], delimiter: str = ",", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(row)
    return text.getvalue()


def file_of(table: Table, lines: dict[int, str | bytes] | None = None, end: bytes = b"\n", **style: Any) -> bytes:
    """The table as a file, some of its lines replaced."""
    written: list[str | bytes] = [line_of(table.header, **style)]
    for number, row in enumerate(table.rows):
        written.append((lines or {}).get(number, line_of(row, **style)))
    return end.join(line if isinstance(line, bytes) else line.encode() for line in written) + end


def some(rng: random.Random, table: Table, most: int = 4) -> list[int]:
    return sorted(rng.sample(range(len(table.rows)), min(len(table.rows), rng.randint(1, most))))


def in_fields(change: Callable[[random.Random, str], str], most: int = 4, is_raw: bool = True) -> Fault:
    """A fault that changes one field in some rows: as the line stands (raw), or as a value that is quoted rightly."""

    def fault(rng: random.Random, table: Table) -> Hurt:
        lines: dict[int, str | bytes] = {}
        for number in some(rng, table, most):
            row = list(table.rows[number])
            at = rng.randrange(len(row))
            row[at] = change(rng, row[at])
            lines[number] = ",".join(row) if is_raw else line_of(row)
        return Hurt(file_of(table, lines), set(lines))

    return fault


def in_lines(change: Callable[[random.Random, bytes], bytes], most: int = 4) -> Fault:
    def fault(rng: random.Random, table: Table) -> Hurt:
        lines: dict[int, str | bytes] = {
            number: change(rng, line_of(table.rows[number]).encode()) for number in some(rng, table, most)
        }
        return Hurt(file_of(table, lines), set(lines))

    return fault


def anywhere(piece: bytes) -> Callable[[random.Random, bytes], bytes]:
    def put(rng: random.Random, line: bytes) -> bytes:
        at = rng.randrange(len(line) + 1)
        return line[:at] + piece + line[at:]

    return put


def styled(end: bytes = b"\n", before: bytes = b"", **style: Any) -> Fault:
    """A file that is written in another way and says the same."""
    return lambda rng, table: Hurt(before + file_of(table, end=end, **style))


def shuffled(rng: random.Random, table: Table) -> Hurt:
    order = rng.sample(range(len(table.header)), len(table.header))
    rows = [[row[at] for at in order] for row in table.rows]
    return Hurt(file_of(Table(table.name, [table.header[at].upper() for at in order], rows, [])))


def mixed_ends(rng: random.Random, table: Table) -> Hurt:
    lines = [line_of(row).encode() for row in [table.header, *table.rows]]
    return Hurt(b"".join(line + rng.choice([b"\n", b"\r\n"]) for line in lines))


def trailing_commas(rng: random.Random, table: Table) -> Hurt:
    lines = [line_of(row).encode() + b"," for row in [table.header, *table.rows]]
    return Hurt(b"\n".join(lines) + b"\n")


def cut_off(rng: random.Random, table: Table) -> Hurt:
    content = file_of(table)
    last = len(line_of(table.rows[-1])) + 1
    return Hurt(content[: -rng.randint(2, last)], {len(table.rows) - 1})


def joined(rng: random.Random, table: Table) -> Hurt:
    number = rng.randrange(len(table.rows) - 1)
    lines = [line_of(row) for row in [table.header, *table.rows]]
    lines[number + 1 : number + 3] = [lines[number + 1] + lines[number + 2]]
    return Hurt("\n".join(lines).encode() + b"\n", {number, number + 1})


def repeated(rng: random.Random, table: Table) -> Hurt:
    lines: dict[int, str | bytes] = {}
    for number in some(rng, table):
        lines[number] = "\n".join([line_of(table.rows[number])] * rng.randint(2, 3))
    return Hurt(file_of(table, lines))


def blank_lines(rng: random.Random, table: Table) -> Hurt:
    return Hurt(file_of(table, {number: line_of(table.rows[number]) + "\n\n" for number in some(rng, table)}))


def header_again(rng: random.Random, table: Table) -> Hurt:
    lines: dict[int, str | bytes] = {}
    for number in some(rng, table, 2):
        lines[number] = f"{line_of(table.rows[number])}\n{line_of(table.header)}"
    return Hurt(file_of(table, lines))


TEXTS = (
    "'; drop table raw.orders; --",
    "{{ var('raw_path') }}",
    "{% raw %}",
    "=1+1",
    "<script>alert(1)</script>",
    "\u202eabc",
    "\U0001f600" * 40,
    "a\u200bb",
    "~null~",
    "A|B",
    "NULL",
    "n/a",
    "-",
    "\\N",
    "0",
    "-1",
    "1e14",
    "4006381333931",
    "1e400",
    "NaN",
    "inf",
    "infinity",
    "-infinity",
    "294247-01-10 04:00:54",
    "0000-00-00",
    "9999-12-31 23:59:59",
    "2026-02-30",
    "1780308000",
    "99999999999999999999",
    "1,5",
    "1.234,56",
    " ",
    "x" * 5000,
)

FAULTS: dict[str, Fault] = {
    "quote opens a field": in_fields(lambda rng, value: '"' + value),
    "quote inside a field": in_lines(anywhere(b'"')),
    "two quotes": in_lines(lambda rng, line: anywhere(b'"')(rng, anywhere(b'"')(rng, line))),
    "comma too many": in_lines(anywhere(b",")),
    "field missing": in_lines(lambda rng, line: line[: line.rfind(b",")]),
    "latin-1 byte": in_lines(anywhere(b"\xe9")),
    "nul byte": in_lines(anywhere(b"\x00")),
    "carriage return": in_lines(anywhere(b"\r")),
    "line feed": in_lines(anywhere(b"\n")),
    "quoted line feeds": in_fields(lambda rng, value: value + "\n\nmore\n", is_raw=False),
    "random bytes": in_lines(lambda rng, line: rng.randbytes(rng.randint(1, 200)).replace(b"\n", b"")),
    "megabytes": in_fields(lambda rng, value: "x" * 3_000_000, most=1),
    "more megabytes": in_fields(lambda rng, value: "x" * 20_000_000, most=1),
    "hostile text": in_fields(lambda rng, value: rng.choice(TEXTS), most=12, is_raw=False),
    "hostile text, unquoted": in_fields(lambda rng, value: rng.choice(TEXTS), most=12),
    "rows repeated": repeated,
    "two rows in one line": joined,
    "blank lines": blank_lines,
    "header again": header_again,
    "cut off": cut_off,
    "windows": styled(b"\r\n"),
    "byte order mark": styled(before=b"\xef\xbb\xbf"),
    "semicolons": styled(delimiter=";"),
    "tabs": styled(delimiter="\t"),
    "all quoted": styled(quoting=csv.QUOTE_ALL),
    "columns in another order": shuffled,
    "mixed line ends": mixed_ends,
}
"""Faults after which the build goes on: they cost the records that they touch, or nothing."""


def truncated_parquet(rng: random.Random, table: Table) -> Hurt:
    return Hurt(b"PAR1" + rng.randbytes(400) + b"PAR1")


STOPS: dict[str, tuple[str, Fault]] = {
    "empty file": ("csv", lambda rng, table: Hurt(b"")),
    "utf-16": ("csv", lambda rng, table: Hurt(file_of(table).decode().encode("utf-16"))),
    "latin-1 header": ("csv", lambda rng, table: Hurt(b"caf\xe9," + file_of(table))),
    "a column twice": ("csv", lambda rng, table: Hurt(file_of(Table("", [*table.header, table.header[0]], [], [])))),
    "a column without a name": ("csv", trailing_commas),
    "compressed": ("csv", lambda rng, table: Hurt(gzip.compress(file_of(table)))),
    "another file": ("csv", lambda rng, table: Hurt(rng.randbytes(5000))),
    "key column missing": (
        "csv",
        lambda rng, table: Hurt(file_of(Table("", ["other", *table.header[1:]], table.rows, []))),
    ),
    "broken parquet": ("parquet", truncated_parquet),
    "no parquet": ("parquet", lambda rng, table: Hurt(file_of(table))),
}
"""Faults that stop the build before any model: the error names the file or the table."""


class Fuzzer:
    """One folder of files, one database and one parsed project for all builds; what went wrong is told in `wrong`."""

    def __init__(self, work: Path, seed: int, keep: Path | None) -> None:
        self.work = work
        self.keep = keep
        self.rng = random.Random(seed)
        self.raw = work / "raw"
        self.database = work / "shop.duckdb"
        self.seeded = work / "seeded.duckdb"
        self.vars = {"raw_path": str(self.raw), "as_of": str(AS_OF)}
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.manifest = b""
        self.write_shop(seed)
        # what is loaded when says of no row where it went
        self.names = sorted(name for name, table in self.tables.items() if len(table.rows) > 1 and name != "feed_loads")

    def write_shop(self, seed: int) -> None:
        write_bulk(self.work / "bulk", bulk_names(ORDERS, seed, AS_OF), 0.0, "2GB")
        declared = yaml.safe_load((PROJECT / "models/staging/native/_raw__sources.yml").read_text())
        contract = {table["name"]: table for source in declared["sources"] for table in source["tables"]}
        self.tables: dict[str, Table] = {}
        personal: set[str] = set()
        with duckdb.connect() as connection:
            for path in sorted((self.work / "bulk").glob("*.parquet")):
                cursor = connection.execute(f"select columns(*)::varchar from '{path}'")
                header = [column[0] for column in cursor.description]
                rows = [["" if value is None else value for value in row] for row in cursor.fetchall()]
                columns = contract[path.stem]["columns"]
                pii = frozenset(one["name"] for one in columns if one.get("config", {}).get("meta", {}).get("pii"))
                self.tables[path.stem] = Table(
                    path.stem, header, rows, contract[path.stem]["config"]["meta"]["key"], pii
                )
                for column in columns:
                    if column["name"] in pii and column["name"] in header:
                        at = header.index(column["name"])
                        personal |= {row[at] for row in rows if "@" in row[at] or len(re.sub(r"\D", "", row[at])) > 8}
        self.personal = personal
        if not personal:
            raise ValueError("The shop holds no address: nothing could be found where it may not be.")

    def write_good(self) -> None:
        shutil.rmtree(self.raw, ignore_errors=True)
        self.raw.mkdir(parents=True)
        for name, table in self.tables.items():
            (self.raw / f"{name}.csv").write_bytes(file_of(table))

    def dbt(self, command: str, *words: str, **more: str) -> tuple[bool, str]:
        """One dbt command in this process, the project parsed once; whether it ended well, and all that it said."""
        os.environ["POST_PURCHASE_DB"] = str(self.database)
        said: list[str] = []
        common = [
            "--quiet",
            "--project-dir",
            str(PROJECT),
            "--profiles-dir",
            str(PROJECT / "profiles"),
            "--target-path",
            str(self.work / "target"),
            "--log-path",
            str(self.work / "logs"),
            "--vars",
            for_dbt({**self.vars, **more}),
        ]
        if not self.manifest:
            parsed = invoke(["parse", *common], lambda event: None)
            if not parsed.success:
                raise RuntimeError(str(parsed.exception))
            self.manifest = pickle.dumps(parsed.result)

        def hear(event: Any) -> None:
            said.append(event.info.msg)

        outcome = invoke([command, *common, *words], hear, pickle.loads(self.manifest))
        return outcome.success, plain("\n".join([*said, str(outcome.exception or "")]))

    def build(self) -> tuple[bool, str]:
        """One build of the inputs."""
        if not self.seeded.is_file():
            self.database.unlink(missing_ok=True)
            if not self.dbt("seed", "--select", INPUTS, "--no-write-json")[0]:
                raise RuntimeError("The seeds cannot be loaded.")
            self.database.replace(self.seeded)
        shutil.copy(self.seeded, self.database)
        return self.dbt("run", "--select", INPUTS, "--no-write-json")

    def fail(self, kind: str, what: str) -> None:
        self.counts[kind] += 1
        self.wrong.append(f"{kind}: {what}")
        # a long run tells at once, and again at its end
        print(self.wrong[-1], file=sys.stderr, flush=True)
        if self.keep:
            folder = self.keep / f"{len(self.wrong):04d}"
            shutil.copytree(self.raw, folder)

    def check_words(self, said: str, what: str) -> None:
        shown = [value for value in self.personal if value in said]
        if shown:
            self.fail("personal values in errors", f"{what}: {len(shown)} of them")

    def try_stop(self) -> None:
        """A file that nothing can be read from: the build stops at once and names it."""
        self.write_good()
        name = self.rng.choice(self.names)
        fault, (kind, make) = self.rng.choice(list(STOPS.items()))
        what = f"{fault} in {name}"
        (self.raw / f"{name}.csv").unlink()
        (self.raw / f"{name}.{kind}").write_bytes(make(self.rng, self.tables[name]).content)
        self.counts["files"] += 1
        ended_well, said = self.build()
        self.check_words(said, what)
        if ended_well:
            self.fail("files not refused", what)
        elif RAW_FAULT.search(said):
            self.fail("raw errors", f"{what}: {RAW_FAULT.findall(said)[0]}")
        elif name not in said:
            self.fail("errors without a name", what)
        else:
            self.counts["stopped by name"] += 1

    def try_batch(self, most: int) -> None:
        """Files with faults that cost records: the build goes on, and every record is somewhere."""
        self.write_good()
        hurt: dict[str, tuple[str, Hurt]] = {}
        for name in self.rng.sample(self.names, min(most, len(self.names))):
            fault = self.rng.choice(list(FAULTS))
            hurt[name] = (fault, FAULTS[fault](self.rng, self.tables[name]))
            (self.raw / f"{name}.csv").write_bytes(hurt[name][1].content)
        what = ", ".join(f"{fault} in {name}" for name, (fault, _) in hurt.items())
        self.counts["files"] += len(hurt)
        ended_well, said = self.build()
        self.check_words(said, what)
        if not ended_well:
            found = RAW_FAULT.search(said)
            last = " ".join(said.split())[-300:]
            self.fail("raw errors" if found else "crashes", f"{what}: {last}")
            return
        with duckdb.connect(str(self.database), read_only=True) as connection:
            self.check_rows(connection, hurt, what)

    def try_landing(self, files: int) -> None:
        """Many folders of files with faults, landed one after the other by one command, and nothing behind it."""
        folders: list[dict[str, tuple[str, Hurt]]] = []
        keys = {name: [one for one in table.keys if one in table.header] for name, table in self.tables.items()}
        for number in range(-(-files // len(self.names))):
            folder = self.work / "landing" / str(number)
            folder.mkdir(parents=True)
            hurt = {}
            for name in self.names:
                fault = self.rng.choice(list(FAULTS))
                hurt[name] = (fault, FAULTS[fault](self.rng, self.tables[name]))
                (folder / f"{name}.csv").write_bytes(hurt[name][1].content)
            folders.append(hurt)
            self.counts["files landed alone"] += len(hurt)
        self.database.unlink(missing_ok=True)
        inline = LAND_FOLDERS.format(
            folder=str(self.work / "landing"),
            folders=len(folders),
            keys=repr({name: keys[name] for name in self.names}),
        )
        # a command that is a task of a build has no hooks, which would land another folder before
        ended_well, said = self.dbt("show", "--inline", inline, "--no-write-json", build_id="fuzz")
        shutil.rmtree(self.work / "landing")
        self.check_words(said, "landing")
        with duckdb.connect(str(self.database), read_only=True) as connection:
            self.check_landed(connection, folders, "" if ended_well else " ".join(said.split())[-300:])

    def check_landed(
        self, connection: duckdb.DuckDBPyConnection, folders: list[dict[str, tuple[str, Hurt]]], error: str
    ) -> None:
        records = connection.execute("select folder, table_name, records, refused from landed.files").fetchall()
        rows: dict[tuple[int, str], list[str]] = {}
        for number, name, key in connection.execute("select folder, table_name, row_key from landed.keys").fetchall():
            rows.setdefault((number, name), []).append(key)
        for number, name, counted, refused in records:
            fault, file = folders[number][name]
            there = rows.get((number, name), [])
            self.counts["records"] += counted
            if counted != len(there) + refused:
                self.fail("records unaccounted for", f"{fault} in {name}: {counted} in, {len(there)} + {refused} told")
            # as the file says it: nothing is masked yet, and a column that is not there is none
            keys = [one for one in self.tables[name].keys if one in self.tables[name].header]
            table = replace(self.tables[name], keys=keys, masked=frozenset())
            spared = {table.key(row) for at, row in enumerate(table.rows) if at not in file.touched}
            if spared - set(there):
                self.fail("untouched records lost", f"{fault} in {name}: {len(spared - set(there))}")
        if len(records) != sum(len(hurt) for hurt in folders):
            first = max((number for number, *_ in records), default=-1) + 1
            faults = ", ".join(
                f"{fault} in {name}" for name, (fault, _) in folders[min(first, len(folders) - 1)].items()
            )
            self.fail("raw errors" if RAW_FAULT.search(error) else "crashes", f"{faults}: {error}")

    def check_rows(self, connection: duckdb.DuckDBPyConnection, hurt: dict[str, tuple[str, Hurt]], what: str) -> None:
        for name, records, summed in connection.execute(
            "select table_name, records_in, records_accepted + records_rejected + records_repeated "
            "from marts.file_accounting"
        ).fetchall():
            self.counts["records"] += records
            if records != summed:
                fault = hurt[name][0] if name in hurt else "no fault"
                self.fail("records unaccounted for", f"{fault} in {name}: {records} in, {summed} told")
        for name, (fault, file) in hurt.items():
            table = self.tables[name]
            there = {key for (key,) in connection.execute(f"select _row_key from staging.base_{name}").fetchall()}
            spared = {table.key(row) for number, row in enumerate(table.rows) if number not in file.touched}
            if spared - there:
                self.fail("untouched records lost", f"{fault} in {name}: {len(spared - there)}")
        shown = [
            text
            for row in connection.execute("select row_key, original_values from marts.rejected_rows").fetchall()
            for text in row
            if text and any(value in text for value in self.personal)
        ]
        if shown:
            self.fail("personal values in rejected_rows", f"{what}: {len(shown)} rows")


LAND_FOLDERS = """
{{%- if execute -%}}
    {{%- do run_query("create schema landed") -%}}
    {{%- do run_query("create table landed.files (folder int, table_name text, records bigint, refused bigint)") -%}}
    {{%- do run_query("create table landed.keys (folder int, table_name text, row_key text)") -%}}
    {{%- for number in range({folders}) -%}}
        {{%- do post_purchase_gate.land_folder("raw", "{folder}/" ~ number) -%}}
        {{%- for name, keys in {keys}.items() -%}}
            {{%- set parts = [] -%}}
            {{%- for key in keys -%}}{{%- do parts.append("coalesce(" ~ key ~ ", '(null)')") -%}}{{%- endfor -%}}
            {{%- do run_query(
                "insert into landed.keys select " ~ number ~ ", '" ~ name ~ "', " ~ parts | join(" || '|' || ")
                ~ " from raw." ~ name) -%}}
        {{%- endfor -%}}
        {{%- do run_query(
            "insert into landed.files select " ~ number ~ ", table_name, records, "
            ~ "(select count(*) from raw.unreadable_lines as refused where refused.table_name = files.table_name) "
            ~ "from raw.landed_files as files"
        ) -%}}
        {{%- do adapter.commit() -%}}
    {{%- endfor -%}}
{{%- endif -%}}
select 1 as landed
"""
"""Lands folder after folder, and keeps of each what its files hold and which records came out of them."""
LANDED_AT_ONCE = 200
BATCH = 30
"""At most so many files with a fault in one build; one in six builds has a file that stops it instead."""
ZERO = (
    "crashes",
    "raw errors",
    "errors without a name",
    "files not refused",
    "records unaccounted for",
    "untouched records lost",
    "personal values in errors",
    "personal values in rejected_rows",
    *MUST_NOT_BE,
)


TOLD = ("files", "records", "kills")


def fuzz(
    files: int,
    kills: int,
    seed: int,
    work: Path,
    keep: Path | None = None,
    machine: int = 0,
    until: float = float("inf"),
    landed: int = 0,
) -> Fuzzer:
    """Try so many files, kills and faults of the machine, until some moment; they depend on the seed alone."""
    fuzzer = Fuzzer(work, seed, keep)
    while fuzzer.counts["files landed alone"] < landed and time.monotonic() < until:
        fuzzer.try_landing(min(LANDED_AT_ONCE, landed - fuzzer.counts["files landed alone"]))
    while fuzzer.counts["files"] < files and time.monotonic() < until:
        if fuzzer.rng.random() < 1 / 6:
            fuzzer.try_stop()
        else:
            fuzzer.try_batch(min(BATCH, files - fuzzer.counts["files"]))
    if kills or machine:
        fuzzer.write_good()
        shop = BesiegedShop(fuzzer.work, fuzzer.raw, fuzzer.vars, fuzzer.rng, fuzzer.fail, fuzzer.counts)
        faults: list[Callable[[], None]] = [*shop.faults(), partial(try_replaced, fuzzer)]
        for fault in fuzzer.rng.sample(faults, min(machine, len(faults))):
            if time.monotonic() < until:
                fault()
        shop.try_kills(kills, until)
    return fuzzer


def try_replaced(fuzzer: Fuzzer) -> None:
    """Files that are replaced again and again while a build reads them: it says so, or every record is somewhere."""
    versions = []
    for number in range(2):
        fuzzer.write_good()
        folder = fuzzer.work / f"version{number}"
        folder.mkdir()
        for name, table in fuzzer.tables.items():
            rows = table.rows if number == 0 else table.rows[: max(1, len(table.rows) * 3 // 4)]
            (folder / f"{name}.csv").write_bytes(file_of(Table(name, table.header, rows, table.keys)))
        versions.append(folder)
    ended = threading.Event()

    def replace() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            name = fuzzer.rng.choice(fuzzer.names)
            shutil.copy(versions[number % 2] / f"{name}.csv", fuzzer.work / "next.csv")
            (fuzzer.work / "next.csv").replace(fuzzer.raw / f"{name}.csv")

    replacing = threading.Thread(target=replace)
    replacing.start()
    try:
        ended_well, said = fuzzer.build()
    finally:
        ended.set()
        replacing.join()
    fuzzer.counts["builds of files that were replaced"] += 1
    fuzzer.check_words(said, "replaced while read")
    if ended_well:
        with duckdb.connect(str(fuzzer.database), read_only=True) as connection:
            fuzzer.check_rows(connection, {}, "replaced while read")
    elif "Replaced while this build read it" not in said:
        found = RAW_FAULT.search(said)
        fuzzer.fail("raw errors" if found else "crashes", f"replaced while read: {' '.join(said.split())[-300:]}")
    # whatever is tried next has the shop whole again: a shop that lost rows would rightly not be built
    fuzzer.write_good()


def report(fuzzer: Fuzzer, seconds: float) -> str:
    counts = fuzzer.counts
    lines = [f"files {counts['files']}, records {counts['records']:,}, kills {counts['kills']}, {seconds:,.0f} s"]
    lines += [f"{kind} {number}" for kind, number in sorted(counts.items()) if kind not in (*ZERO, *TOLD)]
    lines += [f"{kind} {fuzzer.counts[kind]}" for kind in ZERO]
    return "\n".join([*lines, *fuzzer.wrong])


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line, try, and tell."""
    parser = argparse.ArgumentParser(
        prog="post-purchase fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=200, help="files with a fault (default 200)")
    parser.add_argument("--landed", type=int, default=0, help="files that are landed, and nothing built of them")
    parser.add_argument("--kills", type=int, default=2, help="builds that are killed (default 2)")
    parser.add_argument("--machine", action="store_true", help="a full disk, a clock that went back, ...")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing new after so many")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same faults")
    parser.add_argument("--keep", type=Path, help="folder for the files of what went wrong")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        asked = (arguments.files, arguments.kills, arguments.seed, Path(work), arguments.keep)
        fuzzer = fuzz(
            *asked,
            machine=99 if arguments.machine else 0,
            until=began + 60 * arguments.minutes,
            landed=arguments.landed,
        )
    print(report(fuzzer, time.monotonic() - began))
    return 1 if fuzzer.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
