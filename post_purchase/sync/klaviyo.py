"""Klaviyo's bulk endpoints through its official SDK, within their documented limits.

Called are the four paths of ENDPOINTS and no others: nothing that subscribes, lists, suppresses or grants consent.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import urllib3
from klaviyo_api import KlaviyoAPI
from openapi_client.api_arg_options import USE_DICTIONARY_FOR_RESPONSE_DATA
from openapi_client.exceptions import ApiException
from openapi_client.models.events_bulk_create_job import EventsBulkCreateJob
from openapi_client.models.profile_import_job_create_query import ProfileImportJobCreateQuery
from pydantic import PrivateAttr
from pyrate_limiter import Limiter, Rate
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from post_purchase.sync.ledger import masked

ENDPOINTS = {
    "import_profiles": "POST /api/profile-bulk-import-jobs",
    "read_job": "GET /api/profile-bulk-import-jobs/{id}",
    "read_errors": "GET /api/profile-bulk-import-jobs/{id}/import-errors",
    "create_events": "POST /api/event-bulk-create-jobs",
}
MAX_PROFILES = 10_000
MAX_EVENTS = 1_000
MAX_BYTES = 5_000_000
CONNECT_SECONDS = 10.0
# A window a little longer than the server's: two requests may arrive closer together than they left.
WINDOW_MARGIN = 1.02


class Stopped(Exception):
    """The sync cannot go on; what was not delivered is still to do."""


class Refused(Exception):
    """The API will not take this request. `positions` holds the rows that it names, with what it says of each."""

    def __init__(self, reason: str, positions: dict[int, str]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.positions = positions


class JobGone(Exception):
    """The import job is no longer known."""


class Again(Exception):
    """A passing fault; `retry_after` when the API says when."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Limits:
    """Requests per endpoint. The account's quota is shared by every private key, so a shop may set them lower."""

    burst: int = 10
    burst_seconds: float = 1.0
    steady: int = 150
    steady_seconds: float = 60.0

    def limiter(self) -> Limiter:
        return Limiter(
            [
                Rate(self.burst, int(self.burst_seconds * 1000 * WINDOW_MARGIN)),
                Rate(self.steady, int(self.steady_seconds * 1000 * WINDOW_MARGIN)),
            ]
        )


def as_checked(model: Any) -> Callable[[dict[str, Any]], Any]:
    """A body that the SDK has validated and then hands on as it is: its own way back to a dict costs ten times more."""

    class Checked(model):  # type: ignore[misc]
        _body: dict[str, Any] = PrivateAttr(default_factory=dict)

        def to_dict(self) -> dict[str, Any]:
            return self._body

    def check(body: dict[str, Any]) -> Any:
        model.model_validate(body)
        checked = Checked.model_construct()
        checked._body = body
        return checked

    return check


checked_profiles = as_checked(ProfileImportJobCreateQuery)
checked_events = as_checked(EventsBulkCreateJob)


class Klaviyo:
    """The four calls, each within its limits, with time-outs, and repeated when the fault is a passing one."""

    def __init__(
        self,
        key: str,
        host: str = "",
        limits: Limits | None = None,
        timeout: float = 60.0,
        give_up_after: float = 600.0,
    ) -> None:
        # one place repeats a call, and counts it against the limits: neither the SDK nor urllib3 does
        self.api = KlaviyoAPI(key, max_retries=1, test_host=host, options={USE_DICTIONARY_FOR_RESPONSE_DATA: True})
        pool = self.api.api_client.rest_client.pool_manager
        pool.connection_pool_kw["retries"] = urllib3.Retry(0, redirect=0)
        self.key = key
        self.profiles = self.api.Profiles
        self.events = self.api.Events
        limits = limits or Limits()
        self.limiters = {name: limits.limiter() for name in ENDPOINTS}
        self.not_before = dict.fromkeys(ENDPOINTS, 0.0)
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.requests = 0
        self.timeout = (min(CONNECT_SECONDS, timeout), timeout)
        self.give_up_after = give_up_after

    # --- Calls ---------------------------------------------------------------------------------------------------

    def import_profiles(self, profiles: list[dict[str, Any]]) -> str:
        body = {"data": {"type": "profile-bulk-import-job", "attributes": {"profiles": {"data": profiles}}}}
        answer = self.call("import_profiles", self.profiles.bulk_import_profiles, checked_profiles(body))
        return str(answer["data"]["id"])

    def create_events(self, events: list[dict[str, Any]]) -> None:
        body = {"data": {"type": "event-bulk-create-job", "attributes": {"events-bulk-create": {"data": events}}}}
        self.call("create_events", self.events.bulk_create_events, checked_events(body))

    def read_job(self, job_id: str) -> dict[str, Any]:
        answer = self.call("read_job", self.profiles.get_bulk_import_profiles_job, job_id)
        return dict(answer["data"]["attributes"])

    def read_errors(self, job_id: str) -> Iterator[tuple[int | None, str | None, str]]:
        """Position in the job, customer and reason of each row that the job did not take."""
        cursor = None
        while True:
            more: dict[str, str] = {"page_cursor": cursor} if cursor else {}
            page = self.call(
                "read_errors", self.profiles.get_errors_for_bulk_import_profiles_job, job_id, page_size=100, **more
            )
            for error in page["data"]:
                said = error["attributes"]
                payload = said.get("original_payload") or {}
                customer = payload.get("external_id") or (payload.get("attributes") or {}).get("external_id")
                yield position_in((said.get("source") or {}).get("pointer")), customer, self.said(said)
            following = (page.get("links") or {}).get("next")
            cursor = parse_qs(urlsplit(following).query).get("page[cursor]", [None])[0] if following else None
            if not cursor:
                return

    # --- Limits and faults ---------------------------------------------------------------------------------------

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer once the sync is told to stop."""
        self.stopping.wait(seconds)

    def call(self, endpoint: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        retrying = Retrying(
            retry=retry_if_exception_type(Again),
            wait=wait_as_told,
            stop=stop_after_delay(self.give_up_after),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retrying(self.once, endpoint, function, *arguments, **named)
        except Again as fault:
            said = f"{ENDPOINTS[endpoint]}: {fault}; given up after {self.give_up_after:,.0f} s"
        raise Stopped(said)

    def once(self, endpoint: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self.wait_turn(endpoint)
        try:
            return function(*arguments, _request_timeout=self.timeout, **named)
        except ApiException as error:
            fault = self.judged(endpoint, error)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            fault = Again(f"no answer ({type(error).__name__})")
        # raised out here, not in there: the SDK's error holds what the API said, word for word, and traces follow it
        raise fault

    def wait_turn(self, endpoint: str) -> None:
        """Until the API said that it will listen again, and the windows have room."""
        while not self.stopping.is_set():
            with self.lock:
                pause = self.not_before[endpoint] - time.monotonic()
            if pause <= 0:
                break
            self.stopping.wait(pause)
        if self.stopping.is_set():
            raise Stopped("the sync is stopping")
        self.limiters[endpoint].try_acquire(endpoint)
        with self.lock:
            self.requests += 1

    def judged(self, endpoint: str, error: ApiException) -> Exception:
        status = error.status or 0
        if status == 429:
            pause = seconds_to_wait(error.headers) or 0.0
            with self.lock:
                self.not_before[endpoint] = max(self.not_before[endpoint], time.monotonic() + pause)
            return Again("429, over the limit", pause)
        if status >= 500 or status == 408:
            return Again(f"{status}", seconds_to_wait(error.headers, default=None))
        if status == 404 and endpoint in ("read_job", "read_errors"):
            return JobGone(status)
        errors = errors_in(error.body)
        reason = "; ".join(dict.fromkeys(self.said(said) for said in errors)) or f"HTTP {status}"
        if status in (401, 403):
            return Stopped(f"{ENDPOINTS[endpoint]}: the key is not accepted ({status}): {reason}")
        if status in (400, 409, 413, 422):
            placed = ((position_in((said.get("source") or {}).get("pointer")), said) for said in errors)
            named = {place: self.said(said) for place, said in placed if place is not None}
            return Refused(masked(reason, self.key), named)
        return Stopped(f"{ENDPOINTS[endpoint]}: {status}: {masked(reason, self.key)}")

    def said(self, error: dict[str, Any]) -> str:
        """What the API says of a row, without the values that it repeats."""
        parts = [str(error[name]) for name in ("code", "detail") if error.get(name)]
        return masked(": ".join(parts) or error.get("title") or "no reason given", self.key)


def wait_as_told(state: RetryCallState) -> float:
    """Retry-After where the API gave one, else longer each time, at random."""
    fault = state.outcome.exception() if state.outcome else None
    if isinstance(fault, Again) and fault.retry_after is not None:
        return fault.retry_after
    return wait_random_exponential(multiplier=0.5, max=30)(state)


def seconds_to_wait(headers: Any, default: float | None = 1.0) -> float | None:
    told: Any = headers.get("Retry-After") if headers else None
    try:
        return float(told)
    except (TypeError, ValueError):
        return default


def errors_in(body: Any) -> list[dict[str, Any]]:
    try:
        errors = json.loads(body)["errors"]
    except (TypeError, ValueError, KeyError):
        return []
    return [error for error in errors if isinstance(error, dict)]


def position_in(pointer: str | None) -> int | None:
    """The row that an error points at: /data/attributes/profiles/data/17/attributes/email is row 17."""
    found = re.search(r"/(?:profiles|events-bulk-create)/data/(\d+)(?:/|$)", pointer or "")
    return int(found[1]) if found else None
