"""The check beside a change: what counts as changed, and which tests it runs for it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from post_purchase import check


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check, "PROJECT", tmp_path)
    monkeypatch.setattr(check, "DATABASE", tmp_path / "target" / "check.duckdb")
    (tmp_path / "models" / "gate").mkdir(parents=True)
    for name in ("kept", "gone", "edited"):
        (tmp_path / "models" / "gate" / f"{name}.sql").write_text("select 1 as one\n")
    git(tmp_path, "init", "--initial-branch", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-m", "first")
    return tmp_path


def test_what_changed_is_what_differs_new_files_too(project: Path) -> None:
    (project / "models" / "gate" / "edited.sql").write_text("select 2 as one\n")
    (project / "models" / "gate" / "new.yml").write_text("models: []\n")
    (project / "models" / "gate" / "gone.sql").unlink()
    files = check.changed_files("main")
    assert files == ["models/gate/edited.sql", "models/gate/new.yml"]
    assert check.models_of(files) == ["edited", "new"]


def test_an_unknown_commit_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["--since", "nowhere"]) == 2
    assert "--since" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "ran"),
    [
        (["models/gate/edited.sql"], [("build",), ("build", "--select", "edited")]),
        (["macros/engine/time.sql"], [("build",), ("build",), ("test", "--select", "test_type:unit")]),
        (["docs/sync.md"], []),
    ],
    ids=["a model", "a macro", "a page"],
)
def test_a_macro_concerns_every_model(
    project: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], ran: list[tuple[str, ...]]
) -> None:
    """Without it: a macro is changed, and no unit test runs."""
    said: list[tuple[str, ...]] = []

    def dbt(self: Any, label: str, command: str, *words: str) -> bool:
        kept = [word for word in words if word not in ("--exclude-resource-type", "test", "unit_test")]
        said.append((command, *kept))
        return True

    monkeypatch.setattr(check.Steps, "dbt", dbt)
    monkeypatch.setattr(check.Steps, "run", lambda *_: True)
    assert check.check(files, False, Console()) == 0
    assert said == [("parse",), *ran]
