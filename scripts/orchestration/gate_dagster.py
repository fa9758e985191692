"""Dagster runs the gate: every model an asset, a build each hour and one each night.

Set POST_PURCHASE_PROJECT to the project's folder (else the one that this file lies in) and POST_PURCHASE_VARS to the
vars of the shop as YAML, for example {raw_path: /data/shop}. Then, in an environment of requirements-dagster.lock:

    make dagster                                                          what Dagster sees, as a list
    .venv-dagster/bin/dagster dev -f scripts/orchestration/gate_dagster.py        the schedules, in a browser

One run is one `dbt build`: its last node, served_build, puts all marts in place at once, so that readers and the
audiences never see half a build. The manifest must exist: `dbt parse --target-path target/dagster` writes it.
"""

# Dagster looks at the annotations themselves: no `from __future__ import annotations` here.
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

HERE = Path(__file__).resolve().parents[2]
PROJECT = DbtProject(
    project_dir=os.environ.get("POST_PURCHASE_PROJECT", str(HERE)),
    profiles_dir=os.environ.get("DBT_PROFILES_DIR", str(HERE / "profiles")),
    target_path=Path("target/dagster"),
)
# the dbt of the environment that runs this, whatever the PATH says
DBT = os.environ.get("DBT", str(Path(sys.executable).with_name("dbt")))
VARS = yaml.safe_load(os.environ.get("POST_PURCHASE_VARS", "{}"))
# Said by a job: decide what may go out now, and leave the audit of past messages as the night left it.
LIVE_ALONE = "post_purchase_gate/live_alone"


# The default selector of the project (selectors.yml): seeds, models and data tests; no unit test.
@dbt_assets(manifest=PROJECT.manifest_path, exclude="resource_type:unit_test", name="post_purchase_gate")
def gate(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    more_vars = {"point_origins": ["live"]} if LIVE_ALONE in context.run.tags else {}
    yield from dbt.cli(["build", "--vars", yaml.safe_dump({**VARS, **more_vars})], context=context).stream()


def build(name: str, tags: dict[str, str]) -> Any:
    # A DuckDB file has one writer, and on a server the second build stops and says so: limit runs with the tag
    # post_purchase_gate to one (run_coordinator.tag_concurrency_limits in dagster.yaml).
    return dg.define_asset_job(
        name, selection=dg.AssetSelection.assets(gate), tags={"post_purchase_gate": "build", **tags}
    )


hourly_build = build("hourly_build", {LIVE_ALONE: "true"})
nightly_build = build("nightly_build", {})

defs = dg.Definitions(
    assets=[gate],
    jobs=[hourly_build, nightly_build],
    schedules=[
        # what came in of consents, tickets, refunds and messages reaches the audiences within the hour
        dg.ScheduleDefinition(
            name="hourly", job=hourly_build, cron_schedule="15 0-2,4-23 * * *", execution_timezone="UTC"
        ),
        # at the hour that the hourly one leaves free, when the loaders' nightly loads have ended
        dg.ScheduleDefinition(name="nightly", job=nightly_build, cron_schedule="0 3 * * *", execution_timezone="UTC"),
    ],
    resources={"dbt": DbtCliResource(project_dir=PROJECT, dbt_executable=DBT)},
)
