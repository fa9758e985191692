"""One entry point: `post-purchase COMMAND`. Every command is a module with a parser of its own and a `main(argv)`."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple

from post_purchase.terminal import run


class Command(NamedTuple):
    """Where a command lives and what it is for, in a line."""

    module: str
    purpose: str


COMMANDS = {
    "demo": Command(
        "post_purchase.build:demo", "build the demo shop and show what may go out, waits, or goes to support"
    ),
    "build": Command("post_purchase.build:build", "build on your own tables: build --vars '{raw_path: FOLDER}'"),
    "hour": Command(
        "post_purchase.hour:main", "between two builds: decide anew for whom a folder of changed rows concerns"
    ),
    "load": Command("post_purchase.load:main", "bring Shopify's, Klaviyo's or Zendesk's tables, where no loader does"),
    "doctor": Command("post_purchase.doctor:main", "what your connections bring, lack and block, before a build"),
    "sheet": Command("post_purchase.sheet:sheet", "today's sheet: what goes out, waits, or goes to support, and why"),
    "customer": Command("post_purchase.sheet:customer", "one person's part of it, by e-mail, phone or id"),
    "paused": Command("post_purchase.sheet:paused", "what is paused, by reason or by action"),
    "may-send": Command("post_purchase.ask:main", "may this action go to this customer now? a yes is a lease"),
    "serve": Command("post_purchase.serve:main", "the same over HTTP, for this machine alone unless it has a key"),
    "mcp": Command("post_purchase.agents:main", "the same for agents, as a tool of an MCP server on stdin and stdout"),
    "missing": Command("post_purchase.missing:main", "what nobody knows, and what it would let out"),
    "policy diff": Command("post_purchase.policy:diff", "what an edited gate matrix would change today"),
    "notes": Command("post_purchase.notes:main", "notes to copy, so many of each kind"),
    "summary": Command("post_purchase.summary:main", "what a finished build decided, and what to connect next"),
    "walk": Command("post_purchase.walk:main", "one order, from its events to its next action"),
    "reasons": Command("post_purchase.reasons:main", "what a reason code means, and what to do about it"),
    "audit": Command("post_purchase.audit:main", "what past sends did wrong, judged at their own moment"),
    "pages": Command("post_purchase.pages.command:main", "one folder of pages to read and search, without a network"),
    "docs": Command("post_purchase.docs:main", "every model, column and lineage in one HTML file"),
    "sync": Command("post_purchase.sync.command:main", "bring audiences to Klaviyo, or write files for any other tool"),
    "shop": Command("post_purchase.shop:main", "write the demo shop, or a shop of any size"),
    "replay": Command("post_purchase.replay:main", "decide past instants again, from what was known then"),
    "pair-null": Command("post_purchase.pair_null:main", "how many pairs chance alone would prove"),
    "bench": Command(
        "post_purchase.bench:main", "the error rates of every number that can stop or send, on drawn shops"
    ),
    "check": Command("post_purchase.check:main", "lint, parse and test what changed, beside a change"),
    "fuzz": Command("post_purchase.fuzz:main", "hostile files and killed builds: what the intake makes of them"),
    "parity": Command("post_purchase.engines.parity:main", "the same rows on DuckDB, PostgreSQL and Spark"),
    "warehouses": Command(
        "post_purchase.engines.warehouses:main", "every model rendered for Snowflake, BigQuery, Databricks and Redshift"
    ),
    "benchmark sizes": Command(
        "post_purchase.benchmark_sizes:main", "what a build and an hour cost, by the size of the shop"
    ),
    "benchmark hillstrom": Command("post_purchase.benchmark_hillstrom:main", "the reading of a published experiment"),
    "benchmark next-purchase": Command(
        "post_purchase.benchmark_next_purchase:main", "next purchases, and known methods"
    ),
    "benchmark risk": Command("post_purchase.benchmark_risk:main", "the learned risk against scikit-learn"),
}


def usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.purpose}" for name, command in COMMANDS.items()]
    return "\n".join(
        ["usage: post-purchase COMMAND [options]", "", *lines, "", "post-purchase COMMAND --help says more."]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 2 for a command that does not exist."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if words else 2
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in COMMANDS:
            module, function = COMMANDS[name].module.split(":")
            return int(getattr(importlib.import_module(module), function)(words[length:]))
    said = " ".join(word for word in words[:2] if not word.startswith("-"))
    near = [name for name in COMMANDS if name.startswith(f"{words[0]} ")]
    near = near or difflib.get_close_matches(words[0], COMMANDS, n=2) or difflib.get_close_matches(said, COMMANDS, n=2)
    meant = f" Did you mean: {', '.join(near)}?\n\npost-purchase --help lists all." if near else f"\n\n{usage()}"
    print(f"There is no command '{words[0]}'.{meant}", file=sys.stderr)
    return 2


def entry() -> None:
    """The console script."""
    run(main)
