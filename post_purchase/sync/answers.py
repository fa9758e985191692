"""What an answer must look like before it counts as one: its status, its type, its shape, its size, and its end.

A proxy's sign-in page with status 200 has delivered nothing, and an answer that drips a byte a minute never ends by
itself. The SDK looks at neither.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import urllib3
from pydantic import BaseModel, Field, StrictInt, StrictStr, ValidationError

DOCUMENTED = {"POST": 202, "GET": 200}
WITHOUT_BODY = "/event-bulk-create-jobs"
JSON = r"""application/(vnd\.api\+)?json(?!\S*;?.*charset=(?!"?utf-8)).*"""
MAX_ANSWER = 20_000_000  # bytes; a page of a hundred errors repeats a hundred profiles, and is far below it


class Undocumented(Exception):
    """An answer that the API does not document; the message says what it was, and nothing of what it held."""


class Ended(Exception):
    """The time for one answer is over."""


# --- Shapes: of what the API documents, the part that is read -------------------------------------------------------

# it becomes part of an address: no dots that lead elsewhere
JobId = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9_~+=:-][A-Za-z0-9_~+=:/-]*$", max_length=300)]


class JobName(BaseModel):
    id: JobId


class Accepted(BaseModel):
    """The answer to an import: the job that does it."""

    data: JobName


class JobState(BaseModel):
    status: Literal["queued", "processing", "complete", "cancelled"]
    failed_count: Annotated[StrictInt, Field(ge=0)] | None = 0


class JobData(BaseModel):
    attributes: JobState


class JobAnswer(BaseModel):
    """The state of an import job."""

    data: JobData


class RowErrorAttributes(BaseModel):
    code: StrictStr | None = None
    title: StrictStr | None = None
    detail: StrictStr | None = None
    source: dict[str, Any] | None = None
    original_payload: dict[str, Any] | None = None


class RowError(BaseModel):
    attributes: RowErrorAttributes


class Links(BaseModel):
    next: StrictStr | None = None


class ErrorPage(BaseModel):
    """A page of the rows that an import job did not take."""

    data: list[RowError]
    links: Links | None = None


Shape = TypeVar("Shape", bound=BaseModel)


def shaped(model: type[Shape], answer: Any) -> Shape:
    """The answer as the model has it. What pydantic says of a fault repeats values; the places alone are told."""
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        places = sorted({".".join(map(str, fault["loc"][:3])) or "the whole" for fault in error.errors()})
    raise Undocumented(f"not the documented shape: {', '.join(places[:3])}")


def inside(value: Any, *names: str) -> Any:
    """A value deep in an answer of any shape; None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def parsed(body: Any) -> Any:
    """JSON, or None: a page, a torn text, a number of a million digits and a thousand brackets are none."""
    try:
        return json.loads(body)
    except (TypeError, ValueError, RecursionError):
        return None


def errors_in(body: Any) -> list[dict[str, Any]]:
    errors = inside(parsed(body), "errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def position_in(error: dict[str, Any]) -> int | None:
    """The row that an error points at: /data/attributes/profiles/data/17/attributes/email is row 17."""
    pointer = inside(error, "source", "pointer")
    found = re.search(
        r"/(?:profiles|events-bulk-create)/data/(\d{1,9})(?:/|$)", pointer if isinstance(pointer, str) else ""
    )
    return int(found[1]) if found else None


def seconds_to_wait(headers: Any, default: float | None = 1.0) -> float | None:
    """Retry-After, in seconds or as a date; the default where it says neither."""
    told = str(headers.get("Retry-After") or "").strip() if headers else ""
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return default
    return max(seconds, 0.0) if math.isfinite(seconds) else default


# --- The wire --------------------------------------------------------------------------------------------------------


@dataclass
class Call:
    """One call on its way: who waits for it, and on which connection."""

    done: threading.Event = field(default_factory=threading.Event)
    connection: Any = None
    answer: Any = None
    fault: BaseException | None = None


class Wire:
    """The SDK's own HTTP client, with an end to every call and no answer but the documented ones.

    urllib3's time-out starts anew with each byte, in a handshake and in the head of an answer too. So a call runs in a
    thread of its own, which is waited for so long and no longer, and whose socket is then shut.
    """

    def __init__(self, inner: Any, seconds: float) -> None:
        self.inner = inner
        self.seconds = seconds
        self.thread = threading.local()
        pool = inner.pool_manager
        # one place repeats a call, and a redirect would carry the key elsewhere: urllib3 does neither
        pool.connection_pool_kw["retries"] = urllib3.Retry(0, redirect=False)
        pool.pool_classes_by_scheme = {
            scheme: self.watched(kind) for scheme, kind in pool.pool_classes_by_scheme.items()
        }

    def watched(self, pool: Any) -> Any:
        """A pool whose connections say which call they serve."""
        thread = self.thread

        class Connection(pool.ConnectionCls):  # type: ignore[misc]
            def connect(self) -> None:
                thread.call.connection = self
                super().connect()

            def request(self, *arguments: Any, **named: Any) -> None:
                thread.call.connection = self
                super().request(*arguments, **named)

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    def request(self, method: str, url: str, **named: Any) -> Any:
        """One call and its whole answer."""
        call = Call()
        threading.Thread(target=self.work, args=(call, method, url), kwargs=named, daemon=True).start()
        if not call.done.wait(self.seconds):
            shut(call.connection)
            raise Ended
        if call.fault:
            raise call.fault
        return call.answer

    def work(self, call: Call, method: str, url: str, **named: Any) -> None:
        self.thread.call = call
        try:
            answer = self.inner.request(method, url, **named)
            # one byte more than is allowed says that there are more; packed ones are counted unpacked
            answer.data = answer.response.read(MAX_ANSWER + 1, decode_content=True)
            self.check(method, url, answer)
            call.answer = answer
        except BaseException as error:
            call.fault = error
        finally:
            call.done.set()

    @staticmethod
    def check(method: str, url: str, answer: Any) -> None:
        """Stop at an answer that says it is well and is not what is documented."""
        status, kind = answer.status, answer.getheader("Content-Type", "") or "no type"
        if len(answer.data) > MAX_ANSWER:
            answer.response.close()
            raise Undocumented(f"{status} with more than {MAX_ANSWER:,} bytes")
        answer.response.release_conn()
        if not 200 <= status <= 299:
            return
        if status != DOCUMENTED[method]:
            raise Undocumented(f"{status} where {DOCUMENTED[method]} is documented")
        if not answer.data and urlsplit(url).path.rstrip("/").endswith(WITHOUT_BODY):
            return
        if not re.fullmatch(JSON, kind, re.IGNORECASE):
            raise Undocumented(f"{status} with {re.sub('[^a-z0-9/+.-]', '', kind.lower())[:40]} in place of JSON")
        try:
            text = answer.data.decode("utf-8")
        except UnicodeDecodeError:
            raise Undocumented(f"{status} with a text that is not UTF-8") from None
        if not isinstance(parsed(text), dict):
            raise Undocumented(f"{status} with a text that is no JSON object")


def shut(connection: Any) -> None:
    """End what another thread waits for."""
    # not connected yet, or ended by itself: then there is nothing to shut
    with contextlib.suppress(AttributeError, OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)
