"""Who was told yes: a file of its own beside the database, which a build reads as an input and never locks.

A yes is a lease. From the moment it is given it counts as if the message had gone out, until the message is seen or the
lease ends. The file is CSV, one line per lease, appended under a lock of the file system: several processes may ask at
once. It holds ids and the hash of an address, and no address.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

TIME = "%Y-%m-%d %H:%M:%S.%f"


class LeaseError(Exception):
    """The file of leases cannot be read or written; the message says what to do about it."""


@dataclass(frozen=True)
class Lease:
    """One yes, as it stands in the file; the names are those of the table `leases` of the contract."""

    lease_id: str
    leased_at: datetime
    ends_at: datetime
    customer_id: str
    action: str
    channel: str
    order_id: str
    order_line_id: str
    person_id: str
    address_key: str
    decision_id: str
    request_id: str


COLUMNS = [field.name for field in fields(Lease)]


def new_id() -> str:
    return uuid.uuid4().hex


def path_beside(database: Path) -> Path:
    """Where the leases of a database are kept: POST_PURCHASE_LEASES, else a file of its name beside it."""
    return Path(os.environ.get("POST_PURCHASE_LEASES") or database.with_suffix(".leases.csv"))


class LeaseBook:
    """The leases of a file, read as far as they have come; `held` lets one asker look and write in one step."""

    def __init__(self, path: Path, person_of: Callable[[str, str], str] | None = None) -> None:
        self.path = path
        self.person_of = person_of or (lambda customer_id, person_id: person_id)
        self.leases: list[Lease] = []
        self.of_person: dict[str, list[Lease]] = {}
        self.offset = 0
        self.lines = 0
        self.mutex = threading.RLock()

    def rekey(self, person_of: Callable[[str, str], str]) -> None:
        """A newer build may know two persons as one: whose a lease is, its account says."""
        with self.mutex:
            self.person_of = person_of
            self.of_person = {}
            for lease in self.leases:
                self._keep(lease)

    def _keep(self, lease: Lease) -> None:
        person = self.person_of(lease.customer_id, lease.person_id)
        self.of_person.setdefault(person, []).append(lease)

    @contextmanager
    def held(self) -> Iterator[LeaseBook]:
        """The file, locked against every other asker, with all that they wrote before."""
        with self.mutex:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            except OSError as error:
                raise LeaseError(
                    f"The leases {self.path} cannot be opened: {error.strerror}. Name another file."
                ) from error
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_size == 0 and self.offset == 0:
                    os.write(file, (",".join(COLUMNS) + "\n").encode())
                self._read(file)
                self._file = file
                yield self
            finally:
                os.close(file)  # which lets go of the lock

    def _read(self, file: int) -> None:
        size = os.fstat(file).st_size
        if size < self.offset:
            raise LeaseError(
                f"The leases {self.path} have become shorter: somebody took out a yes. Start anew to read them."
            )
        text = os.pread(file, size - self.offset, self.offset).decode("utf-8", errors="replace")
        whole, _, rest = text.rpartition("\n")
        if rest:
            raise LeaseError(
                f"The last line of the leases {self.path} is no whole line. Mend it, so that no yes is lost."
            )
        for row in csv.reader(io.StringIO(whole)) if whole else ():
            self.lines += 1
            if self.lines == 1:
                if row != COLUMNS:
                    raise LeaseError(
                        f"The first line of the leases {self.path} is not {','.join(COLUMNS)}. Name another file."
                    )
                continue
            try:
                values = dict(zip(COLUMNS, row, strict=True))
                lease = Lease(
                    **{
                        **values,
                        "leased_at": datetime.strptime(values["leased_at"], TIME),
                        "ends_at": datetime.strptime(values["ends_at"], TIME),
                    }  # type: ignore[arg-type]
                )
            except ValueError as error:
                raise LeaseError(
                    f"Line {self.lines} of the leases {self.path} is no lease. Mend it, so that no yes is lost."
                ) from error
            self.leases.append(lease)
            self._keep(lease)
        self.offset = size

    def counting(self, person_id: str, since: datetime, at: datetime) -> list[Lease]:
        """The leases of a person that still count at an instant.

        Those given since the build are not known to it; the others count until they end.
        """
        return [lease for lease in self.of_person.get(person_id, ()) if lease.leased_at >= since or lease.ends_at > at]

    def write(self, lease: Lease) -> None:
        """Write a yes down, for good, before anybody is told."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([value.strftime(TIME) if isinstance(value, datetime) else value for value in astuple(lease)])
        line = text.getvalue().encode()
        try:
            os.write(self._file, line)
            os.fsync(self._file)
        except OSError as error:
            raise LeaseError(
                f"The leases {self.path} cannot be written: {error.strerror}. Nothing may be sent."
            ) from error
        self._read(self._file)
