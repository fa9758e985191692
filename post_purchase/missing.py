"""The price of not knowing: what nobody knows, what waits for it, and what it would let out.

    post-purchase missing [--kind KIND] [--all] [--format table|csv|markdown|json]

Without --all, only what would let a send out by itself.
Exit codes: 0 shown; 1 nothing to show; 2 the database or its marts cannot be read.
"""

from __future__ import annotations

from collections.abc import Sequence

from post_purchase.sheet import Row, parser_for, shown
from post_purchase.source import Source, Words

KINDS = (
    "feed",
    "column",
    "rows",
    "mapping",
    "consent",
    "cost",
    "compatibility",
    "content",
    "product",
    "evidence",
)

MISSING_SQL = """
select missing, what_to_do, actions, decisions_waiting, people_waiting, sends_released,
    cast(expected_profit as decimal(18, 2)) as expected_profit
from marts.price_of_not_knowing
order by sends_released desc, expected_profit desc nulls last, decisions_waiting desc, missing, subject
"""


def rows_of(source: Source) -> list[Row]:
    """What is missing, the dearest first, in words."""
    words = Words(source)
    return [
        {
            "what to do": row["what_to_do"],
            "lets out": row["sends_released"],
            "worth": row["expected_profit"],
            "waiting": row["decisions_waiting"],
            "people": row["people_waiting"],
            "for": ", ".join(words.action(action) for action in row["actions"].split(",")),
            "kind": row["missing"],
        }
        for row in source.rows(MISSING_SQL)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Print what nobody knows and what it costs."""
    parser = parser_for("missing", "What nobody knows, what waits for it, and what it would let out by itself.")
    parser.add_argument("--kind", choices=KINDS, help="one kind of thing alone")
    parser.add_argument("--all", action="store_true", help="also what lets nothing out by itself")
    arguments = parser.parse_args(argv)

    def chosen(source: Source) -> list[Row]:
        return [
            row
            for row in rows_of(source)
            if arguments.kind in (None, row["kind"]) and (arguments.all or row["lets out"])
        ]

    return shown(arguments, chosen, "Nothing that is missing would let a send out by itself.", "price_of_not_knowing")
