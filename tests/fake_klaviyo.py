"""A local server that answers as Klaviyo's bulk endpoints do, with their limits, their faults and their memory.

Paths, bodies and limits are those of the SDK's own text; what it leaves open is a switch here. Nothing else is served:
any other path is remembered in `strange` and answered with 404.

    python tests/fake_klaviyo.py [--burst 10 --steady 150]    # prints its address, for benchmarks
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROUTES = {
    "import_profiles": ("POST", r"/api/profile-bulk-import-jobs/?"),
    "read_job": ("GET", r"/api/profile-bulk-import-jobs/([^/]+)/?"),
    "read_errors": ("GET", r"/api/profile-bulk-import-jobs/([^/]+)/import-errors/?"),
    "create_events": ("POST", r"/api/event-bulk-create-jobs/?"),
}
MOST = {"import_profiles": 10_000, "create_events": 1_000}
MOST_BYTES = 5 * 1000 * 1000
ERRORS_A_PAGE = 100


@dataclass
class Answer:
    """What a fault says instead of the API; `status` 0 is no answer at all."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    seconds: float = 0.0
    said: bytes | None = None  # a body as it is, in place of `body`
    kind: str = "application/vnd.api+json"
    drip: float = 0.0  # seconds between the bytes of the head and the body
    is_done_first: bool = False  # the request is carried out, and its answer is lost


class FakeKlaviyo:
    """The account: profiles by external id, events by unique id, jobs; and all that was ever asked of it."""

    def __init__(
        self, burst: int = 10, steady: int = 150, burst_seconds: float = 1.0, steady_seconds: float = 60.0
    ) -> None:
        self.limits = ((burst, burst_seconds), (steady, steady_seconds))
        self.windows: dict[tuple[str, float], Counter[int]] = defaultdict(Counter)
        self.lock = threading.Lock()
        self.profiles: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.received_profiles: Counter[str] = Counter()
        self.received_events: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()
        self.strange: list[str] = []
        self.keys: set[str] = set()
        self.largest = {"rows": Counter(), "bytes": Counter()}
        self.keeps_history = True
        self.latency = 0.0
        self.job_seconds = 0.0
        self.fault: Callable[[str, int, Any], Answer | None] = lambda endpoint, call, body: None
        self.row_error: Callable[[dict[str, Any]], str | None] = lambda attributes: None
        self.bad_row: Callable[[dict[str, Any]], str | None] = lambda attributes: None
        self.names_bad_rows = True
        self.refuses_repeated_events = False

    # --- Answers -------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes, key: str) -> Answer:
        found = [
            (name, match)
            for name, (verb, pattern) in ROUTES.items()
            if verb == method and (match := re.fullmatch(pattern, path))
        ]
        with self.lock:
            if not found:
                self.strange.append(f"{method} {path}")
                return problem(404, "not_found", "No such path.")
            endpoint, match = found[0]
            self.keys.add(key)
            wait = self.over_limit(endpoint)
            if wait:
                self.throttled[endpoint] += 1
                return Answer(429, {"Retry-After": str(wait)}, problem(429, "throttled", "Too many requests.").body)
            self.calls[endpoint] += 1
            number = self.calls[endpoint]
        time.sleep(self.latency)
        asked = json.loads(body) if body else None
        fault = self.fault(endpoint, number, asked)
        if fault and not fault.is_done_first:
            return fault
        with self.lock:
            done = getattr(self, endpoint)(*match.groups(), **self.given(endpoint, asked, len(body), query))
        return fault or done

    def given(self, endpoint: str, asked: Any, size: int, query: dict[str, list[str]]) -> dict[str, Any]:
        if endpoint in MOST:
            return {"asked": asked, "size": size}
        return {"query": query} if endpoint == "read_errors" else {}

    def over_limit(self, endpoint: str) -> int:
        """Fixed windows, as documented; seconds to wait when one of them is full."""
        now = time.time()
        for most, seconds in self.limits:
            if self.windows[endpoint, seconds][int(now / seconds)] >= most:
                return max(1, int(seconds - now % seconds) + 1)
        for _, seconds in self.limits:
            self.windows[endpoint, seconds][int(now / seconds)] += 1
        return 0

    def check_size(self, endpoint: str, rows: int, size: int) -> Answer | None:
        self.largest["rows"][endpoint] = max(self.largest["rows"][endpoint], rows)
        self.largest["bytes"][endpoint] = max(self.largest["bytes"][endpoint], size)
        if size > MOST_BYTES:
            return problem(413, "payload_too_large", "The payload is larger than 5MB.")
        if rows > MOST[endpoint]:
            return problem(400, "invalid", f"At most {MOST[endpoint]} rows.")
        return None

    def check_rows(self, rows: list[dict[str, Any]], where: str) -> Answer | None:
        """A request with one row that is not valid is refused whole."""
        errors = [
            {"status": 400, "code": "invalid", "title": "Invalid input.", "detail": why}
            | {
                "source": {
                    "pointer": f"/data/attributes/{where}/data/{position}/attributes"
                    if self.names_bad_rows
                    else "/data"
                }
            }
            for position, row in enumerate(rows)
            if (why := self.bad_row(row))
        ]
        return Answer(400, {}, {"errors": errors}) if errors else None

    def import_profiles(self, asked: dict[str, Any], size: int) -> Answer:
        rows = [row["attributes"] for row in asked["data"]["attributes"]["profiles"]["data"]]
        too_much = self.check_size("import_profiles", len(rows), size) or self.check_rows(rows, "profiles")
        if too_much:
            return too_much
        errors = []
        for position, row in enumerate(rows):
            if self.keeps_history:
                self.received_profiles[row["external_id"]] += 1
            why = self.row_error(row)
            if why:
                errors.append({"position": position, "why": why, "row": row})
            else:
                self.upsert(row)
        job_id = f"job-{len(self.jobs) + 1}"
        self.jobs[job_id] = {"errors": errors, "rows": len(rows), "ends_at": time.monotonic() + self.job_seconds}
        return Answer(
            202, {}, {"data": {"type": "profile-bulk-import-job", "id": job_id, "attributes": self.status(job_id)}}
        )

    def upsert(self, row: dict[str, Any]) -> None:
        """Null never clears a field; what is not named stays."""
        if not self.keeps_history:
            return
        profile = self.profiles.setdefault(row["external_id"], {"properties": {}})
        profile |= {name: value for name, value in row.items() if name != "properties" and value is not None}
        profile["properties"] |= {name: value for name, value in row["properties"].items() if value is not None}

    def status(self, job_id: str) -> dict[str, Any]:
        job = self.jobs[job_id]
        is_over = time.monotonic() >= job["ends_at"]
        failed = len(job["errors"]) if is_over else 0
        return {
            "status": "complete" if is_over else "processing",
            "created_at": "2026-01-01T00:00:00+00:00",
            "total_count": job["rows"],
            "completed_count": job["rows"] - failed if is_over else 0,
            "failed_count": failed,
        }

    def read_job(self, job_id: str) -> Answer:
        if job_id not in self.jobs:
            return problem(404, "not_found", "No such job.")
        return Answer(
            200, {}, {"data": {"type": "profile-bulk-import-job", "id": job_id, "attributes": self.status(job_id)}}
        )

    def read_errors(self, job_id: str, query: dict[str, list[str]]) -> Answer:
        start = int(query.get("page[cursor]", ["0"])[0])
        size = int(query.get("page[size]", ["20"])[0])
        errors = self.jobs[job_id]["errors"]
        data = [
            {
                "type": "import-error",
                "id": str(error["position"]),
                "attributes": {
                    "code": "invalid",
                    "title": "Invalid input.",
                    "detail": error["why"],
                    "source": {"pointer": f"/data/attributes/profiles/data/{error['position']}/attributes"},
                    "original_payload": error["row"] if self.names_bad_rows else None,
                },
            }
            for error in errors[start : start + size]
        ]
        following = f"http://x/api/y?page%5Bcursor%5D={start + size}" if start + size < len(errors) else None
        return Answer(200, {}, {"data": data, "links": {"self": "http://x", "next": following}})

    def create_events(self, asked: dict[str, Any], size: int) -> Answer:
        entries = [entry["attributes"] for entry in asked["data"]["attributes"]["events-bulk-create"]["data"]]
        rows = [
            event["attributes"] | {"profile": entry["profile"]["data"]["attributes"]}
            for entry in entries
            for event in entry["events"]["data"]
        ]
        too_much = self.check_size("create_events", len(rows), size) or self.check_rows(rows, "events-bulk-create")
        if too_much:
            return too_much
        seen = Counter(row["unique_id"] for row in rows)
        repeated = {unique_id for unique_id, count in seen.items() if count > 1}
        if self.refuses_repeated_events:
            repeated |= set(seen) & set(self.events)
        if repeated:
            return Answer(
                400,
                {},
                {
                    "errors": [
                        {
                            "status": 400,
                            "code": "duplicate",
                            "detail": "unique_id is repeated for the profile and metric.",
                        }
                        | {"source": {"pointer": f"/data/attributes/events-bulk-create/data/{position}/attributes"}}
                        for position, row in enumerate(rows)
                        if row["unique_id"] in repeated
                    ]
                },
            )
        if self.keeps_history:
            self.received_events.update(seen)
            for row in rows:
                self.events.setdefault(row["unique_id"], row)
        return Answer(202)

    # --- Server --------------------------------------------------------------------------------------------------

    def __enter__(self) -> FakeKlaviyo:
        account = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                key = self.headers.get("Authorization", "")
                answer = account.answer(self.command, parts.path, parse_qs(parts.query), body, key)
                time.sleep(answer.seconds)
                if not answer.status:
                    self.close_connection = True
                    return
                said = json.dumps(answer.body).encode() if answer.body is not None else b""
                said = said if answer.said is None else answer.said
                try:
                    if answer.drip:
                        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                            self.wfile.write(bytes([byte]))
                            time.sleep(answer.drip)
                    self.send_response(answer.status)
                    for name, value in {"Content-Length": str(len(said)), **answer.headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Type", answer.kind)
                    self.end_headers()
                    self.wfile.write(said)
                except OSError:
                    self.close_connection = True  # a client that was killed, or gave up

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

            def log_message(self, *said: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def problem(status: int, code: str, detail: str) -> Answer:
    return Answer(status, {}, {"errors": [{"status": status, "code": code, "title": code, "detail": detail}]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--burst", type=int, default=10)
    parser.add_argument("--steady", type=int, default=150)
    parser.add_argument("--latency", type=float, default=0.0)
    arguments = parser.parse_args()
    with FakeKlaviyo(arguments.burst, arguments.steady) as account:
        # a benchmark sends more than its account should keep
        account.keeps_history = False
        account.latency = arguments.latency
        ended = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        print(account.host, flush=True)
        ended.wait()
        print(json.dumps({"calls": account.calls, "throttled": account.throttled, "largest": account.largest}))


if __name__ == "__main__":
    main()
