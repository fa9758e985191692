"""Data as scripts: a page that is opened from a disk may load a script, but may not fetch a file.

A pack is `pp(name, text)`, its text the base64 of gzip. Nothing of the data is ever code, and a folder stays small
enough to be copied.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Cell = str | list[str | None]


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def pack(folder: Path, name: str, payload: bytes) -> None:
    """Write one pack; the same payload is the same file, byte for byte."""
    path = folder / "data" / f"{name}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = base64.b64encode(gzip.compress(payload, compresslevel=3, mtime=0)).decode()
    path.write_text(f'pp("{name}","{text}");\n')


def pack_json(folder: Path, name: str, value: Any) -> None:
    pack(folder, name, dumps(value).encode())


def unpack(path: Path) -> bytes:
    """What a pack holds."""
    return gzip.decompress(base64.b64decode(path.read_text().split('","', 1)[1].rsplit('"', 1)[0]))


def codes(values: Iterable[int], width: int) -> bytes:
    """Whole numbers as bytes, little end first, as browsers' typed arrays have them."""
    if width == 1:
        return bytes(values)
    return b"".join(value.to_bytes(width, "little") for value in values)


class Listing:
    """A long table that a page searches, filters and pages through without ever holding all of it.

    Filters read one column of codes each, loaded when it is first used; text comes in blocks of rows, loaded for the
    page in view or, one after the other, for a search.
    """

    BLOCK = 500
    PAGE = 50

    def __init__(self, name: str, label: str, headers: Sequence[str], empty: str, numbers: Sequence[int] = ()) -> None:
        self.name = name
        self.label = label
        self.headers = list(headers)
        self.numbers = set(numbers)
        self.empty = empty
        self.rows: list[list[Cell]] = []
        self.extra: list[str] = []
        self.facets: dict[str, Facet] = {}
        self.sorts: list[Sort] = []
        self.first: str | None = None

    def facet(self, name: str, title: str, anything: str = "All", tabs: bool = False) -> Facet:
        self.facets[name] = Facet(name, title, anything, tabs)
        return self.facets[name]

    def add(self, cells: Sequence[Cell], extra: str, **words: str) -> None:
        """One row: what it shows, what else finds it, and its word in each facet."""
        self.rows.append(list(cells))
        self.extra.append(extra)
        for name, facet in self.facets.items():
            facet.add(words[name])

    def sort(self, name: str, title: str, keys: Sequence[Any]) -> None:
        """Another order of the rows, by keys that may be None (last); rows of equal keys keep their places."""
        known = [place for place, key in enumerate(keys) if key is not None]
        unknown = [place for place, key in enumerate(keys) if key is None]
        self.sorts.append(Sort(name, title, sorted(known, key=lambda place: keys[place]) + unknown))

    def shown_first(self) -> list[list[Cell]]:
        """The first page as it stands before anything is loaded: of the tab that is chosen, else of all."""
        tabs = next((facet for facet in self.facets.values() if facet.tabs), None)
        if tabs is None or self.first is None:
            return self.rows[: self.PAGE]
        wanted = tabs.words.get(self.first)
        found: list[list[Cell]] = []
        for row, code in zip(self.rows, tabs.codes, strict=True):
            if code == wanted:
                found.append(row)
                if len(found) == self.PAGE:
                    break
        return found

    def first_count(self) -> int:
        tabs = next((facet for facet in self.facets.values() if facet.tabs), None)
        if tabs is None or self.first is None:
            return len(self.rows)
        return tabs.counts.get(self.first, 0)

    def write(self, folder: Path) -> None:
        for facet in self.facets.values():
            width = 1 if len(facet.words) <= 256 else 2
            pack(folder, f"{self.name}/facet-{facet.name}", codes(facet.codes, width))
        for order in self.sorts:
            pack(folder, f"{self.name}/sort-{order.name}", codes(order.places, 4))
        for start in range(0, len(self.rows), self.BLOCK):
            rows = [
                [*row, extra]
                for row, extra in zip(
                    self.rows[start : start + self.BLOCK], self.extra[start : start + self.BLOCK], strict=True
                )
            ]
            pack_json(folder, f"{self.name}/rows-{start // self.BLOCK}", rows)


class Facet:
    """One filter: its words, how many rows have each, and the word of every row as a code."""

    def __init__(self, name: str, title: str, anything: str, tabs: bool) -> None:
        self.name = name
        self.title = title
        self.anything = anything
        self.tabs = tabs
        self.words: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        self.codes: list[int] = []

    def expect(self, *words: str) -> None:
        """Words in the order in which they are to be offered, whether or not a row has them."""
        for word in words:
            self.words.setdefault(word, len(self.words))
            self.counts.setdefault(word, 0)

    def add(self, word: str) -> None:
        if word not in self.words:
            self.expect(word)
        self.codes.append(self.words[word])
        self.counts[word] += 1

    @property
    def width(self) -> int:
        return 1 if len(self.words) <= 256 else 2

    def options(self) -> list[tuple[int, str, int]]:
        """Code, word and rows; the tabs as they were expected, the others with rows alone."""
        found = [(code, word, self.counts[word]) for word, code in self.words.items()]
        return found if self.tabs else [option for option in found if option[2]]


class Sort:
    def __init__(self, name: str, title: str, places: list[int]) -> None:
        self.name = name
        self.title = title
        self.places = places
