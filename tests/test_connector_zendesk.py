"""Zendesk as Fivetran and Airbyte leave it, beside two stores whose orders tickets name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loader_tables import Rows, build_connector, columns_of, rows_of, write_tables

SYNCED = {"_fivetran_synced": "2026-02-28 06:00:00"}
LOADED = {"_airbyte_raw_id": "r", "_airbyte_extracted_at": "2026-02-28 06:00:00+00"}


def ticket(id: int, subject: str, status: str = "open", **more: Any) -> dict[str, Any]:
    at = {"created_at": "2026-01-01 10:00:00", "updated_at": "2026-01-05 10:00:00"}
    return {"id": id, "subject": subject, "status": status, "requester_id": 7, **at, **more}


TICKETS = [
    ticket(1, "Hello", custom_order_number="#1001", custom_reason="damaged"),
    ticket(2, "Wo ist meine Bestellung 1002?", "hold", merged_ticket_ids=[3]),
    ticket(3, "Bestellung 1002", "closed"),
    ticket(4, "Merged, and nobody says into what", "closed"),
    ticket(5, "Orders #1001 and #1002"),
    # both stores have a #1003
    ticket(6, "Order #1003"),
    ticket(7, "Refund", "Waiting for parts", external_id="52"),
    ticket(8, "Ticket #1001"),
    ticket(9, "deleted by an agent", "deleted"),
]
CHANGES = [
    (1, "status", "new", "2026-01-01 10:00:00"),
    (1, "status", "open", "2026-01-02 10:00:00"),
    (3, "status", "closed", "2026-01-05 10:00:00"),
    (1, "satisfaction_score", "offered", "2026-01-03 10:00:00"),
    (1, "satisfaction_score", "bad", "2026-01-04 10:00:00"),
]
USERS = [{"id": 7, "email": "ada@example.com", "phone": "+15550001"}]


def zendesk_of_fivetran() -> dict[str, Any]:
    rows = [{**row, "merged_ticket_ids": str(row.get("merged_ticket_ids", []))} | SYNCED for row in TICKETS]
    names = ("ticket_id", "field_name", "value", "updated")
    return {
        "ticket": rows,
        "ticket_field_history": [dict(zip(names, change, strict=True)) | SYNCED for change in CHANGES],
        "ticket_tag": [{"ticket_id": 3, "tag": "closed_by_merge"}, {"ticket_id": 4, "tag": "closed_by_merge"}],
        "user": USERS,
        "custom_status": [{"id": 90, "agent_label": "Waiting for parts", "status_category": "hold"}],
    }


def zendesk_of_airbyte() -> dict[str, Any]:
    rows = []
    for row in TICKETS:
        fields = {"360": row.get("custom_order_number"), "361": row.get("custom_reason")}
        tags = ["closed_by_merge"] if row["id"] in (3, 4) else []
        plain = {
            key: value for key, value in row.items() if not key.startswith("custom_") and key != "merged_ticket_ids"
        }
        custom = [{"id": int(key), "value": value} for key, value in fields.items()]
        rating = {"score": "bad"} if row["id"] == 1 else {"score": "unoffered"}
        rows.append(
            {**plain, "custom_fields": custom, "fields": custom, "tags": tags, "satisfaction_rating": rating} | LOADED
        )
    audits = [
        {
            "id": 900 + number,
            "ticket_id": ticket_id,
            "created_at": at.replace(" ", "T") + "Z",
            "events": [{"id": 1, "type": "Change", "field_name": name, "value": value}],
        }
        | LOADED
        for number, (ticket_id, name, value, at) in enumerate(CHANGES)
        if name == "status"
    ]
    note = {
        "id": 1,
        "ticket_id": 3,
        "body": "This request was closed and merged into request #2",
        "created_at": "2026-01-05T10:00:00Z",
    }
    return {
        "tickets": rows,
        "ticket_audits": audits,
        "ticket_fields": [{"id": 360, "title": "Order number"}, {"id": 361, "title": "Reason"}],
        "satisfaction_ratings": [
            {
                "id": 1,
                "ticket_id": 1,
                "score": "bad",
                "created_at": "2026-01-03T10:00:00Z",
                "updated_at": "2026-01-04T10:00:00Z",
            }
        ],
        "ticket_comments": [note],
        "users": USERS,
        "custom_statuses": [{"id": 90, "agent_label": "Waiting for parts", "status_category": "hold"}],
    }


def orders(*names: tuple[int, str]) -> dict[str, Any]:
    rows = [
        {
            "id": id,
            "name": name,
            "email": "x@example.com",
            "created_at": "2026-01-01 09:00:00",
            "total_price": "9",
            "currency": "USD",
        }
        for id, name in names
    ]
    return {
        "order": rows,
        "order_line": [{"id": id, "order_id": id, "sku": "a", "quantity": "1", "price": "9"} for id, _ in names],
    }


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zendesk")
    database = folder / "shop.duckdb"
    write_tables(database, "us", orders((51, "#1001"), (52, "#1002"), (53, "#1003")))
    write_tables(database, "eu", orders((53, "#1003")))
    write_tables(database, "zd_fivetran", zendesk_of_fivetran())
    write_tables(database, "zd_upper", zendesk_of_fivetran(), upper=True)
    write_tables(database, "zd_airbyte", zendesk_of_airbyte())
    write_tables(database, "zd_one_row", {"ticket": [ticket(1, "Order #1001")], "user": USERS})
    write_tables(database, "zd_no_row", {"ticket": list(TICKETS[0]), "user": list(USERS[0])})
    write_tables(database, "zd_bare", {"ticket": [{"id": 1}]})
    words = {"order_field": "custom_order_number", "topic_field": "custom_reason"}
    connections: Rows = [
        {"connector": "shopify", "store": "us", "schema": "us"},
        {"connector": "shopify", "store": "eu", "schema": "eu"},
        {"connector": "zendesk", "store": "fivetran", "schema": "zd_fivetran", **words},
        {"connector": "zendesk", "store": "upper", "schema": "zd_upper", **words},
        {
            "connector": "zendesk",
            "store": "airbyte",
            "schema": "zd_airbyte",
            "order_field": "Order number",
            "topic_field": "361",
        },
        {"connector": "zendesk", "store": "one_row", "schema": "zd_one_row", "scope": ["us"]},
        {"connector": "zendesk", "store": "no_row", "schema": "zd_no_row"},
        {"connector": "zendesk", "store": "bare", "schema": "zd_bare"},
    ]
    build_connector(folder, database, "zendesk", connections)
    return database


@pytest.mark.parametrize("store", ["fivetran", "upper", "airbyte"])
def test_a_ticket_names_its_order_where_one_reading_is_possible(database: Path, store: str) -> None:
    tickets = columns_of(database, "zendesk__tickets", store, "ticket_id")
    assert {key: row["order_id"] for key, row in tickets.items()} == {
        "1": "us-51",
        "2": "us-52",
        "3": "us-52",
        "4": None,
        "5": None,
        "6": None,
        # by the id of another tool, which one store alone has
        "7": "us-52",
        "8": None,
        "9": None,
    }
    assert {row["requester_email"] for row in tickets.values()} == {"ada@example.com"}


@pytest.mark.parametrize("store", ["fivetran", "upper", "airbyte"])
def test_topics_by_field_and_by_phrase(database: Path, store: str) -> None:
    tickets = columns_of(database, "zendesk__tickets", store, "ticket_id")
    assert {key: tickets[key]["topic"] for key in ("1", "2", "5", "7")} == {
        "1": "damaged",
        "2": "not_received",
        "5": None,
        "7": "refund",
    }


@pytest.mark.parametrize("store", ["fivetran", "upper", "airbyte"])
def test_a_merged_ticket_follows_its_target(database: Path, store: str) -> None:
    tickets = columns_of(database, "zendesk__tickets", store, "ticket_id")
    assert tickets["3"]["merged_into_ticket_id"] == f"{store}-2"
    assert tickets["4"]["merged_into_ticket_id"] is None
    assert statuses(database, store, 4) == [("closed_by_merge", None)], (
        "nobody answered it: no word of the contract, so open"
    )


@pytest.mark.parametrize("store", ["fivetran", "upper", "airbyte"])
def test_statuses_and_marks(database: Path, store: str) -> None:
    assert statuses(database, store, 1) == [("new", None), ("open", None), ("open", "bad")]
    assert statuses(database, store, 2) == [("hold", None)]
    assert statuses(database, store, 7) == [("hold", None)]
    assert statuses(database, store, 9) == [("deleted", None)]


def test_small_accounts(database: Path) -> None:
    assert columns_of(database, "zendesk__tickets", "one_row", "ticket_id")["1"]["order_id"] == "us-51"
    assert not columns_of(database, "zendesk__tickets", "no_row", "ticket_id")
    bare = columns_of(database, "zendesk__tickets", "bare", "ticket_id")["1"]
    assert (bare["order_id"], bare["topic"], bare["opened_at"]) == (None, None, None)
    counts = rows_of(
        database, "select count(*) as total, count(distinct ticket_id) as ids from connectors.zendesk__tickets"
    )
    assert counts[0]["total"] == counts[0]["ids"] == 3 * len(TICKETS) + 2


def statuses(database: Path, store: str, id: int) -> list[tuple[str, str | None]]:
    rows = rows_of(
        database,
        f"select status, satisfaction from connectors.zendesk__ticket_events where ticket_id = '{store}-{id}' "
        "order by occurred_at",
    )
    return [(row["status"], row["satisfaction"]) for row in rows]
