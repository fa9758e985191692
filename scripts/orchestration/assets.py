"""Writes what an orchestrator sees of the gate as JSON: `python assets.py dagster FILE`, or airflow for dagster.

Run by the environment of that orchestrator (make dagster, make airflow). Exits with 1 where its example does not load.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def of_dagster() -> dict[str, Any]:
    sys.path.insert(0, str(HERE))
    from gate_dagster import defs

    repository = defs.get_repository_def()
    return {
        "assets": sorted(key.path[-1] for key in repository.asset_graph.get_all_asset_keys()),
        "schedules": {schedule.name: schedule.cron_schedule for schedule in repository.schedule_defs},
        "upstream_of_served_build": sorted(
            parent.path[-1]
            for key in repository.asset_graph.get_all_asset_keys()
            if key.path[-1] == "served_build"
            for parent in repository.asset_graph.get(key).parent_keys
        ),
    }


def of_airflow() -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(HERE / "gate_airflow.py"))
    if bag.import_errors:
        raise SystemExit("\n".join(bag.import_errors.values()))
    found: dict[str, Any] = {}
    for name, dag in bag.dags.items():
        served = next(task for task in dag.tasks if task.task_id.startswith("gate.served_build"))
        found[name] = {
            "schedule": str(dag.schedule),
            "tasks": sorted(task.task_id for task in dag.tasks),
            # an ephemeral model runs nothing
            "without_build_id": [
                task.task_id
                for task in dag.tasks
                if type(task).__name__ != "EmptyOperator" and "build_id" not in str(getattr(task, "vars", ""))
            ],
            "upstream_of_served_build": sorted(served.upstream_task_ids),
            "first": [task.task_id for task in dag.tasks if not task.upstream_task_ids],
        }
    return found


if __name__ == "__main__":
    # a file of its own: Airflow logs to the same output
    seen = {"dagster": of_dagster, "airflow": of_airflow}[sys.argv[1]]()
    Path(sys.argv[2]).write_text(json.dumps(seen, indent=2))
