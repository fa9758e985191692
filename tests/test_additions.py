"""A check and an action more, in a copy of the project: what CONTRIBUTING tells to edit is enough."""

from __future__ import annotations

import csv
import filecmp
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, copy_project, run_dbt, story_vars
from story_shop import Answers, Case, cases, known, write_shop

ADDITIONS = ROOT / "tests" / "additions"
CHECKS = ["fraud_review", "later_order"]
ANCHORS = "models/gate/timing/int_point_actions.sql"
# What a check touches, and what an action does, as CONTRIBUTING lists them.
CHECK_FILES = {
    *(f"models/gate/checks/check_{name}.{kind}" for name in CHECKS for kind in ("sql", "yml")),
    "macros/checks/check_models.sql",
    "seeds/policy/checks.csv",
    "seeds/policy/gate_matrix.csv",
    "seeds/policy/audit_problems.csv",
    "seeds/reference/reason_sentences.csv",
}
COLUMN_FILES = {"models/staging/native/_raw__sources.yml", "models/staging/native/stg_orders.sql"}
ACTION_FILES = {
    "seeds/policy/actions.csv",
    "seeds/policy/gate_matrix.csv",
    ANCHORS,
    ANCHORS.replace(".sql", ".yml"),
    "seeds/policy/_policy__seeds.yml",
}
# Seeds whose tests judge the new rows.
SEEDS = "checks gate_matrix audit_problems actions reason_sentences"
UNIT_TESTS = 4  # two of fraud_review, one of later_order, one of the anchor


def put(file: Path, before: str, after: str) -> None:
    """Write `after` in the place of `before`, which stands in the file once."""
    text = file.read_text()
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {file.name}"
    file.write_text(text.replace(before, after))


def append(file: Path, *lines: str) -> None:
    file.write_text(file.read_text() + "".join(f"{line}\n" for line in lines))


def add_checks(project: Path) -> None:
    policy = project / "seeds" / "policy"
    for source in (ADDITIONS / "models").rglob("check_*"):
        (project / source.relative_to(ADDITIONS)).write_text(source.read_text())
    put(project / "macros/checks/check_models.sql", "'content',\n", "'content', 'fraud_review', 'later_order',\n")
    append(
        policy / "checks.csv",
        "fraud_review,policy,,false,false,true,false,false,the end of the fraud review,Has it passed its fraud review?",
        "later_order,policy,orders,false,false,false,false,true,nothing: it was bought,Has the person ordered again?",
    )
    append(
        policy / "audit_problems.csv",
        "fraud_review,waiting,*,not_eligible",
        "fraud_review,unknown,*,evidence_missing",
        "later_order,problem,*,irrelevant_recommendation",
        "later_order,unknown,*,evidence_missing",
    )
    append(
        project / "seeds" / "reference" / "reason_sentences.csv",
        "en,fraud_review,waiting,*,The order is still in its fraud review.,the end of the fraud review,",
        "en,fraud_review,waiting,in_review,The order is still in its fraud review.,the end of the fraud review,",
        "en,fraud_review,unknown,*,Nobody knows whether it has passed its fraud review.,word of the fraud review,",
        "en,later_order,problem,*,The customer has ordered again.,nothing: it was bought,",
        "en,later_order,problem,ordered_again,The customer has ordered again.,nothing: it was bought,",
        "en,later_order,unknown,*,Nobody knows whether the customer has ordered again.,orders that can be read,",
    )
    # the confirmation may go out, and what tells of a parcel
    of_others = ",pause" * 9
    append(
        policy / "gate_matrix.csv",
        f"740,fraud_review,waiting,,,pause,pause{of_others}",
        f"750,fraud_review,unknown,,,,{of_others}",
    )
    put(
        project / "models/staging/native/_raw__sources.yml",
        "          - name: order_name\n",
        "          - name: fraud_cleared_at\n            description: When its fraud review ended well, UTC.\n"
        "            data_type: timestamp\n          - name: order_name\n",
    )
    put(
        project / "models/staging/native/stg_orders.sql",
        "    cancelled_at,\n",
        "    cancelled_at,\n    fraud_cleared_at,\n",
    )


def add_action(project: Path) -> None:
    policy = project / "seeds" / "policy"
    append(
        policy / "actions.csv",
        "winback,150,commercial,gate,customer,next_purchase,ordered,90,due,60,,,Winback,second purchase,,,",
    )
    matrix = policy / "gate_matrix.csv"
    with matrix.open(newline="") as file:
        header, *rows = list(csv.reader(file))
    # it waits for what a community invite waits for, and alone for the later order
    like = header.index("community_invite")
    blank = [""] * (len(header) - 3)
    rows = [[*row, row[like]] for row in rows]
    rows += [["760", "later_order", "problem", *blank, "pause"], ["770", "later_order", "unknown", *blank, "pause"]]
    with matrix.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[*header, "winback"], *rows])
    put(
        policy / "_policy__seeds.yml",
        "                - repeat_use_ready\n",
        "                - repeat_use_ready\n                - ordered\n",
    )
    put(
        project / ANCHORS,
        "        -- an exchange stands on the order",
        "        points.ordered_at as ordered,\n        -- an exchange stands on the order",
    )
    put(
        project / ANCHORS,
        "            when 'payment' then",
        "            when 'ordered' then anchors.ordered\n            when 'payment' then",
    )
    append(project / ANCHORS.replace(".sql", ".yml"), (ADDITIONS / "int_point_actions.yml").read_text())


def touched(project: Path) -> set[str]:
    """Files of the copy that differ from the project's own, or that it does not have."""
    found = set()
    for folder in ("models", "macros", "seeds"):
        for file in sorted(path for path in (project / folder).rglob("*") if path.is_file()):
            name = file.relative_to(project)
            if not (ROOT / name).exists() or not filecmp.cmp(file, ROOT / name, shallow=False):
                found.add(str(name))
    return found


@dataclass(frozen=True)
class Added:
    """A copy with both, what the check alone and the action alone touched, and a small shop that it decided on."""

    by_checks: set[str]
    by_action: set[str]
    cases: list[Case]
    answers: Answers
    unit_tests: list[str]


def told() -> list[Case]:
    return cases(
        [known("story", story) for story in yaml.safe_load((ADDITIONS / "stories.yml").read_text())["stories"]]
    )


def shop_with_reviews(folder: Path, told: list[Case]) -> Path:
    """The cases' rows; every order was cleared as it was placed, but for those of the story in_review."""
    raw = write_shop(folder, told)
    with duckdb.connect() as connection:
        connection.execute(
            "create table orders as select *, case when order_id not like 'in_review%' then ordered_at end "
            f"as fraud_cleared_at from '{raw}/orders.parquet'"
        )
        connection.execute(f"copy orders to '{raw}/orders.parquet' (format parquet)")
    return raw


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Added:
    work = tmp_path_factory.mktemp("additions")
    project = copy_project(work / "project")
    add_checks(project)
    by_checks = touched(project)
    with_action = copy_project(work / "with_action")
    add_action(with_action)
    by_action = touched(with_action)
    add_action(project)
    found = told()
    vars = {**story_vars(shop_with_reviews(work / "raw", found)), "point_origins": ["live"]}
    built = run_dbt(
        work,
        vars,
        project=project,
        select=f"+gate_decisions +gate_reasons +next_actions +order_evidence calendar_steps {SEEDS}",
    )
    names = " ".join(f"check_{name},test_type:unit" for name in CHECKS)
    tested = run_dbt(
        work,
        vars,
        project=project,
        database=built.database,
        command="test",
        select=f"{names} int_point_actions__ordered {SEEDS}",
    )
    return Added(by_checks, by_action, found, Answers(built.database), tested.ran)


def test_a_check_is_a_file_its_rows_and_its_tests(added: Added) -> None:
    assert added.by_checks == CHECK_FILES | COLUMN_FILES


def test_an_action_is_a_row_a_column_and_its_anchor(added: Added) -> None:
    assert added.by_action == ACTION_FILES


@pytest.mark.parametrize("case", told(), ids=lambda case: case.name)
def test_the_new_ones_decide(case: Case, added: Added) -> None:
    assert added.answers.wrong(case) == [], case.story["title"]


def test_their_unit_tests_ran(added: Added) -> None:
    units = [name for name in added.unit_tests if "__" in name and name.startswith(("check_", "int_point_actions__"))]
    assert len(units) == UNIT_TESTS, added.unit_tests
    assert len(added.unit_tests) > UNIT_TESTS, "the tests of the seeds ran as well"


@pytest.mark.parametrize(
    "files, heading", [(CHECK_FILES | COLUMN_FILES, "Add a check"), (ACTION_FILES, "Add an action")]
)
def test_the_guide_names_what_is_touched(files: set[str], heading: str) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    for check in CHECKS:
        guide = guide.replace("check_<name>", f"check_<name> check_{check}")
    unnamed = {name for name in files if Path(name).name not in guide and Path(name).stem not in guide}
    assert unnamed == set()
