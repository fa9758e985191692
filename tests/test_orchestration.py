"""The examples for Dagster and Airflow, each in its own environment: they load the manifest and see every model.

Without `make dagster` and `make airflow` the environments are not there, and these tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, copy_project

NODES = {"model", "seed", "snapshot"}
# The manifests that each asks for, as its example says it.
PARSED = {
    "dagster": {"dagster": "{}"},
    "airflow": {"airflow-nightly": "{}", "airflow-hourly": "{point_origins: [live]}"},
}


def environment(name: str) -> Path:
    python = Path(os.environ.get("POST_PURCHASE_ENVIRONMENTS", ROOT)) / f".venv-{name}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment for {name}: make {name}")
    return python


def seen_by(name: str, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the orchestrator lists, and the nodes of the manifest by name."""
    python = environment(name)
    project = copy_project(folder / "project")
    around = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        "POST_PURCHASE_PROJECT": str(project),
        "AIRFLOW_HOME": str(folder / "home"),
    }
    for target, more_vars in PARSED[name].items():
        dbt = [str(python.parent / "dbt"), "parse", "--quiet", "--target-path", f"target/{target}"]
        dbt += ["--profiles-dir", "profiles", "--vars", more_vars]
        subprocess.run(dbt, cwd=project, env=around, check=True, timeout=600)
    listed = subprocess.run(
        [str(python), str(project / "scripts/orchestration/assets.py"), name, str(folder / "seen.json")],
        cwd=folder,
        env=around,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert listed.returncode == 0, listed.stderr[-3000:]
    manifest = json.loads((project / "target" / next(iter(PARSED[name])) / "manifest.json").read_text())
    nodes = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] in NODES and node["config"]["enabled"]
    }
    return json.loads((folder / "seen.json").read_text()), nodes


def test_dagster_sees_every_model_and_both_schedules(tmp_path: Path) -> None:
    seen, nodes = seen_by("dagster", tmp_path)
    models = {node["name"] for node in nodes.values() if node["resource_type"] == "model"}
    missing = {name for name in models if nodes[name]["config"]["materialized"] != "ephemeral"} - set(seen["assets"])
    assert not missing
    assert set(seen["schedules"]) == {"hourly", "nightly"}
    # the switch stands behind the marts
    assert {"gate_decisions", "next_actions", "audience_members"} <= {
        name.removesuffix("_v2").removesuffix(".v2") for name in seen["upstream_of_served_build"]
    }


def test_airflow_runs_all_commands_of_a_build_under_one_id(tmp_path: Path) -> None:
    seen, nodes = seen_by("airflow", tmp_path)
    assert set(seen) == {"post_purchase_gate_hourly", "post_purchase_gate_nightly"}
    for dag in seen.values():
        assert dag["without_build_id"] == []
        assert dag["first"] == ["land"]
        assert any(task.startswith("gate.gate_decisions") for task in dag["upstream_of_served_build"])
    every, live = (set(seen[f"post_purchase_gate_{name}"]["tasks"]) for name in ("nightly", "hourly"))
    models = [node for node in nodes.values() if node["resource_type"] == "model"]
    assert len(every) >= len(models)
    # the hourly one decides what may go out, and audits nothing
    assert live < every
    assert any("send_audit" in task for task in every - live)
