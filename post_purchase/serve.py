"""May this be sent to this customer now, over HTTP: the answers of post-purchase may-send.

    post-purchase serve [--host HOST] [--port PORT] [--leases FILE]

    POST /may-send  {"who": ADDRESS|ID, "action": ..., "channel": ..., "at"?: ..., "request_id"?: ..., "look"?: true}
    GET  /health

It writes nothing but leases. It answers from a copy, so that a build can replace the database under it; when one has,
it takes a new copy. Beyond this machine (--host other than a loopback address) it needs a key in the environment
variable POST_PURCHASE_SERVE_KEY, which every request then brings as `Authorization: Bearer KEY`. Who is asked about
stands in the body, never in the address, which logs and proxies keep.
Exit codes: 0 stopped; 2 it cannot start.
"""

from __future__ import annotations

import argparse
import hmac
import ipaddress
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from post_purchase.ask import MARTS, AskError, Build, Question, Row, answer, as_json, instant
from post_purchase.leases import LeaseBook, LeaseError, path_beside
from post_purchase.source import Source
from post_purchase.terminal import MartsError, add_database_option, open_marts

if TYPE_CHECKING:
    from starlette.applications import Starlette

KEY = "POST_PURCHASE_SERVE_KEY"
MISSING = "What answers needs packages that are not installed: run `make serve-setup`."
LARGEST_BODY = 4096  # bytes; a question is a few short texts
FIELDS = {"who": True, "action": True, "channel": True, "at": False, "request_id": False, "look": False}


class Copy:
    """The last finished build, copied; and the leases beside it."""

    patience = 1.0  # seconds between two looks at whether a newer build is there

    def __init__(self, database: Path, leases: Path) -> None:
        self.database = database
        self.book = LeaseBook(leases)
        self.folder = tempfile.TemporaryDirectory(prefix="post_purchase_serve_")
        self.mutex = threading.Lock()
        self.copies = 0
        self.seen = self._state()
        self.looked_at = time.monotonic()
        self.build = self._copied()

    def _state(self) -> tuple[int, int]:
        status = self.database.stat() if self.database.is_file() else None
        return (status.st_mtime_ns, status.st_size) if status else (0, 0)

    def _copied(self) -> Build:
        with open_marts(self.database, MARTS) as connection:
            source = Source(connection)
            names = [f"{self.database}", str(Path(self.folder.name) / f"copy_{self.copies}.duckdb")]
            self.copies += 1
            own = duckdb.connect(names[1])
            own.execute("set timezone = 'UTC'")
            own.execute("attach '" + names[0].replace("'", "''") + "' as build (read_only)")
            build = Build(own, source, copy=True)
            own.execute("detach build")
        self.book.rekey(build.person_of)
        return build

    def current(self) -> Build:
        """The build to answer from: a newer one once it is whole; while that is being written, the old one."""
        if time.monotonic() - self.looked_at > self.patience and self.mutex.acquire(blocking=False):
            try:
                self.looked_at = time.monotonic()
                state = self._state()
                if state != self.seen:
                    old = self.build
                    self.build = self._copied()
                    self.seen = state
                    # whoever is being answered from the old copy is done by then
                    last = threading.Timer(60, old.connection.close)
                    last.daemon = True
                    last.start()
            except (MartsError, duckdb.Error):
                pass  # the build is still at it; what it knows next is asked for at the next look
            finally:
                self.mutex.release()
        return self.build

    def close(self) -> None:
        self.build.connection.close()
        self.folder.cleanup()


def question_of(body: bytes) -> Question:
    """The question of a request; AskError says which field is wrong, and never what stood in it."""
    try:
        said = json.loads(body)
    except ValueError as error:
        raise AskError("The body is no JSON. Send an object with who, action and channel.") from error
    if not isinstance(said, dict):
        raise AskError("The body is no JSON object. Send one with who, action and channel.")
    return question_said(said)


def question_said(said: dict[str, Any]) -> Question:
    """The question in these fields; AskError says which of them is wrong, and never what stood in it."""
    unknown = sorted(set(said) - set(FIELDS))
    if unknown:
        raise AskError(f"There are fields that nobody knows ({len(unknown)}). Known: {', '.join(FIELDS)}.")
    for name, is_needed in FIELDS.items():
        kind = bool if name == "look" else str
        value = said.get(name)
        if is_needed and (not isinstance(value, str) or not value.strip()):
            raise AskError(f"The field {name} is missing. Send it as a text.")
        if value is not None and not isinstance(value, kind):
            raise AskError(f"The field {name} is no {'true or false' if kind is bool else 'text'}.")
    return Question(
        said["who"],
        said["action"].strip().lower(),
        said["channel"].strip().lower(),
        instant(said["at"]) if said.get("at") else datetime.now(UTC).replace(tzinfo=None),
        said.get("request_id") or "",
        not said.get("look", False),
    )


def answered(copy: Copy, question: Question) -> Row:
    """The answer out of the copy. What cannot be looked up or written down is no yes."""
    try:
        said = answer(copy.current(), copy.book, question)
    except (LeaseError, MartsError, duckdb.Error):
        return {"verdict": "pause", "error": "The answer cannot be given now. Nothing may be sent."}
    said.pop("row", None)
    return said


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def application(copy: Copy, key: str, host: str) -> Starlette:
    """The two routes."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    def reply(said: Row, status: int = 200) -> Response:
        return Response(as_json(said), status, {"Cache-Control": "no-store"}, "application/json")

    def is_allowed(request: Request) -> bool:
        brought = request.headers.get("authorization", "")
        return not key or hmac.compare_digest(brought.encode(), f"Bearer {key}".encode())

    async def may_send(request: Request) -> Response:
        if not is_allowed(request):
            return reply({"error": "Bring the key: Authorization: Bearer KEY."}, 401)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                return reply({"error": f"The question is longer than {LARGEST_BODY} bytes."}, 413)
        try:
            said = await run_in_threadpool(lambda: answered(copy, question_of(body)))
        except AskError as error:
            return reply({"error": str(error)}, 400)
        return reply(said, 503 if "error" in said else 200)

    async def health(request: Request) -> Response:
        if not is_allowed(request):
            return reply({"error": "Bring the key: Authorization: Bearer KEY."}, 401)
        build = await run_in_threadpool(copy.current)
        return reply({"as_of": build.as_of})

    # a page in somebody's browser reaches this machine under a name of its own, and is refused
    names = ["localhost", "127.0.0.1", "[::1]", host] if is_loopback(host) else ["*"]
    return Starlette(
        routes=[Route("/may-send", may_send, methods=["POST"]), Route("/health", health, methods=["GET"])],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False)],
    )


def add_copy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--leases", type=Path, help="file of the leases (default: beside the database)")
    add_database_option(parser)


def answer_until_stopped(arguments: argparse.Namespace, run: Callable[[Copy], None]) -> int:
    """Answer from a copy of the last build until stopped; the exit code of the command."""
    try:
        copy = Copy(arguments.database, arguments.leases or path_beside(arguments.database))
    except (MartsError, LeaseError) as error:
        print(error, file=sys.stderr)
        return 2
    # a stop from outside ends as one from the keyboard does, so that the copy is taken away
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        run(copy)
    finally:
        copy.close()
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(
        prog="post-purchase serve", description="Answer over HTTP whether something may be sent."
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: this machine alone)")
    parser.add_argument("--port", type=int, default=8383, help="port (default: 8383)")
    add_copy_options(parser)
    arguments = parser.parse_args(argv)
    key = os.environ.get(KEY, "")
    if not is_loopback(arguments.host) and len(key) < 16:
        print(
            f"Beyond this machine a key is needed: set {KEY} to a text of at least 16 characters, or leave out --host.",
            file=sys.stderr,
        )
        return 2
    try:
        import uvicorn
    except ImportError:
        print(MISSING, file=sys.stderr)
        return 2
    settings: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False}
    return answer_until_stopped(
        arguments,
        lambda copy: uvicorn.run(
            application(copy, key, arguments.host), host=arguments.host, port=arguments.port, **settings
        ),
    )
