"""The actions, the exposures and the descriptor for reverse-ETL tools name the same audiences, keys and columns."""

from __future__ import annotations

import csv
from typing import Any

import pytest
import yaml
from conftest import ROOT

MARTS = ROOT / "models" / "marts"


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def contract(mart: str) -> dict[str, str]:
    model = read(f"models/marts/activation/{mart}.yml")["models"][0]
    return {column["name"]: column["data_type"] for column in model["columns"]}


AUDIENCES = {
    f"{'marketing' if row['action_class'] == 'commercial' else 'service'}_{row['action']}"
    for row in csv.DictReader((ROOT / "seeds" / "policy" / "actions.csv").open())
    if row["action"] != "support_recovery"
}
EXPOSURES = {exposure["name"]: exposure for exposure in read("models/marts/exposures.yml")["exposures"]}
ACTIVATIONS = read(".activations/activations.yml")["activations"]


def test_every_audience_has_an_exposure_and_an_activation() -> None:
    syncs = {name.removeprefix("audience_") for name, one in EXPOSURES.items() if one["config"].get("tags")}
    assert syncs == AUDIENCES == set(ACTIVATIONS)
    assert len(AUDIENCES) > 10


@pytest.mark.parametrize("audience", sorted(AUDIENCES))
def test_they_agree_on_key_cursor_mode_and_filter(audience: str) -> None:
    exposure, activation = EXPOSURES[f"audience_{audience}"], ACTIVATIONS[audience]
    meta = exposure["config"]["meta"]
    assert {key: activation[key] for key in meta} == meta
    is_marketing = audience.startswith("marketing_")
    assert meta["filter"] == f"audience = '{audience}'" + ("" if is_marketing else " and event_type = 'due'")
    # memberships of persons for marketing, a notice per order or parcel for service
    model, version = ("audience_members", 2) if is_marketing else ("audience_events", 1)
    assert activation["model"] == model and exposure["depends_on"] == [f"ref('{model}', v={version})"]
    columns = contract(activation["model"])
    assert {meta["primary_key"], meta["cursor"], *activation["identity_fields"]} <= set(columns)
    for field in activation["segment_fields"]:
        assert columns[field["field"]] == field["type"]
    assert exposure["config"]["tags"] == [audience.split("_")[0]]
    for description in (exposure["description"], activation["description"]):
        assert ("never sync it into a destination that grants consent" in description) == is_marketing


def test_every_exposure_says_what_a_consumer_must_know() -> None:
    for name, exposure in EXPOSURES.items():
        assert exposure["owner"]["email"] and exposure["maturity"], name
        assert "Grain:" in exposure["description"] and "Fresh as of" in exposure["description"], name
        assert {"primary_key", "cursor", "mode"} <= set(exposure["config"]["meta"]), name


def test_personal_data_is_tagged_where_it_is_and_nowhere_else() -> None:
    for path in sorted(MARTS.glob("*/*.yml")):
        for model in yaml.safe_load(path.read_text())["models"]:
            for column in model["columns"]:
                config = column.get("config", {})
                tagged = config.get("tags") == ["pii"] and config.get("meta", {}).get("pii") is True
                assert tagged == (column["name"] in ("email", "phone", "first_name")), (model["name"], column["name"])
                assert not tagged or path.parent.name == "activation"
