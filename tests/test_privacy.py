"""Where a person's address, phone and name are, and that they are gone once he is erased."""

from __future__ import annotations

import csv
import hashlib
import re
from itertools import product
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, run_dbt

import post_purchase.sync.command as sync

FIRST, SECOND = "2026-06-30 12:00:00", "2026-06-30 18:00:00"
# told in the shop in other letters than it is searched for
EMAIL, PHONE, NAME = " Zyx.Probe@Example.COM ", "+1 (555) 013-7788", "Zyxwella"
NEEDLES = {"email": "zyx.probe@example.com", "phone": "15550137788", "first_name": "zyxwella"}
SALT = "of this shop alone"
"""What its addresses are hashed with; whoever guesses at a hash in a mart does not have it."""


def guesses() -> set[str]:
    """Hashes of the address and the phone that somebody makes who knows how this project does, and not the salt."""
    salts, kinds = ("", "post_purchase_gate|", "post_purchase_gate:"), ("", "email|", "phone|", "guest:")
    values = (NEEDLES["email"], NEEDLES["phone"], NEEDLES["phone"][-9:], EMAIL, PHONE)
    return {
        make(f"{salt}{kind}{value}".encode()).hexdigest()
        for salt, kind, value, make in product(salts, kinds, values, (hashlib.md5, hashlib.sha1, hashlib.sha256))
    }


ACTIVATION = {
    # how an account is addressed: what activation reads
    "core.int_accounts",
    "activation.int_audience_candidates",
    "activation.int_audience_events",
    "marts.audience_members",
    "marts.audience_members_v1",
    "marts.audience_events",
}
# a note to copy says to whom: by the first name, and by nothing else
NOTES = {"gate.int_note_facts", "gate.int_lesson_notes", "marts.next_actions"}


def planted(folder: Path) -> duckdb.DuckDBPyConnection:
    """The demo shop, in which one customer who may be asked for a review can be told from everybody else."""
    shop = duckdb.connect()
    for path in sorted((ROOT / "seeds" / "demo_shop").glob("demo_*.csv")):
        shop.execute(f"create table {path.stem.removeprefix('demo_')} as from read_csv('{path}', all_varchar = true)")
    shop.execute(
        f"update customers set email = '{EMAIL}', phone = '{PHONE}', first_name = '{NAME}' "
        "where customer_id = 'cust-h73'"
    )
    # people write their address wherever there is room
    shop.execute(
        "insert into tickets (ticket_id, customer_id, requester_email, requester_phone, topic, subject, opened_at) "
        f"values ('p-1', 'cust-h73', '{EMAIL}', '{PHONE}', 'how_to', 'Call {NAME} at {PHONE} or {EMAIL}', "
        "'2026-06-09 09:00:00')"
    )
    shop.execute(
        "insert into ticket_events (ticket_id, status, occurred_at) values ('p-1', 'solved', '2026-06-10 09:00:00')"
    )
    shop.execute(f"insert into customer_identities values ('cust-h73', 'email', 'other.{EMAIL.strip()}')")
    shop.execute(
        "insert into overrides (override_id, order_line_id, action, decision, reason, set_by, set_at, expires_at) "
        f"values ('p-1', 'H73-ready-1', 'upsell', 'pause', '{NAME} wrote from {EMAIL}', 'desk', '2026-06-20', null)"
    )
    # rows that the contract refuses are kept, masked; of somebody else, for what they name is unknown evidence
    bad = f"bad.{EMAIL.strip()}"
    shop.execute(
        "insert into customers (customer_id, email, first_name, is_test) "
        f"values ('cust-bad', '{bad}', '{NAME}', 'perhaps')"
    )
    shop.execute(
        "insert into tickets (ticket_id, customer_id, requester_email, subject) "
        f"values ('p-2', 'nobody', '{bad}', '{NAME}')"
    )
    (folder / "raw").mkdir(exist_ok=True)
    return shop


def write(shop: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for (table,) in shop.execute("select table_name from duckdb_tables()").fetchall():
        shop.execute(f"copy {table} to '{folder / 'raw' / table}.parquet' (format parquet)")


def found(database: Path) -> dict[str, set[str]]:
    """Tables and views, per needle, of whose columns any holds it: in any letters, a phone in any spelling."""
    places: dict[str, set[str]] = {kind: set() for kind in [*NEEDLES, "guess", "salted"]}
    guess = "|".join(sorted(guesses()))
    salted = hashlib.md5(f"{SALT}|email|{NEEDLES['email']}".encode()).hexdigest()
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = current_database() and not internal"
        ).fetchall()
        by_table: dict[str, list[str]] = {}
        for schema, table, column in columns:
            by_table.setdefault(f"{schema}.{table}", []).append(column)
        assert len(by_table) > 150
        for table, names in by_table.items():
            text = " || ' ' || ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in names)
            hits = connection.execute(
                f"""select
                    count(*) filter (where lower(row_text) like '%{NEEDLES["email"]}%'),
                    count(*) filter (
                        where regexp_replace(row_text, '[^0-9A-Za-z]', '', 'g') like '%{NEEDLES["phone"]}%'
                    ),
                    count(*) filter (where lower(row_text) like '%{NEEDLES["first_name"]}%'),
                    count(*) filter (where regexp_matches(row_text, '{guess}', 'i')),
                    count(*) filter (where contains(row_text, '{salted}'))
                from (select {text} as row_text from {table})"""
            ).fetchone()
            for kind, count in zip(places, hits, strict=True):
                if count:
                    places[kind].add(table)
    return places


def in_files(folder: Path) -> dict[str, set[str]]:
    """Files, per needle, that hold it: what dbt writes beside its tables (compiled SQL, logs), or what was exported."""
    places: dict[str, set[str]] = {kind: set() for kind in NEEDLES}
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("shop.duckdb")]
    assert files
    for path in files:
        content = path.read_bytes().lower()
        digits = re.sub(rb"[^0-9a-z]", b"", content)
        for kind, needle in NEEDLES.items():
            if needle.encode() in (digits if kind == "phone" else content):
                places[kind].add(path.name)
    return places


def of_customer(connection: duckdb.DuckDBPyConnection, mart: str) -> list[dict]:
    cursor = connection.execute(f"from marts.{mart} where customer_id = 'cust-h73'")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def is_raw(table: str) -> bool:
    """Staging holds raw rows, by its nature; whoever erases a person erases him at the source."""
    return table.split(".")[0] in ("raw", "staging")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, set[str]], list[dict]]]:
    folder = tmp_path_factory.mktemp("privacy")
    shop = planted(folder)
    told = {}
    for name, as_of, select in (
        ("known", FIRST, None),
        (
            "erased",
            SECOND,
            None,
        ),
    ):
        if name == "erased":
            shop.execute("update customers set erased_at = '2026-06-30 15:00:00' where customer_id = 'cust-h73'")
        write(shop, folder)
        build = run_dbt(
            folder / name,
            {"raw_path": str(folder / "raw"), "as_of": as_of, "guest_salt": SALT},
            database=folder / "shop.duckdb",
            select=select,
        )
        with duckdb.connect(str(build.database), read_only=True) as connection:
            rows = {
                mart: of_customer(connection, mart)
                for mart in ("audience_members", "audience_events", "customer_state")
            }
        told[name] = (found(build.database), rows)
        # as an ESP gets them that takes files, judged at the instant of the build
        exported = ["--database", str(build.database), "--now", as_of, "--export", "csv"]
        assert sync.main([*exported, "--out", str(folder / f"{name}_export")]) == 0
    told["files"] = {name: in_files(folder / name) for name in ("known", "erased")}
    told["exports"] = {name: in_files(folder / f"{name}_export") for name in ("known", "erased")}
    return told


def test_personal_data_is_in_the_activation_marts_alone(searched: dict) -> None:
    places, rows = searched["known"]
    places = {kind: tables for kind, tables in places.items() if kind in NEEDLES}
    assert [row["audience"] for row in rows["audience_members"]] == ["marketing_review_request"]
    for kind, tables in places.items():
        read = {table for table in tables if not is_raw(table)}
        # where it must be it is: the search can find it
        assert read == (ACTIVATION | NOTES if kind == "first_name" else ACTIVATION), kind
        assert any(is_raw(table) for table in tables)


def test_no_hash_of_an_address_can_be_guessed(searched: dict) -> None:
    """Without it: whoever reads a mart and has a list of addresses finds out whose rows are whose."""
    for name in ("known", "erased"):
        places, _ = searched[name]
        assert places["guess"] == set(), name
        # what cannot be guessed is there: the search would find what could be
        assert "core.int_addresses" in places["salted"]
    assert "marts.may_send" in searched["known"][0]["salted"]


def test_no_page_of_the_documents_shows_an_address_of_the_demo_shop() -> None:
    addresses: set[str] = set()
    for path in (ROOT / "seeds" / "demo_shop").glob("demo_*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for name, value in row.items():
                    if "phone" in name and len(digits := re.sub(r"\D", "", value or "")) > 8:
                        addresses.add(digits)
                    addresses |= set(re.findall(r"[\w.+-]+@[\w-]+\.\w+", (value or "").lower()))
    assert len(addresses) > 100
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.*")]
    assert len(files) > 20
    for path in files:
        text = path.read_text(encoding="utf-8", errors="ignore").lower()
        digits = re.sub(r"[^0-9a-z]", "", text)
        assert not [one for one in addresses if one in text or one in digits], path.name


def test_no_log_and_no_artefact_holds_a_person(searched: dict) -> None:
    """What is compiled and what is logged are rules and counts; neither knows anybody, erased or not."""
    for name, places in searched["files"].items():
        assert places == {kind: set() for kind in NEEDLES}, name


def test_an_export_forgets_who_is_erased(searched: dict) -> None:
    file = {"marketing_review_request.csv"}
    assert searched["exports"]["known"] == {kind: file for kind in NEEDLES}
    assert searched["exports"]["erased"] == {kind: set() for kind in NEEDLES}


def test_an_erased_customer_leaves_the_minimum_that_proves_it(searched: dict) -> None:
    places, rows = searched["erased"]
    for kind, tables in places.items():
        if kind not in NEEDLES:
            continue
        assert {table for table in tables if not is_raw(table)} == set(), kind
    (member,) = rows["audience_members"]
    kept = {name for name, value in member.items() if value is not None}
    assert not member["in_audience"] and str(member["left_at"]) == SECOND == str(member["updated_at"])
    assert kept == {
        "audience_member_id", "customer_id", "audience", "audience_class", "action",
        "in_audience", "entered_at", "left_at", "updated_at", "row_hash", "person_id",
    }  # fmt: skip
    assert sorted(row["event_type"] for row in rows["audience_events"]) == ["entered", "left"]
    for event in rows["audience_events"]:
        # which person an account is of names nobody; the entry's event keeps it or not, as it was written
        assert {name for name, value in event.items() if value is not None} - {"person_id"} == {
            "event_id", "audience_member_id", "customer_id", "audience", "audience_class", "action",
            "event_type", "entry_number", "occurred_at",
        }  # fmt: skip
    assert rows["customer_state"] == []
