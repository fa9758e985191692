"""The semantic layer says what the marts say: MetricFlow, on the demo shop, asked as a BI tool asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from conftest import ROOT, Build, copy_project
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest
from metricflow.validation.data_warehouse_model_validator import DataWarehouseModelValidator
from metricflow_semantic_interfaces.protocols.semantic_manifest import SemanticManifest
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator

# Metric: its value over rows of watch_metrics, and the horizon that it speaks of.
MEASURED = {
    "sends": ("sum(sends)", 30),
    "immature_sends": ("sum(immature_sends)", 30),
    "revenue": ("sum(revenue)", 30),
    "contribution_profit": ("sum(contribution_profit)", 30),
    "second_purchase_rate": ("sum(second_purchases) / nullif(sum(purchase_messages), 0)", 30),
    "second_purchase_rate_90_days": ("sum(second_purchases) / nullif(sum(purchase_messages), 0)", 90),
    "refund_request_rate": ("sum(refund_requests) / nullif(sum(refund_messages), 0)", 30),
    "ticket_rate": ("sum(tickets) / nullif(sum(ticket_messages), 0)", 30),
    "unsubscribe_rate": ("sum(unsubscribes) / nullif(sum(delivered_messages), 0)", 30),
    "complaint_rate": ("sum(complaints) / nullif(sum(delivered_messages), 0)", 30),
    "review_submission_rate": ("sum(reviews) / nullif(sum(review_messages), 0)", 30),
    "mean_rating": ("sum(rating_sum) / nullif(sum(ratings), 0)", 30),
    "average_order_value": ("sum(revenue) / nullif(sum(revenue_purchases), 0)", 30),
}
Answer = dict[tuple, float | None]


@pytest.fixture(scope="module")
def layer(demo_shop: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CLIConfiguration]:
    """What `mf` sets up before it answers, over the demo shop's database."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    project = copy_project(tmp_path_factory.mktemp("layer") / "project")
    (project / "target").mkdir()
    shutil.copy(demo_shop.target / "semantic_manifest.json", project / "target")
    # MetricFlow keeps its connection for as long as it pleases: to a copy, which nobody else in this process opens
    database = shutil.copy(demo_shop.database, project / demo_shop.database.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POST_PURCHASE_DB", str(database))
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("DBT_TARGET_PATH", str(project / "target"))
        patch.setenv("DBT_LOG_PATH", str(project / "logs"))
        configuration = CLIConfiguration()
        configuration.setup(ROOT / "profiles", project, configure_file_logging=False)
        yield configuration
        DuckDBConnectionManager.close_all_connections()


def asked(layer: CLIConfiguration, metrics: list[str], group_by: list[str]) -> dict[str, Answer]:
    """By metric, its value for each combination of the groups."""
    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
    table = layer.mf.query(request).result_df
    keys = [name for name in table.column_names if name not in metrics]
    found: dict[str, Answer] = {metric: {} for metric in metrics}
    for row in table.rows:
        cells = dict(zip(table.column_names, row, strict=True))
        key = tuple(str(cells[name])[:10] if "sent_week" in name else cells[name] for name in keys)
        for metric in metrics:
            found[metric][key] = None if cells[metric] is None else float(cells[metric])
    return found


def stated(layer: CLIConfiguration, sql: str) -> Answer:
    table = layer.sql_client.query(sql)
    return {tuple(row[:-1]): None if row[-1] is None else float(row[-1]) for row in table.rows}


def test_every_metric_is_one_that_this_page_compares(layer: CLIConfiguration) -> None:
    """And none was dropped in silence, as metrics of the new form are where they are not understood."""
    manifest = layer.semantic_manifest
    names = {metric.name for metric in manifest.metrics}
    assert {model.name for model in manifest.semantic_models} >= {"messages", "decisions"}
    assert names >= {*MEASURED, "decision_count", "would_have_sent_count"}
    ratios = {metric.name for metric in manifest.metrics if metric.type.value == "ratio"}
    assert {name for name in MEASURED if name.endswith("_rate") or "_rate_" in name} <= ratios
    assert {metric.type.value for metric in manifest.metrics} <= {"simple", "ratio"}, "conversion metrics drop filters"


def test_the_configuration_is_valid(layer: CLIConfiguration) -> None:
    """What `mf validate-configs` does: the manifest by itself, then against the tables."""
    manifest = layer.semantic_manifest
    results = [SemanticManifestValidator[SemanticManifest]().validate_semantic_manifest(manifest)]
    warehouse = DataWarehouseModelValidator(sql_client=layer.sql_client)
    results += [
        warehouse.validate_semantic_models(manifest),
        warehouse.validate_dimensions(manifest),
        warehouse.validate_entities(manifest),
    ]
    assert [issue.as_readable_str() for result in results for issue in (*result.errors, *result.warnings)] == []


@pytest.mark.parametrize("group", ["message_cell__action", "message_cell__sent_week__week"])
def test_metrics_of_messages_equal_the_mart(group: str, layer: CLIConfiguration) -> None:
    column = "action" if group.endswith("action") else "cast(sent_week as varchar)"
    answers = asked(layer, list(MEASURED), [group])
    some = 0
    for metric, (expression, horizon) in MEASURED.items():
        mart = stated(
            layer,
            f"select {column}, {expression} from marts.watch_metrics where horizon_days = {horizon} group by 1",
        )
        for key in set(mart) | set(answers[metric]):
            mine, theirs = mart.get(key), answers[metric].get(key)
            assert mine == pytest.approx(theirs, abs=1e-9), f"{metric} of {key}"
            some += bool(mine)
    assert some > 30, "a shop in which nothing follows anything is no evidence"


def test_decisions_by_state_equal_the_mart(layer: CLIConfiguration) -> None:
    answers = asked(layer, ["decision_count"], ["decision_row__action", "decision_row__decision"])["decision_count"]
    mart = stated(layer, "select action, decision, count(*) from marts.gate_decisions group by 1, 2")
    assert answers == mart
    assert len(mart) > 20


def test_rates_of_the_mart_are_their_counts(layer: CLIConfiguration) -> None:
    """A cell's own rate, as the mart states it, is what the ratio metric divides."""
    wrong = """
        select 'cells', count(*) from marts.watch_metrics
        where abs(second_purchase_rate - second_purchases / purchase_messages) > 0.000001
           or abs(complaint_rate - complaints / delivered_messages) > 0.000001
    """
    assert stated(layer, wrong) == {("cells",): 0}
