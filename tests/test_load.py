"""post-purchase load against a local server that speaks the tools' APIs: pages, limits, faults, what changed since."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Build
from fake_apis import Tool, serving

from post_purchase import load

pytest.importorskip("dlt", reason="dlt is not installed: run `make sync-setup`")

KEY = "shpat_secret"


def order(number: int, updated_at: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"#{number}",
        "email": f"{number}@example.com",
        "created_at": "2026-06-01T10:00:00-04:00",
        "updated_at": updated_at,
        "total_price": "12.00",
        "currency": "USD",
        "customer": {"id": 7},
        "line_items": [{"id": number + 100, "sku": "MUG", "quantity": 2, "price": "6.00", "discount_allocations": []}],
        "fulfillments": [
            {"id": number + 200, "status": "success", "line_items": [{"id": number + 100, "quantity": 2}]}
        ],
        "refunds": [],
    }


def shopify(faults: list[int] | None = None, orders: int = 5) -> Tool:
    tool = Tool(("X-Shopify-Access-Token", KEY), faults)
    tool.orders = [order(number, f"2026-06-0{number}T00:00:00+00:00") for number in range(1, orders + 1)]
    return tool


def bring(tool: str, address: str, database: Path, *more: str) -> int:
    return load.main([tool, "--database", str(database), "--base-url", f"{address}/api/", *more])


def rows(database: Path, query: str) -> list[Any]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.sql(query).fetchall()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOPIFY_ACCESS_TOKEN", KEY)
    monkeypatch.setenv("KLAVIYO_API_KEY", "pk_secret")
    monkeypatch.setenv("ZENDESK_EMAIL", "desk@example.com")
    monkeypatch.setenv("ZENDESK_API_TOKEN", "zd_secret")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))


def test_shopify_comes_whole_through_limits_and_faults_and_then_what_changed(
    tmp_path: Path, build: Callable[..., Build]
) -> None:
    """Without it: a limit ends a load half-way, or every call brings the whole shop again."""
    database, tool = tmp_path / "shop.duckdb", shopify(faults=[429, 503, 500])
    words = ("--shop", "demo.myshopify.com", "--store", "us", "--since", "2026-01-01")
    with serving(tool) as address:
        assert bring("shopify", address, database, *words) == 0
        assert rows(database, "select count(*), count(distinct id) from shopify_us.orders") == [(5, 5)]
        assert rows(database, "select count(*) from shopify_us.transactions") == [(5,)]
        assert "updated_at_min=2026-01-01" in next(path for path in tool.asked if "orders.json" in path)

        tool.asked.clear()
        tool.orders[1]["cancelled_at"], tool.orders[1]["updated_at"] = (
            "2026-06-08T00:00:00Z",
            "2026-06-08T00:00:00+00:00",
        )
        assert bring("shopify", address, database, *words) == 0
        assert "updated_at_min=2026-06-05" in next(path for path in tool.asked if "orders.json" in path)
        assert [path for path in tool.asked if "/orders/1/" in path] == []
        assert rows(database, "select id from shopify_us.orders where cancelled_at is not null") == [(2,)]

    built = build(
        {
            "connections": [{"connector": "shopify", "store": "us", "schema": "shopify_us"}],
            "as_of": "2026-07-01 00:00:00",
        },
        database=database,
        select="path:models/staging/shopify path:models/staging/connected connector_words",
    )
    lines = rows(
        built.database,
        "select order_line_id, order_id, sku, unit_price from connectors.shopify__order_lines order by 1",
    )
    assert lines[0] == ("us-101", "us-1", "MUG", "6.0000") and len(lines) == 5
    contents = rows(
        built.database, "select fulfillment_id, order_line_id, quantity from connectors.shopify__fulfillment_lines"
    )
    assert ("us-201", "us-101", "2") in contents


def test_klaviyo_and_zendesk_come_page_by_page(tmp_path: Path) -> None:
    database = tmp_path / "shop.duckdb"
    tool = Tool(("Authorization", "Klaviyo-API-Key pk_secret"))
    tool.events = [
        {
            "id": f"e{number}",
            "type": "event",
            "attributes": {"datetime": "2026-06-01T10:00:00+00:00", "event_properties": {"$flow": "f1"}},
        }
        for number in range(5)
    ]
    with serving(tool) as address:
        assert bring("klaviyo", address, database) == 0
    assert rows(
        database, "select count(*), min(attributes->'event_properties'->>'$.\"$flow\"') from klaviyo.events"
    ) == [(5, "f1")]

    key = base64.b64encode(b"desk@example.com/token:zd_secret").decode()
    desk = Tool(("Authorization", f"Basic {key}"))
    desk.tickets = [{"id": number, "status": "open", "tags": ["vip"]} for number in range(1, 4)]
    with serving(desk) as address:
        assert bring("zendesk", address, database, "--subdomain", "demo") == 0
    assert rows(database, "select count(*) from zendesk.tickets") == [(3,)]


def test_what_was_cut_short_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that fails for good ends a load with one line and no key; the next call brings the rest."""
    database, tool = tmp_path / "shop.duckdb", shopify()
    words = ("--shop", "demo.myshopify.com", "--store", "us", "--since", "2026-01-01")
    with serving(tool) as address:
        monkeypatch.setenv("SHOPIFY_ACCESS_TOKEN", "shpat_wrong")
        assert bring("shopify", address, database, *words) == 1
        said = capsys.readouterr().err
        assert "401" in said and "Call again" in said and "shpat_wrong" not in said and "Traceback" not in said
        monkeypatch.setenv("SHOPIFY_ACCESS_TOKEN", KEY)
        assert bring("shopify", address, database, *words) == 0
    assert rows(database, "select count(*) from shopify_us.orders") == [(5,)]


def test_a_key_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("KLAVIYO_API_KEY")
    assert load.main(["klaviyo"]) == 2
    assert "KLAVIYO_API_KEY" in capsys.readouterr().err
