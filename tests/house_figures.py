"""Figures of the house (docs/architecture.md) from dbt manifests, a column each.

python tests/house_figures.py NAME=MANIFEST NAME=MANIFEST
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any


def figures(manifest: dict[str, Any]) -> dict[str, int]:
    models = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    parents = {key: [one for one in node["depends_on"]["nodes"] if one in models] for key, node in models.items()}

    @cache
    def depth(key: str) -> int:
        return 1 + max((depth(one) for one in parents[key]), default=0)

    def folder(key: str) -> str:
        return models[key]["original_file_path"].split("/")[1]

    arrows = {(folder(one), folder(key)) for key in models for one in parents[key] if folder(one) != folder(key)}
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    return {
        "models": len(models),
        # the switch stands behind all marts by its nature
        "longest chain of models": max(depth(key) for key in models if not key.endswith(".served_build")),
        "pairs of folders that read each other": sum((b, a) in arrows for a, b in arrows) // 2,
        "models in marts that a model outside reads": len(
            {one for key in models for one in parents[key] if folder(one) == "marts" and folder(key) != "marts"}
        ),
        "data tests": len(tests),
        "contract constraints": sum(
            len(node.get("constraints", []))
            + sum(len(column.get("constraints", [])) for column in node["columns"].values())
            for node in models.values()
        ),
        "unit tests": len(manifest["unit_tests"]),
    }


def main(arguments: list[str]) -> None:
    named = [argument.split("=", 1) for argument in arguments]
    columns = {name: figures(json.loads(Path(path).read_text())) for name, path in named}
    print("| figure | " + " | ".join(columns) + " |\n| --- |" + " ---: |" * len(columns))
    for figure in next(iter(columns.values())):
        print(f"| {figure} | " + " | ".join(f"{one[figure]:,}" for one in columns.values()) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])
