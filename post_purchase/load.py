"""Bring a tool's tables into a DuckDB file, for teams that have no loader.

    make sync-setup
    SHOPIFY_ACCESS_TOKEN=... post-purchase load shopify --shop NAME.myshopify.com --store us [--database FILE]
    KLAVIYO_API_KEY=... post-purchase load klaviyo
    ZENDESK_EMAIL=... ZENDESK_API_TOKEN=... post-purchase load zendesk --subdomain NAME
    [--since 2025-01-01]

Reads alone: nothing is written to the tool. The first call brings everything since --since, each later one what has
changed since the last, and one that was cut short goes on where it was. Rows keep the shape of the API (what it nests
stays JSON); the connectors of docs/connect.md read it. Keys come from the environment and are never printed. dlt keeps
to the limits that a tool states (429 and Retry-After) and tries a server's fault again.

Exit codes: 0 loaded; 1 the tool refused or failed, and what it said; 2 a key or a name is missing.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from post_purchase.terminal import DEFAULT_DATABASE

# Versions of the APIs whose answers the connectors have been held against.
SHOPIFY_VERSION = "2025-01"
KLAVIYO_REVISION = "2025-07-15"


class Missing(Exception):
    """A key or a name that a tool needs is not there; the message says which."""


def needed(name: str) -> str:
    """A key from the environment."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise Missing(f"Set {name} in the environment: the tool asks for it.")
    return value


def table(name: str, path: str, data: str, **more: Any) -> dict[str, Any]:
    """One table: where its pages are, and where in a page its rows."""
    endpoint = {"path": path, "data_selector": data, **more.pop("endpoint", {})}
    return {"name": name, "endpoint": endpoint, **more}


def changed_since(
    column: str, start: str, parameter: str, template: str = "{incremental.start_value}"
) -> dict[str, Any]:
    """Ask for what changed since the last call, by a column of the rows and a parameter of the API."""
    return {
        "params": {parameter: template},
        "incremental": {"cursor_path": column, "initial_value": start},
    }


def shopify(arguments: argparse.Namespace) -> dict[str, Any]:
    """Shopify's Admin API. Lines, shipments and refunds stand inside their order; transactions are asked for by it."""
    if not arguments.shop:
        raise Missing("Name the shop: --shop NAME.myshopify.com")
    start = f"{arguments.since}T00:00:00+00:00"
    pages = {"limit": 250}

    def since(more: dict[str, Any] | None = None) -> dict[str, Any]:
        asked = changed_since("updated_at", start, "updated_at_min")
        asked["params"] = {**asked["params"], **pages, **(more or {})}
        return asked

    return {
        "client": {
            "base_url": arguments.base_url or f"https://{arguments.shop}/admin/api/{SHOPIFY_VERSION}/",
            "headers": {"X-Shopify-Access-Token": needed("SHOPIFY_ACCESS_TOKEN")},
            "paginator": {"type": "header_link"},
        },
        "resources": [
            table("orders", "orders.json", "orders", endpoint=since({"status": "any"})),
            table("customers", "customers.json", "customers", endpoint=since()),
            table("products", "products.json", "products", endpoint=since()),
            {
                "name": "transactions",
                "endpoint": {
                    "path": "orders/{resources.orders.id}/transactions.json",
                    "data_selector": "transactions",
                    "paginator": "single_page",
                },
            },
            table(
                "disputes", "shopify_payments/disputes.json", "disputes", endpoint=absent_is_empty({"params": pages})
            ),
        ],
    }


def absent_is_empty(endpoint: dict[str, Any]) -> dict[str, Any]:
    """A shop without Shopify Payments has no disputes to list, and says 404."""
    return {**endpoint, "response_actions": [{"status_code": 404, "action": "ignore"}]}


def klaviyo(arguments: argparse.Namespace) -> dict[str, Any]:
    """Klaviyo's API: events, and what they are of."""
    start = f"{arguments.since}T00:00:00Z"
    since = "greater-or-equal({column},{{incremental.start_value}})"
    attributes = {"attributes": {"data_type": "json"}, "relationships": {"data_type": "json"}}
    return {
        "client": {
            "base_url": arguments.base_url or "https://a.klaviyo.com/api/",
            "headers": {
                "Authorization": f"Klaviyo-API-Key {needed('KLAVIYO_API_KEY')}",
                "revision": KLAVIYO_REVISION,
                "accept": "application/vnd.api+json",
            },
            "paginator": {"type": "json_link", "next_url_path": "links.next"},
        },
        "resources": [
            table(
                "events",
                "events",
                "data",
                columns=attributes,
                endpoint=changed_since("attributes.datetime", start, "filter", since.format(column="datetime")),
            ),
            table(
                "profiles",
                "profiles",
                "data",
                columns=attributes,
                endpoint=changed_since("attributes.updated", start, "filter", since.format(column="updated")),
            ),
            table("metrics", "metrics", "data", columns=attributes),
            table("flows", "flows", "data", columns=attributes),
            table("lists", "lists", "data", columns=attributes),
        ],
    }


def zendesk(arguments: argparse.Namespace) -> dict[str, Any]:
    """Zendesk Support's API: tickets, who asked, and every change of a ticket."""
    if not (arguments.subdomain or arguments.base_url):
        raise Missing("Name the account: --subdomain NAME, of NAME.zendesk.com")
    key = base64.b64encode(f"{needed('ZENDESK_EMAIL')}/token:{needed('ZENDESK_API_TOKEN')}".encode()).decode()
    start = str(int((arguments.since - date(1970, 1, 1)).total_seconds()))
    pages = {"type": "cursor", "cursor_path": "after_cursor", "cursor_param": "cursor", "has_more_path": "has_more"}
    # an export says that it is at its end; the cursor of its last page is where the next call begins
    until_end = {
        "type": "cursor",
        "cursor_path": "after_cursor",
        "cursor_param": "cursor",
        "stop_after_empty_page": True,
    }
    return {
        "client": {
            "base_url": arguments.base_url or f"https://{arguments.subdomain}.zendesk.com/api/v2/",
            "headers": {"Authorization": f"Basic {key}"},
        },
        "resources": [
            table(
                "tickets",
                "incremental/tickets/cursor.json",
                "tickets",
                endpoint={"params": {"start_time": start, "per_page": 1000}, "paginator": until_end},
            ),
            table(
                "users",
                "incremental/users/cursor.json",
                "users",
                endpoint={"params": {"start_time": start, "per_page": 1000}, "paginator": until_end},
            ),
            table(
                "ticket_audits",
                "ticket_audits.json",
                "audits",
                endpoint={
                    "params": {"limit": 1000},
                    "paginator": {**pages, "has_more_path": None, "stop_after_empty_page": True},
                },
            ),
            table(
                "satisfaction_ratings",
                "satisfaction_ratings.json",
                "satisfaction_ratings",
                endpoint={
                    "params": {"page[size]": 100, "start_time": start},
                    "paginator": {
                        "type": "cursor",
                        "cursor_path": "meta.after_cursor",
                        "cursor_param": "page[after]",
                        "has_more_path": "meta.has_more",
                    },
                },
            ),
        ],
    }


TOOLS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "shopify": shopify,
    "klaviyo": klaviyo,
    "zendesk": zendesk,
}


def load(arguments: argparse.Namespace, console: Console) -> list[str]:
    """Run the pipeline; what came, a line per table."""
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
    import dlt
    from dlt.sources.helpers.requests import Client
    from dlt.sources.rest_api import rest_api_source
    from dlt.sources.rest_api.typing import RESTAPIConfig

    config = TOOLS[arguments.tool](arguments)
    # patient with a limit, and not for ever: a server that says so ten times is left alone until the next call
    config["client"]["session"] = Client(request_max_attempts=10, request_max_retry_delay=60).session
    config["resource_defaults"] = {"primary_key": "id", "write_disposition": "merge", "max_table_nesting": 0}
    schema = f"{arguments.tool}_{arguments.store}" if arguments.store else arguments.tool
    arguments.database.parent.mkdir(parents=True, exist_ok=True)
    pipeline = dlt.pipeline(
        f"load_{schema}",
        pipelines_dir=str(arguments.database.with_suffix(".load")),
        destination=dlt.destinations.duckdb(str(arguments.database)),
        dataset_name=schema,
    )
    source = rest_api_source(cast(RESTAPIConfig, config), name=schema)
    with console.status(f"asking {arguments.tool}") as status:
        for name in source.resources:
            if source.resources[name].is_transformer:
                continue
            parts = [
                name,
                *(child for child in source.resources if source.resources[child].is_transformer and name == "orders"),
            ]
            status.update(f"asking {arguments.tool} for {', '.join(parts)}")
            pipeline.run(source.with_resources(*parts))
            normalized = pipeline.last_trace.last_normalize_info if pipeline.last_trace else None
            for part in parts:
                count = normalized.row_counts.get(part, 0) if normalized else 0
                console.print(f"{schema}.{part}: {count:,} rows new or changed")
    return list(source.resources)


def since(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day: YYYY-MM-DD") from None


def name(text: str) -> str:
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"'{text}' is no name: letters, digits and . _ -")
    return text


def reason(error: BaseException) -> str:
    """What stopped a load, from the innermost error that says something; never a key, which no answer repeats."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def main(argv: Sequence[str] | None = None) -> int:
    """Load one tool's tables."""
    parser = argparse.ArgumentParser(
        prog="post-purchase load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.environ.get("POST_PURCHASE_DB", DEFAULT_DATABASE)
    parser.add_argument("tool", choices=list(TOOLS))
    parser.add_argument("--database", type=Path, default=Path(default), help=f"DuckDB file (default: {default})")
    parser.add_argument("--store", type=name, help="name of the store: the schema is then TOOL_STORE")
    parser.add_argument("--shop", type=name, help="shopify: NAME.myshopify.com")
    parser.add_argument("--subdomain", type=name, help="zendesk: NAME of NAME.zendesk.com")
    parser.add_argument("--since", type=since, default=date(2024, 1, 1), help="how far back (default 2024-01-01)")
    parser.add_argument("--base-url", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    console = Console(stderr=True)
    try:
        load(arguments, console)
    except ImportError:
        print("dlt is not installed: run `make sync-setup`.", file=sys.stderr)
        return 2
    except Missing as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:  # whatever a tool or the network does ends as one line
        print(f"{arguments.tool} was not loaded whole: {reason(error)} Call again to go on.", file=sys.stderr)
        return 1
    return 0
