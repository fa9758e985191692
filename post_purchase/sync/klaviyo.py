"""Klaviyo's bulk endpoints through its official SDK, within their documented limits.

Called are the four paths of ENDPOINTS and no others: nothing that subscribes, lists, suppresses or grants consent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import urllib3
from klaviyo_api import KlaviyoAPI
from openapi_client.api_arg_options import USE_DICTIONARY_FOR_RESPONSE_DATA
from openapi_client.exceptions import ApiException
from openapi_client.models.events_bulk_create_job import EventsBulkCreateJob
from openapi_client.models.profile_import_job_create_query import ProfileImportJobCreateQuery
from pydantic import PrivateAttr
from pyrate_limiter import Limiter, Rate
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_before_delay, wait_random_exponential
from tenacity.stop import stop_base

from post_purchase.sync.answers import (
    Accepted,
    Ended,
    ErrorPage,
    JobAnswer,
    JobState,
    Undocumented,
    Wire,
    errors_in,
    inside,
    position_in,
    seconds_to_wait,
    shaped,
)
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
# Often enough for a hiccup of a proxy, not so often that an import whose answer cannot be read is made a hundred times.
UNDOCUMENTED_TRIES = 3


Read = TypeVar("Read")


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
    """A passing fault; `retry_after` when the API says when, `tries` when only so many."""

    def __init__(self, reason: str, retry_after: float | None = None, tries: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.tries = tries


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
        self.api.api_client.rest_client = Wire(self.api.api_client.rest_client, timeout)
        self.key = key
        self.profiles = self.api.Profiles
        self.events = self.api.Events
        limits = limits or Limits()
        self.limiters = {name: limits.limiter() for name in ENDPOINTS}
        self.not_before = dict.fromkeys(ENDPOINTS, 0.0)
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.requests = 0
        self.timing = {"_request_timeout": (min(CONNECT_SECONDS, timeout), timeout)}
        self.give_up_after = give_up_after

    # --- Calls ---------------------------------------------------------------------------------------------------

    def import_profiles(self, profiles: list[dict[str, Any]]) -> str:
        body = {"data": {"type": "profile-bulk-import-job", "attributes": {"profiles": {"data": profiles}}}}
        return self.call("import_profiles", self.profiles.bulk_import_profiles, checked_profiles(body), read=job_of)

    def create_events(self, events: list[dict[str, Any]]) -> None:
        body = {"data": {"type": "event-bulk-create-job", "attributes": {"events-bulk-create": {"data": events}}}}
        self.call("create_events", self.events.bulk_create_events, checked_events(body), read=nothing_of)

    def read_job(self, job_id: str) -> JobState:
        return self.call("read_job", self.profiles.get_bulk_import_profiles_job, job_id, read=state_of)

    def read_errors(self, job_id: str) -> Iterator[tuple[int | None, str | None, str]]:
        """Position in the job, customer and reason of each row that the job did not take."""
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            more: dict[str, str] = {"page_cursor": cursor} if cursor else {}
            page = self.call(
                "read_errors",
                self.profiles.get_errors_for_bulk_import_profiles_job,
                job_id,
                read=page_of,
                page_size=100,
                **more,
            )
            for error in page.data:
                said = error.attributes.model_dump()
                payload = said["original_payload"]
                customer = inside(payload, "external_id") or inside(payload, "attributes", "external_id")
                yield position_in(said), customer if isinstance(customer, str) else None, self.said(said)
            cursor = next_cursor(page)
            if not cursor:
                return
            # a job has at most so many rows, so its errors have an end; pages that lead in a circle have none
            if cursor in seen or len(seen) > MAX_PROFILES:
                raise Stopped(f"{ENDPOINTS['read_errors']}: its pages lead in a circle")
            seen.add(cursor)

    # --- Limits and faults ---------------------------------------------------------------------------------------

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer once the sync is told to stop."""
        self.stopping.wait(seconds)

    def call(
        self,
        endpoint: str,
        function: Callable[..., Any],
        *arguments: Any,
        read: Callable[[Any], Read],
        **named: Any,
    ) -> Read:
        """One call, repeated while its fault may pass; `read` takes from the answer what it is for."""
        retrying = Retrying(
            retry=retry_if_exception_type(Again),
            wait=wait_as_told,
            # before a wait that would end too late, not after it
            stop=stop_before_delay(self.give_up_after) | stop_after_tries,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            answer: Read = retrying(self.once, endpoint, lambda: read(function(*arguments, **self.timing, **named)))
            return answer
        except Again as fault:
            wait = f", asks to wait {fault.retry_after:,.0f} s" if fault.retry_after else ""
            said = f"{ENDPOINTS[endpoint]}: {fault}{wait}; given up after {self.patience(fault)}"
        raise Stopped(said)

    def patience(self, fault: Again) -> str:
        return f"{fault.tries} tries" if fault.tries else f"at most {self.give_up_after:,.0f} s"

    def once(self, endpoint: str, call: Callable[[], Read]) -> Read:
        self.wait_turn(endpoint)
        try:
            return call()
        except ApiException as error:
            fault = self.judged(endpoint, error)
        except Undocumented as error:
            fault = Again(f"answered as the API does not document: {error}", tries=UNDOCUMENTED_TRIES)
        except Ended:
            fault = Again(f"no whole answer in {self.timing['_request_timeout'][1]:,.0f} s")
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
            if pause > self.give_up_after:
                raise Stopped(f"{ENDPOINTS[endpoint]}: over the limit, and asked to wait {pause:,.0f} s")
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
        if 300 <= status <= 399:
            return Stopped(f"{ENDPOINTS[endpoint]}: {status}: a redirect is not followed")
        errors = errors_in(error.body)
        reason = "; ".join(dict.fromkeys(self.said(said) for said in errors)) or f"HTTP {status}"
        if status in (401, 403):
            return Stopped(f"{ENDPOINTS[endpoint]}: the key is not accepted ({status}): {reason}")
        if status in (400, 409, 413, 422):
            placed = ((position_in(said), said) for said in errors)
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


class StopAfterTries(stop_base):
    """The end of a fault that may be tried so often only."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        fault = retry_state.outcome.exception() if retry_state.outcome else None
        return isinstance(fault, Again) and fault.tries is not None and retry_state.attempt_number >= fault.tries


stop_after_tries = StopAfterTries()


# --- What is read of an answer ---------------------------------------------------------------------------------------


def job_of(answer: Any) -> str:
    return shaped(Accepted, answer).data.id


def nothing_of(answer: Any) -> None:
    """Events are answered with a status, and a body says no more."""


def state_of(answer: Any) -> JobState:
    return shaped(JobAnswer, answer).data.attributes


def page_of(answer: Any) -> ErrorPage:
    return shaped(ErrorPage, answer)


def next_cursor(page: ErrorPage) -> str | None:
    following = page.links.next if page.links else None
    try:
        return parse_qs(urlsplit(following).query).get("page[cursor]", [None])[0] if following else None
    except ValueError:
        return None
