"""A local server that answers as Shopify's, Klaviyo's and Zendesk's documented APIs do, limits and faults included."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Tool:
    """What a tool holds, what it was asked, and the faults it has still to make: status codes, the next one first."""

    def __init__(self, key: tuple[str, str], faults: list[int] | None = None) -> None:
        self.key = key
        self.faults = list(faults or [])
        self.asked: list[str] = []
        self.orders: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.tickets: list[dict[str, Any]] = []

    def page(self, path: str, query: dict[str, list[str]], base: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        """The body and headers of a page, two rows long; none for what this account does not have."""
        first = int((query.get("page_info") or query.get("cursor") or query.get("page[cursor]") or ["0"])[0])
        if path.endswith("/orders.json"):
            since = query.get("updated_at_min", [""])[0]
            rows = [row for row in self.orders if row["updated_at"] >= since]
            more = f'<{base}{path}?page_info={first + 2}>; rel="next"'
            return {"orders": rows[first : first + 2]}, {"Link": more} if first + 2 < len(rows) else {}
        if "/transactions.json" in path:
            order = path.split("/orders/")[1].split("/")[0]
            row = {
                "id": int(order) + 900,
                "order_id": int(order),
                "kind": "sale",
                "status": "success",
                "amount": "12.00",
                "currency": "USD",
            }
            return {"transactions": [row]}, {}
        if path.endswith(("/customers.json", "/products.json")):
            return {path.split("/")[-1].removesuffix(".json"): []}, {}
        if path.endswith("/events"):
            following = f"{base}{path}?page[cursor]={first + 2}" if first + 2 < len(self.events) else None
            return {"data": self.events[first : first + 2], "links": {"next": following}}, {}
        if path.split("/")[-1] in ("profiles", "metrics", "flows", "lists"):
            return {"data": [], "links": {"next": None}}, {}
        if path.endswith("/incremental/tickets/cursor.json"):
            rows = self.tickets[first : first + 2]
            return {
                "tickets": rows,
                "after_cursor": str(first + len(rows)),
                "end_of_stream": first + 2 >= len(self.tickets),
            }, {}
        if path.endswith("/users/cursor.json"):
            return {"users": [], "after_cursor": None, "end_of_stream": True}, {}
        if path.endswith("/ticket_audits.json"):
            return {"audits": [], "after_cursor": None}, {}
        if path.endswith("/satisfaction_ratings.json"):
            return {"satisfaction_ratings": [], "meta": {"has_more": False, "after_cursor": None}}, {}
        return None


@contextmanager
def serving(tool: Tool) -> Iterator[str]:
    """The tool behind a free port of this machine; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
            tool.asked.append(self.path)
            base = f"http://127.0.0.1:{self.server.server_address[1]}"
            if self.headers.get(tool.key[0]) != tool.key[1]:
                return self.answer(401, {"errors": "the key is not known here"}, {})
            if tool.faults:
                return self.answer(tool.faults.pop(0), {"errors": "later"}, {"Retry-After": "0"})
            parts = urlsplit(self.path)
            page = tool.page(parts.path, parse_qs(parts.query), base)
            return self.answer(404, {"errors": "Not Found"}, {}) if page is None else self.answer(200, *page)

        def answer(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(text)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
