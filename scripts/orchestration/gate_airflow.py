"""Airflow runs the gate, by Cosmos: a task per room of the project, a build each hour and one each night.

Copy this file into the folder of the DAGs. Set POST_PURCHASE_PROJECT to the project's folder, and POST_PURCHASE_VARS
to the vars of the shop as YAML, for example {raw_path: /data/shop}. Airflow needs the packages of
requirements-airflow.lock. The manifests must exist, so that no worker parses the project to draw the graph:

    dbt parse --target-path target/airflow-nightly
    dbt parse --target-path target/airflow-hourly --vars '{point_origins: [live]}'

Cosmos runs a dbt command per node. All commands of a run get one build_id: the first, land, reads the inputs; then the
marts wait beside those that readers have, and the last, served_build, puts them in place at once, or says which are
missing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pendulum
import yaml
from airflow.sdk import DAG
from cosmos import DbtTaskGroup, ExecutionConfig, LoadMode, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import TestBehavior
from cosmos.operators.local import DbtRunOperationLocalOperator

PROJECT = Path(os.environ.get("POST_PURCHASE_PROJECT", Path(__file__).resolve().parents[2]))
# the dbt of the environment that runs this, whatever the PATH says
DBT = os.environ.get("DBT", str(Path(sys.executable).with_name("dbt")))
VARS = yaml.safe_load(os.environ.get("POST_PURCHASE_VARS", "{}"))
PROFILE = ProfileConfig(
    profile_name="post_purchase_gate",
    target_name=os.environ.get("POST_PURCHASE_TARGET", "duckdb"),
    profiles_yml_filepath=PROJECT / "profiles" / "profiles.yml",
)


def gate_dag(name: str, schedule: str, more_vars: dict[str, Any]) -> DAG:
    """One build of the gate by this schedule, and the next only when it has ended."""
    dag_id = f"post_purchase_gate_{name}"
    build = {
        "vars": {**VARS, **more_vars, "build_id": "{{ dag.dag_id }}-{{ ts_nodash }}"},
        "install_deps": False,
    }
    with DAG(
        dag_id,
        schedule=schedule,
        start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
        catchup=False,
        max_active_runs=1,
        # a DuckDB file has one writer; on a server this may go
        max_active_tasks=1,
        doc_md=__doc__,
    ) as dag:
        land = DbtRunOperationLocalOperator(
            task_id="land", macro_name="land_inputs", project_dir=PROJECT, profile_config=PROFILE, **build
        )
        gate = DbtTaskGroup(
            group_id="gate",
            project_config=ProjectConfig(
                dbt_project_path=PROJECT, manifest_path=PROJECT / "target" / f"airflow-{name}" / "manifest.json"
            ),
            profile_config=PROFILE,
            render_config=RenderConfig(
                load_method=LoadMode.DBT_MANIFEST,
                exclude=["resource_type:unit_test", "resource_type:exposure", "resource_type:analysis"],
                # each model with its tests, before what reads it
                test_behavior=TestBehavior.BUILD,
            ),
            execution_config=ExecutionConfig(dbt_executable_path=DBT),
            operator_args=build,
        )
        land >> gate
    return dag


# What came in of consents, tickets, refunds and messages reaches the audiences within the hour. It decides what may go
# out now; the audit of past messages stays as the night left it.
hourly = gate_dag("hourly", "15 0-2,4-23 * * *", {"point_origins": ["live"]})
# Everything, at the hour that the hourly one leaves free. Should the two meet all the same, the switch serves one and
# the other stops: neither is served in part.
nightly = gate_dag("nightly", "0 3 * * *", {})
