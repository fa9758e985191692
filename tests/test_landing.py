"""Broken CSV files: each fault costs its own record, is counted, and says where it is; nothing personal is shown."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Build, BuildError
from test_bad_input import GOOD, rows_of, write_folder

BUILT = Callable[..., Build]
HEADER = "ticket_id,order_id,topic,opened_at,requester_email,subject"
TICKETS = 300
STRAY = 11
"""The record with an opening quote that nothing closes."""


def line(number: int, subject: str, email: str = "ada@example.com") -> str:
    return f"T{number},0001,damage,2026-06-10 09:00:00,{email},{subject}"


def tickets() -> list[str]:
    lines = [line(number, "hello") for number in range(TICKETS)]
    lines[STRAY] = line(STRAY, '"a secret')
    lines[20] = line(20, '"two lines\n\nand ""quotes"", commas"')
    lines[30] = line(30, '5" pipe')
    lines[40] = line(40, "hello, again")
    # opens a quote that the next record's own stray quote closes: the reader takes both for one
    lines[50] = line(50, '"open')
    lines[52] = line(52, 'closed"')
    lines[60] = line(60, "caf\xe9")
    # a record that begins and ends with nothing
    lines[70] = ",0001,damage,2026-06-10 09:00:00,,"
    return lines


def folder_of(folder: Path, text: bytes) -> Path:
    write_folder(folder, GOOD)
    (folder / "tickets.csv").write_bytes(text)
    return folder


@pytest.fixture(scope="module")
def broken(build: BUILT, tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("broken")
    lines = "\r\n".join([HEADER, *tickets()]).replace(",", ";") + "\r\n"
    lines = lines.replace("hello; again", "hello; again;").replace("commas", "; commas")
    raw = folder_of(folder / "raw", lines.encode("latin-1"))
    return build({"raw_path": str(raw), "as_of": "2026-06-20 12:00:00"}, select="+file_accounting")


def test_a_stray_quote_costs_one_record(broken: Build) -> None:
    """Without it: one quote in 30,000 tickets and 29,989 of them vanish, or stand inside an accepted row."""
    read = {
        int(key[1:])
        for (key,) in rows_of(broken, "select ticket_id from staging.base_tickets where ticket_id is not null")
    }
    assert set(range(TICKETS)) - read == {STRAY, 40, 50, 60, 70}
    subjects = dict(rows_of(broken, "select ticket_id, subject from raw.tickets"))
    assert subjects["T20"] == 'two lines\n\nand "quotes"; ; commas'
    assert subjects["T30"] == '5" pipe' and subjects["T52"] == 'closed"'
    assert sum(1 for subject in subjects.values() if subject == "hello") == TICKETS - 8


def test_every_record_of_a_broken_file_is_accounted_for(broken: Build) -> None:
    ((rows_in, accepted, rejected, repeated),) = rows_of(
        broken,
        "select rows_in, rows_accepted, rows_rejected, rows_repeated from marts.input_accounting "
        "where table_name = 'tickets'",
    )
    assert rows_in == TICKETS == accepted + rejected + repeated
    # the header, and two more lines of ticket 20
    counts = rows_of(broken, "select * exclude (bytes) from marts.file_accounting where table_name = 'tickets'")
    assert counts == [("tickets.csv", "tickets", "utf-8", TICKETS + 3, rows_in, accepted, 0, rejected, repeated)]
    assert rows_of(broken, "select count(*), min(bytes) > 0 from marts.file_accounting") == [(len(GOOD), True)]
    found = rows_of(
        broken,
        "select row_key, reason, original_values from marts.rejected_rows "
        "where table_name = 'tickets' and reason <> 'null_key' order by all",
    )
    # the header is line 1, and ticket 20 has three lines
    assert [(key, reason) for key, reason, _ in found] == [
        ("line 13", "unreadable_line:quote left open"),
        ("line 44", "unreadable_line:too many columns"),
        ("line 54", "unreadable_line:quote left open"),
        ("line 64", "unreadable_line:invalid encoding"),
    ]
    assert {shown for _, _, shown in found} == {"(masked)"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"ticket_id,topic,topic\nT1,damage,damage\n", ["tickets.csv", "line 1", "'topic' is there twice"]),
        (b'ticket_id,"a,b"\nT1,damage\n', ["tickets.csv", "line 1", "holds the character that separates"]),
        (b"ticket_id,topic,\nT1,damage,\n", ["tickets.csv", "line 1", "column 3 of 3 has no name"]),
        (b"ticket_id,caf\xe9\nT1,damage\n", ["tickets.csv", "line 1", "not UTF-8"]),
        (b"\xfe\xff" + "ticket_id,topic\nT1,damage\n".encode("utf-16-be"), ["tickets.csv", "UTF-8", "csv_encodings"]),
    ],
    ids=["a column twice", "a comma in a name", "a trailing comma", "latin-1 header", "utf-16 with its bytes turned"],
)
def test_a_header_that_cannot_be_read_stops_the_build(
    build: BUILT, tmp_path: Path, text: bytes, said: list[str]
) -> None:
    with pytest.raises(BuildError) as stopped:
        build({"raw_path": str(folder_of(tmp_path / "raw", text))})
    assert all(word in str(stopped.value) for word in said), stopped.value


@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"ticket_id,topic\nT1,damage\n", b"PAR1" + b"x" * 400 + b"PAR1"],
    ids=["empty", "its first bytes", "csv", "a description longer than the file"],
)
def test_a_broken_parquet_file_stops_the_build_by_name(build: BUILT, tmp_path: Path, content: bytes) -> None:
    """Without it: the reader's own error, which says nothing of what to do."""
    raw = folder_of(tmp_path / "raw", f"{HEADER}\n{line(1, 'hello')}\n".encode())
    (raw / "tickets.csv").unlink()
    (raw / "tickets.parquet").write_bytes(content)
    with pytest.raises(BuildError) as stopped:
        build({"raw_path": str(raw)})
    assert "tickets.parquet' is no Parquet file, or not a whole one. Write it anew" in str(stopped.value)


def test_line_ends_of_two_kinds_and_a_stray_return_cost_no_other_record(build: BUILT, tmp_path: Path) -> None:
    """Without it: the reader gives up on the whole file, and its error names neither file nor line."""
    ends = ["\n", "\r\n"]
    rows = [HEADER, *(line(number, "hello") for number in range(40))]
    rows[21] = line(20, "hel\rlo")
    raw = folder_of(tmp_path / "raw", "".join(row + ends[number % 2] for number, row in enumerate(rows)).encode())
    (raw / "products.csv").write_bytes((raw / "products.csv").read_bytes().replace(b"\r\n", b"\r"))
    built = build({"raw_path": str(raw), "as_of": "2026-06-20 12:00:00"}, select="+file_accounting")
    read = {key for (key,) in rows_of(built, "select ticket_id from staging.base_tickets")}
    assert read >= {f"T{number}" for number in range(40) if number != 20}
    for counts in rows_of(built, "select records_in, records_accepted + records_rejected from marts.file_accounting"):
        assert counts[0] == counts[1]
    assert rows_of(built, "select sku from staging.base_products") == [("0042",)]


def test_another_encoding_is_read_by_its_mark_or_by_the_owner_s_word(build: BUILT, tmp_path: Path) -> None:
    """Without it: a file that a spreadsheet saved as Unicode stops the build, and one in Latin-1 loses its accents."""
    rows = [HEADER, *(line(number, "caf\xe9") for number in range(30))]
    rows[11], rows[21] = line(10, '"a\nb"'), line(20, '"stray')
    raw = folder_of(tmp_path / "raw", "\r\n".join(rows).encode("utf-16"))
    named = ["customer_id,email,country", *(f"C{number},\xe4{number}@example.com,US" for number in range(9))]
    (raw / "customers.csv").write_bytes("\n".join([*named, "0001,ada@example.com,US"]).encode("latin-1"))
    vars = {"raw_path": str(raw), "as_of": "2026-06-20 12:00:00", "csv_encodings": {"customers": "latin-1"}}
    built = build(vars, select="+file_accounting")
    counted = rows_of(built, "select table_name, encoding, records_in, records_rejected from marts.file_accounting")
    assert set(counted) >= {("tickets", "utf-16", 30, 1), ("customers", "latin-1", 10, 0)}
    assert rows_of(built, "select subject, count(*) from raw.tickets group by 1 order by 2") == [
        ("a\nb", 1),
        ("caf\xe9", 28),
    ]
    assert rows_of(built, "select count(*) from raw.customers where email like '\xe4%@example.com'") == [(9,)]
    with pytest.raises(BuildError, match="csv_encodings is .* utf-8, utf-16 or latin-1"):
        build({**vars, "csv_encodings": {"customers": "cp850"}}, select="+file_accounting")


def test_the_tasks_of_an_orchestrator_land_once_and_find_a_file_that_was_replaced(build: BUILT, tmp_path: Path) -> None:
    """Without it: every task lands the folder anew under the others, and rows of two extracts stand side by side."""
    raw = write_folder(tmp_path / "raw", GOOD)
    with duckdb.connect() as connection:
        connection.execute(f"copy (from read_csv('{raw}/orders.csv', all_varchar = true)) to '{raw}/orders.parquet'")
    (raw / "orders.csv").unlink()
    database = tmp_path / "shop.duckdb"
    task = {"raw_path": str(raw), "as_of": "2026-06-20 12:00:00", "build_id": "nightly-1"}

    def run(command: str, **options: Any) -> None:
        build({**task, **options.pop("vars", {})}, database=database, command=command, **options)

    run("run-operation", operation="land_inputs")
    (raw / "customers.csv").unlink()
    run("seed", select="+file_accounting")
    run("run", select="+file_accounting", exclude="file_accounting")
    run("run", select="file_accounting")
    assert rows_of(database, "select count(*) from marts.file_accounting__next") == [(len(GOOD),)]
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from read_parquet('{raw}/orders.parquet') limit 1) to '{raw}/new.parquet'")
    (raw / "new.parquet").replace(raw / "orders.parquet")
    with pytest.raises(BuildError, match="Replaced while this build read it: orders.parquet"):
        run("run", select="file_accounting")
    with pytest.raises(BuildError, match="one instant: give all of them the same as_of"):
        run("run", select="int_feed_status", vars={"as_of": None})


def test_landing_replaces_no_schema_that_it_did_not_make(build: BUILT, tmp_path: Path) -> None:
    """Without it: a schema named raw with somebody's tables is dropped."""
    database = tmp_path / "shop.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.ledger as select 1 as one")
    vars: dict[str, Any] = {"raw_path": str(write_folder(tmp_path / "raw", GOOD))}
    with pytest.raises(BuildError, match="landing did not make.*ledger"):
        build(vars, database=database)
    assert rows_of(database, "from raw.ledger") == [(1,)]
    shutil.rmtree(tmp_path / "raw")
