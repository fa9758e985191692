"""Gorgias in the API's shape, as Airbyte and dlt leave it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loader_tables import Rows, build_connector, columns_of, rows_of, write_tables


def ticket(id: int, subject: str, status: str = "open", **more: Any) -> dict[str, Any]:
    at = {"created_datetime": "2026-01-01T10:00:00+00:00", "updated_datetime": "2026-01-05T10:00:00+00:00"}
    return {"id": id, "subject": subject, "status": status, "spam": False, **at, **more}


ADA = {"id": 7, "email": "ada@example.com"}
TICKETS = [
    ticket(
        1, "Hi", customer=ADA, custom_fields={"88": {"id": 88, "value": "1001"}}, tags=[{"id": 1, "name": "Damaged"}]
    ),
    ticket(2, "Order #1002 too small", "closed", customer=ADA, closed_datetime="2026-01-03T10:00:00+00:00"),
    ticket(
        3,
        "Snoozed",
        "closed",
        customer=ADA,
        snooze_datetime="2026-02-20T10:00:00+00:00",
        closed_datetime="2026-01-05T10:00:00+00:00",
    ),
    ticket(4, "Trash", customer=ADA, trashed_datetime="2026-01-02T10:00:00+00:00"),
    ticket(5, "Cheap watches", customer=ADA) | {"spam": True},
    ticket(6, "Call", "closed", channel="phone", customer={"id": 8, "email": None}),
]
EVENTS = [
    {
        "id": 1,
        "type": "ticket-created",
        "object_type": "Ticket",
        "object_id": 2,
        "created_datetime": "2026-01-01T10:00:00+00:00",
    },
    {
        "id": 2,
        "type": "ticket-closed",
        "object_type": "Ticket",
        "object_id": 2,
        "created_datetime": "2026-01-03T10:00:00+00:00",
    },
    {
        "id": 3,
        "type": "ticket-tags-added",
        "object_type": "Ticket",
        "object_id": 2,
        "created_datetime": "2026-01-04T10:00:00+00:00",
    },
]
MESSAGES = [
    {
        "id": 1,
        "ticket_id": 6,
        "from_agent": False,
        "channel": "phone",
        "source": {"type": "phone", "from": {"address": "+15550001"}},
        "intents": [{"name": "refund/request"}],
        "created_datetime": "2026-01-01T10:00:00+00:00",
    }
]
SURVEYS = [
    {"id": 1, "ticket_id": 2, "score": 1, "scored_datetime": "2026-01-06T10:00:00+00:00"},
    {"id": 2, "ticket_id": 2, "score": None, "created_datetime": "2026-01-04T10:00:00+00:00"},
]


def flat(rows: Rows) -> Rows:
    """dlt makes columns of objects and tables of lists."""
    flattened = []
    for row in rows:
        columns = {"_dlt_id": f"d{row['id']}", "_dlt_load_id": "1772258400.5"}
        for key, value in row.items():
            if isinstance(value, dict):
                columns |= {
                    f"{key}__{name}": part if not isinstance(part, dict) else part.get("value")
                    for name, part in value.items()
                }
            elif not isinstance(value, list):
                columns[key] = value
        flattened.append(columns)
    return flattened


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gorgias")
    database = folder / "shop.duckdb"
    full: dict[str, Any] = {"tickets": TICKETS, "events": EVENTS, "messages": MESSAGES, "satisfaction_surveys": SURVEYS}
    write_tables(database, "go_api", full)
    write_tables(database, "go_upper", full, upper=True)
    of_dlt = flat(TICKETS)
    for row in of_dlt:
        if "custom_fields__88" in row:
            row["custom_fields__88__value"] = row.pop("custom_fields__88")
    messages = [{**row, "source__from__address": "+15550001"} for row in flat(MESSAGES)]
    write_tables(
        database,
        "go_dlt",
        {
            "tickets": of_dlt,
            "tickets__tags": [{"id": 1, "name": "Damaged", "_dlt_parent_id": "d1", "_dlt_id": "t1"}],
            "ticket_messages": messages,
            "events": flat(EVENTS),
            "satisfaction_surveys": SURVEYS,
        },
    )
    write_tables(database, "go_one_row", {"tickets": TICKETS[1:2]})
    write_tables(database, "go_no_row", {"tickets": list(TICKETS[0])})
    write_tables(database, "go_bare", {"tickets": [{"id": 1}]})
    connections: Rows = [
        {"connector": "gorgias", "store": name, "schema": f"go_{name}", "order_field": "88"}
        for name in ("api", "upper", "dlt", "one_row", "no_row", "bare")
    ]
    build_connector(folder, database, "gorgias", connections)
    return database


@pytest.mark.parametrize("store", ["api", "upper", "dlt"])
def test_tickets(database: Path, store: str) -> None:
    tickets = columns_of(database, "gorgias__tickets", f"{store}-gorgias", "ticket_id")
    assert {
        key: (row["order_id"], row["requester_email"], row["requester_phone"], row["topic"])
        for key, row in tickets.items()
    } == {
        # no connected store: staging looks for the name
        "1": ("1001", "ada@example.com", None, "damage"),
        "2": ("1002", "ada@example.com", None, "sizing"),
        "3": (None, "ada@example.com", None, None),
        "4": (None, "ada@example.com", None, None),
        "5": (None, "ada@example.com", None, None),
        "6": (None, None, "+15550001", "refund" if store != "dlt" else None),
    }


@pytest.mark.parametrize("store", ["api", "upper", "dlt"])
def test_statuses(database: Path, store: str) -> None:
    query = (
        f"select * from connectors.gorgias__ticket_events where ticket_id like '{store}-%' order by occurred_at, status"
    )
    said: dict[str, list[tuple[str, str | None, str]]] = {}
    for row in rows_of(database, query):
        said.setdefault(row["ticket_id"].removeprefix(f"{store}-gorgias-"), []).append(
            (row["status"], row["satisfaction"], row["occurred_at"][5:10])
        )
    assert said == {
        "1": [("open", None, "01-05")],
        "2": [("open", None, "01-01"), ("closed", None, "01-03"), ("closed", "bad", "01-06")],
        "3": [("snoozed", None, "01-05"), ("open", None, "02-20")],
        "4": [("deleted", None, "01-02")],
        "5": [("spam", None, "01-05")],
        "6": [("closed", None, "01-05")],
    }


def test_small_accounts(database: Path) -> None:
    assert columns_of(database, "gorgias__tickets", "one_row-gorgias", "ticket_id")["2"]["order_id"] == "1002"
    assert not columns_of(database, "gorgias__tickets", "no_row-gorgias", "ticket_id")
    bare = columns_of(database, "gorgias__tickets", "bare-gorgias", "ticket_id")["1"]
    assert (bare["order_id"], bare["requester_email"], bare["opened_at"]) == (None, None, None)
    assert not rows_of(database, "select * from connectors.gorgias__ticket_events where ticket_id like 'bare-%'")
