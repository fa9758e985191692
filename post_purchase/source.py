"""What pages and commands read of a finished build: its marts, and the seeds and names beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import duckdb
from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol

from post_purchase.terminal import SEEDS, fetch, in_words, project_actions, read_seed

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1)
MINUS = "\u2212"
NOTHING = "\u2013"


class Source:
    """A finished build, open for reading."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.columns: dict[str, dict[str, set[str]]] = {}
        for row in fetch(connection, "select table_schema, table_name, column_name from information_schema.columns"):
            schemas = self.columns.setdefault(row["table_name"], {})
            schemas.setdefault(row["table_schema"], set()).add(row["column_name"])

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        return fetch(self.connection, sql, parameters)

    def has(self, mart: str, *columns: str) -> bool:
        """True when the build has that mart, with these columns."""
        return set(columns) <= self.columns.get(mart, {}).get("marts", set()) and "marts" in self.columns.get(mart, {})

    def mart(self, name: str, order: str) -> list[Row]:
        """A mart's rows in an order that leaves no ties; none where the build has no such mart."""
        return self.rows(f"select * from marts.{name} order by {order}") if self.has(name) else []

    def beside(self, name: str, *columns: str) -> str | None:
        """The quoted name of a seed or model beside the marts that has these columns; None where the build has none.

        Their schemas carry a prefix where the gate is a package of another project, so they are looked up.
        """
        for schema, present in sorted(self.columns.get(name, {}).items()):
            if set(columns) <= present:
                quoted = schema.replace('"', '""')
                return f'"{quoted}"."{name}"'
        return None

    def seed(self, name: str, order: str, *columns: str) -> list[Row]:
        relation = self.beside(name, *columns)
        return self.rows(f"select * from {relation} order by {order}") if relation else []


class Words:
    """Titles and sentences for codes: the seeds' own, and a code's letters where no seed says it better."""

    def __init__(self, source: Source) -> None:
        actions = source.seed("actions", "priority, action", "action", "priority", "title")
        self.actions = {row["action"]: row["title"] or in_words(row["action"]).capitalize() for row in actions}
        if not self.actions:
            self.actions = {action: in_words(action).capitalize() for action in project_actions()}
        self.classes = {row["action"]: row.get("action_class") for row in actions}
        self.watch_for = {row["action"]: row.get("watch_for") for row in actions}
        self.checks = {row["check_name"]: row for row in source.seed("checks", "check_name", "check_name", "question")}
        self.sentences: dict[tuple[str, str, str], Row] = {}
        # the language of the notes, where it has the sentence, else English
        spoken = source.seed("int_note_words", "part", "part", "note_language")
        self.language = str(spoken[0]["note_language"]) if spoken else "en"
        self.notes = {row["part"]: row["sentence"] for row in spoken}
        # what the pages say: the build's own seed, and the project's for what an older build lacks
        told = read_seed(SEEDS / "reference" / "page_words.csv")
        told += source.seed("page_words", "language, part", "language", "part", "sentence")
        own = {row["part"]: row["sentence"] for row in told if row["language"] == self.language}
        self.page_language = self.language if own else "en"
        self.figures = Figures(self.page_language)
        self.parts: dict[str, str] = {row["part"]: row["sentence"] for row in told if row["language"] == "en"} | own
        self.names = {part.removeprefix("name_"): said for part, said in own.items() if part.startswith("name_")}
        self.actions |= {action: self.names[action] for action in self.actions if action in self.names}
        self.watch_for |= {
            action: own[f"watch_for_{action}"] for action in self.watch_for if f"watch_for_{action}" in own
        }
        rows = source.seed("reason_sentences", "language", "language", "check_name", "sentence")
        for language in ("en", self.language):
            self.sentences |= {
                (row["check_name"], row["state"], row["detail"]): row for row in rows if row["language"] == language
            }
        self.titles: dict[str, str] = {}
        products = source.beside("stg_products", "sku", "title")
        if products:
            for row in source.rows(f"select sku, min(title) as title from {products} group by sku"):
                if row["title"]:
                    self.titles[row["sku"]] = row["title"]

    def say(self, part: str, **values: Any) -> str:
        """What a page says in a place, in its language, filled in."""
        return self.parts[part].format(**values) if values else self.parts[part]

    def said(self, code: str | None) -> str:
        """A code as its language names it, else the letters of the code as words."""
        return self.names.get(code or "") or in_words(code)

    def action(self, code: str | None) -> str:
        return self.actions.get(code or "", in_words(code).capitalize())

    def question(self, check: str) -> str:
        own = self.parts.get(f"question_{check}")
        return own or (self.checks.get(check) or {}).get("question") or in_words(check).capitalize()

    def product(self, sku: str | None) -> str:
        return self.titles.get(sku or "", sku or "")

    def products(self, skus: str | None) -> str:
        return ", ".join(self.product(sku.strip()) for sku in (skus or "").split(",") if sku.strip())

    def after_another(self, waits_for: str | None) -> str:
        """Why what may go out waits: `review_request of order H19` comes first, with the action's title."""
        code, _, rest = (waits_for or "").partition(" ")
        titled = f"{self.action(code)} {rest}".strip() if code in self.actions else (waits_for or "")
        return self.say("another_order_first", action=titled or self.say("its_next_action"))

    def reason(self, code: str | None) -> str:
        """A `check:state`, or a `check:state:detail`, as a sentence."""
        check, _, rest = (code or "").partition(":")
        state, _, detail = rest.partition(":")
        if not check:
            return ""
        kind = next((f"{kind}_*" for kind in ("feed", "column") if detail.startswith(f"{kind}_")), detail)
        keys = [(check, state, kind), ("*", state, kind), (check, state, "*"), (check, "*", "*")]
        row = next((self.sentences[key] for key in keys if key in self.sentences), None)
        if row is None:
            return f"{in_words(check).capitalize()}: {in_words(state)}."
        thing = detail.partition("_")[2]
        named = {
            "feed": self.notes.get(f"feed_name_{thing}") or in_words(thing),
            "column": thing,
            "offer": self.notes.get("the_product") or "the product",
        }
        said = row["sentence"]
        for name, value in named.items():
            said = said.replace(f"{{{name}}}", value)
        return str(said[:1].upper() + said[1:])


# --- Figures and times -------------------------------------------------------------------------------------------


class Figures:
    """Figures and times as a language writes them; one that Babel does not know writes as English does."""

    def __init__(self, language: str) -> None:
        try:
            # 5 Jun 2026, and not Jun 5, 2026, which half of the readers take for another day when it is short
            self.locale = Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")
        except (UnknownLocaleError, ValueError):
            self.locale = Locale.parse("en_GB")
        self.marks = str.maketrans(
            {",": get_group_symbol(self.locale), ".": get_decimal_symbol(self.locale), "-": MINUS}
        )
        # a table of a hundred thousand rows has some hundred days
        self.written = lru_cache(maxsize=10_000)(self.write_day)

    def write_day(self, value: date, skeleton: str) -> str:
        return format_skeleton(skeleton, value, locale=self.locale)

    def number(self, value: Decimal | float, places: int) -> str:
        return f"{value:,.{places}f}".translate(self.marks)

    def count(self, value: Any) -> str:
        return NOTHING if value is None else self.number(int(value), 0)

    def amount(self, value: Decimal | float | None) -> str:
        return NOTHING if value is None else self.number(float(value), 2)

    def figure(self, value: Decimal | float | None, places: int = 2) -> str:
        """A number with as many places as its reader needs."""
        return NOTHING if value is None else self.number(float(value), places)

    def share(self, value: Decimal | float | None, places: int = 1) -> str:
        """A share as percent; small ones keep a digit that says something."""
        if value is None:
            return NOTHING
        percent = 100 * float(value)
        if 0 < abs(percent) < 1:
            places = max(places, 2)
        return f"{self.number(percent, places)}\u202f%"

    def day(self, value: date | datetime | None) -> str:
        return NOTHING if value is None else self.written(date(value.year, value.month, value.day), "yMMMd")

    def moment(self, value: datetime | None) -> str:
        return NOTHING if value is None else f"{self.day(value)}, {value:%H:%M}"

    def short(self, value: datetime | None, year: int) -> str:
        """A moment, its year only where it is another one."""
        if value is None:
            return ""
        return f"{self.written(value.date(), 'MMMd')}, {value:%H:%M}" if value.year == year else self.day(value)

    def tick(self, value: Any, index: int = 0, ticks: Any = None) -> str:
        """A value on the axis of a chart."""
        return f"{float(value):,.4g}".translate(self.marks)

    def tick_of_share(self, value: Any, index: int = 0, ticks: Any = None) -> str:
        return f"{100 * float(value):.3g}".translate(self.marks) + " %"


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the unit that a person would use."""
    if since is None:
        return ""
    hours = (now - since).total_seconds() / 3600
    if hours < 0:
        return ""
    if hours < 48:
        return f"{int(hours)} h"
    return f"{int(hours / 24)} days"
