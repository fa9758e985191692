"""Notes to copy, from finished builds: so many of each kind, drawn by a hash of what they are about.

    post-purchase notes [--kind send|support|held] [--count N] [NAME=DATABASE ...]

Without NAME=DATABASE the one database is read (POST_PURCHASE_DB, else the project's own). The draw is the same for
everybody who has the same build: it looks at no word of a note.
Exit codes: 0 shown; 1 no note is of that kind; 2 a database or its marts cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from post_purchase.terminal import MartsError, add_database_option, clean, fetch, open_marts, when

KINDS = {
    "send": ("What goes out, for a marketer", "decision = 'send' and (is_customer_pick or lane <> 'marketing')"),
    "support": ("What support has to do", "decision = 'support'"),
    "held": ("What is held, or over", "decision = 'pause'"),
}

DRAWN_SQL = """
select order_id, lane, lesson_note, count(*) over () as notes
from marts.next_actions
where {kind}
order by md5(order_id || '|' || lane), order_id, lane
limit $count
"""
AS_OF_SQL = "select max(as_of) as as_of, count(*) as notes from marts.next_actions"


def drawn(database: Path, kinds: Sequence[str], count: int) -> list[str]:
    """The notes of one build as Markdown, a section for each kind."""
    lines: list[str] = []
    with open_marts(database, ["next_actions"]) as connection:
        when_built = fetch(connection, AS_OF_SQL)[0]
        lines += [f"As of {when(when_built['as_of'])} UTC; {when_built['notes']:,} notes in all.", ""]
        for kind in kinds:
            title, condition = KINDS[kind]
            rows = fetch(connection, DRAWN_SQL.format(kind=condition), {"count": count})
            of = int(rows[0]["notes"]) if rows else 0
            lines += [f"### {title} ({len(rows):,} of {of:,})", ""]
            if not rows:
                lines += ["None: the gate lets nothing of the kind out of this build.", ""]
            for row in rows:
                lines += [deeper(clean(row["lesson_note"], keep_lines=True)), ""]
    return lines


def at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of notes: say 1 or more")
    return int(text)


def deeper(note: str) -> str:
    """A note whose heading stands below those of the page."""
    return note.replace("### ", "#### ", 1) if note.startswith("### ") else note


PREFACE = """# Notes, as their readers see them

{count} notes of each kind, drawn by a hash of order and lane, which knows nothing of what they say. Made by

```
make demo
post-purchase notes --count {count} \\
    'The demo shop=target/post_purchase.duckdb' 'Olist=target/olist.duckdb' > docs/notes.md
```

Olist publishes no addresses, consents, tickets, refunds and events of messages, so that nothing may go out and all of
it is held. What its owner would know is stated here, so that there is something to read: that the shop keeps none of
these feeds, that a purchase in Brazil implies consent to e-mail (a row `BR,email,true,,false,` in the seed
`consent_rules`), and an address for each person (in `olist__customers`, the id and `@example.com` as the e-mail). Of a
sample, items and payments of orders outside it are left out. It has no names of products: the category,
in words, stands for one.

```
POST_PURCHASE_DB=target/olist.duckdb dbt build --profiles-dir profiles --exclude-resource-type test unit_test --vars \\
    '{{connectors: [olist], olist_path: FOLDER, as_of: "2018-08-15 12:00:00", live_days: 180, reporting_currency: BRL,
      feeds_not_kept: [refunds, tickets, ticket_events, site_events, consents, message_events, subscriptions]}}'
```

The words are rows of the seeds `note_sentences` and `reason_sentences`, in English and German; the var `note_language`
says which are shown, and the rows `format_*` of a language how it writes days, times and fractions. Codes stand beside
a note, in `next_actions.reason_codes`, and nowhere in it. A product without a title is called by its SKU; what the
owner has written (titles, disclosures, queues) stands as it is. Models: `models/gate/notes`.
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="post-purchase notes", description="Notes to copy, so many of each kind, drawn by hash."
    )
    add_database_option(parser)
    parser.add_argument("--kind", choices=tuple(KINDS), action="append", help="one kind alone; may be repeated")
    parser.add_argument("--count", type=at_least_one, default=3, help="how many of each kind (default: 3)")
    parser.add_argument("builds", nargs="*", metavar="NAME=DATABASE", help="several builds, each under its name")
    arguments = parser.parse_args(argv)
    builds: list[tuple[str, Path]] = []
    for words in arguments.builds:
        name, sign, path = words.partition("=")
        if not sign:
            parser.error(f"'{words}' names no database: write NAME=DATABASE, or --database FILE for one")
        builds.append((name, Path(path)))
    kinds = arguments.kind or list(KINDS)
    try:
        if not builds:
            text = drawn(arguments.database, kinds, arguments.count)
        else:
            text = [PREFACE.format(count=arguments.count)]
            for name, path in builds:
                text += [f"## {name}", "", *drawn(path, kinds, arguments.count)]
    except MartsError as error:
        print(error, file=sys.stderr)
        return 2
    if not any(line.startswith("####") for line in text):
        print("No note is of that kind.", file=sys.stderr)
        return 1
    print("\n".join(text).rstrip())
    return 0
