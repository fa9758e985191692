"""Post-purchase gate: build a shop, walk an order, read what was decided, bring audiences to where they are used."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The folder of the dbt project: this package works on the project that it stands in."""

ROOMS = (
    "staging",
    "policy",
    "core",
    "observations",
    "economics",
    "outcomes",
    "learning",
    "gate",
    "measurement",
    "audit",
    "activation",
    "marts",
)
"""The rooms of the house in their order: a model reads its own room and those before it."""
