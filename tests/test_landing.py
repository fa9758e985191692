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
    assert counts == [("tickets.csv", "tickets", TICKETS + 3, rows_in, accepted, 0, rejected, repeated)]
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
        (b"ticket_id,caf\xe9\nT1,damage\n", ["tickets.csv", "line 1", "not UTF-8"]),
        ("ticket_id,topic\nT1,damage\n".encode("utf-16"), ["tickets.csv", "UTF-8"]),
    ],
    ids=["a column twice", "latin-1 header", "utf-16"],
)
def test_a_header_that_cannot_be_read_stops_the_build(
    build: BUILT, tmp_path: Path, text: bytes, said: list[str]
) -> None:
    with pytest.raises(BuildError) as stopped:
        build({"raw_path": str(folder_of(tmp_path / "raw", text))}, parsed_once=True)
    assert all(word in str(stopped.value) for word in said), stopped.value


def test_landing_replaces_no_schema_that_it_did_not_make(build: BUILT, tmp_path: Path) -> None:
    """Without it: a schema named raw with somebody's tables is dropped."""
    database = tmp_path / "shop.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.ledger as select 1 as one")
    vars: dict[str, Any] = {"raw_path": str(write_folder(tmp_path / "raw", GOOD))}
    with pytest.raises(BuildError, match="landing did not make.*ledger"):
        build(vars, database=database, parsed_once=True)
    assert rows_of(database, "from raw.ledger") == [(1,)]
    shutil.rmtree(tmp_path / "raw")
