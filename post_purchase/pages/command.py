"""Write the pages: one static folder from a finished build's marts, that opens from a disk and needs no network.

    post-purchase pages [--database FILE] [--out target/pages]

A folder that is written again is replaced as a whole, once the new one is finished.
Exit codes: 0 written; 2 the marts cannot be read, or the folder holds something else.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Console

from post_purchase.pages import lists, sections
from post_purchase.pages.orders import write_orders, write_words
from post_purchase.pages.packs import Listing, dumps
from post_purchase.source import Source, Words
from post_purchase.terminal import MartsError, add_database_option, open_marts

MARTS = ("next_actions", "gate_decisions", "gate_reasons", "order_evidence", "order_timeline")
# files, and the parts of page_words that name them
NAVIGATION = (
    ("index.html", "today"),
    ("support.html", "support"),
    ("watch.html", "watch"),
    ("audit.html", "audit"),
    ("products.html", "products"),
    ("experiments.html", "experiments"),
    ("policy.html", "policy"),
    ("feeds.html", "feeds"),
)
# Only the folder's own scripts and styles; nothing is fetched, embedded or sent. Where pages lie on a disk, some
# browsers know them by `file:` alone.
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
# what tells a folder of pages from any other
MARK = "pages.json"
HERE = Path(__file__).resolve().parent


class FolderError(Exception):
    """The folder cannot be written; the message says what to do."""


def environment(words: Words) -> Environment:
    """Templates that escape all they are given, and know the words and figures of the house."""
    made = Environment(
        loader=PackageLoader("post_purchase.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        count=words.figures.count,
        amount=words.figures.amount,
        figure=words.figures.figure,
        share=words.figures.share,
        day=words.figures.day,
        moment=words.figures.moment,
        words=words.said,
    )
    scripts = {part: said for part, said in words.parts.items() if part.startswith("js_")}
    made.globals.update(words=words, say=words.say, script_words=scripts, navigation=NAVIGATION, policy=POLICY)
    return made


def write(database_source: Source, folder: Path) -> dict[str, Any]:
    """Write all pages into an empty folder; returns what the folder says of itself."""
    words = Words(database_source)
    head = database_source.rows(
        """select max(as_of) as as_of, min(policy_version) as policy_version, count(distinct order_line_id) as lines
        from marts.gate_decisions"""
    )[0]
    as_of = head["as_of"]
    if as_of is None:
        raise MartsError(
            "The build decided on no order, so there is nothing to write. Check the var as_of and the orders feed."
        )
    listings: dict[str, Listing] = {
        "sheet": lists.sheet(database_source, words, as_of),
        "support": lists.support(database_source, words, as_of),
        "reviews": lists.reviews(database_source, words, as_of),
        "pairs": lists.pairs(database_source, words),
        "supplies": lists.supplies(database_source, words),
    }
    changes = lists.changes(database_source, words)
    for listing in [*listings.values(), *([changes] if changes else [])]:
        listing.write(folder)
    currency = words.say("the_reporting_currency")
    if database_source.has("order_line_profit"):
        found = database_source.rows("select any_value(reporting_currency) as currency from marts.order_line_profit")
        currency = found[0]["currency"] or currency
    context = {
        **listings,
        "changes": changes,
        "as_of": as_of,
        "policy_version": head["policy_version"],
        "currency": currency,
        "watch": sections.watch(database_source, words),
        "audit": sections.audit(database_source, words),
        "experiments": sections.experiments(database_source, words),
        "policy_page": sections.policy(database_source, words),
        "feeds": sections.feeds(database_source, words),
        "curves": sections.replenishment(database_source, words),
    }
    templates = environment(words)
    for file in [*(file for file, _ in NAVIGATION), "order.html"]:
        text = templates.get_template(f"{file}.j2").render(here=file, **context)
        (folder / file).write_text(text, encoding="utf-8")
    shutil.copytree(HERE / "assets", folder / "assets", ignore=shutil.ignore_patterns("__pycache__"))
    write_words(database_source, words, folder)
    orders = write_orders(database_source, words, folder)
    told = {
        "as_of": str(as_of),
        "policy_version": head["policy_version"],
        "orders": orders,
        "rows": {name: len(listing.rows) for name, listing in listings.items()},
    }
    (folder / MARK).write_text(dumps(told) + "\n", encoding="utf-8")
    return told


def replace(finished: Path, out: Path) -> None:
    """Put the finished folder where the old one is; nobody meets half of either."""
    old = None
    if out.exists():
        old = finished.with_name(f"{finished.name}.old")
        out.rename(old)
    finished.rename(out)
    if old:
        shutil.rmtree(old)


def check(out: Path) -> None:
    """Refuse a folder that is not ours to replace."""
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file()):
        raise FolderError(f"{out} holds something else than pages. Name another folder with --out, or remove it.")


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pages, and return the exit code that the module's docstring lists."""
    parser = argparse.ArgumentParser(prog="post-purchase pages", description="Write the pages of a finished build.")
    add_database_option(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("target/pages"), help="folder to write (default: target/pages)"
    )
    arguments = parser.parse_args(argv)
    out = arguments.out.resolve()
    began = time.monotonic()
    try:
        check(out)
        with open_marts(arguments.database, MARTS) as connection, Console(stderr=True).status("writing the pages"):
            out.parent.mkdir(parents=True, exist_ok=True)
            # beside its place, so that it can be renamed into it
            work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
            try:
                work.chmod(0o755)
                told = write(Source(connection), work)
                replace(work, out)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except (MartsError, FolderError) as error:
        print(error, file=sys.stderr)
        return 2
    megabytes = size(out) / 1_000_000
    print(
        f"{told['orders']:,} orders in {time.monotonic() - began:.0f} s, {megabytes:,.0f} MB. Open {out / 'index.html'}"
    )
    return 0
