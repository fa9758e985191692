"""The default policy, cell by cell: what each finding does to each action, and that no cell may change unnoticed."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import Build, copy_project, run_dbt, story_vars
from story_shop import AS_OF, STORIES, Case, known, shop, when, write_shop

from post_purchase.shop import FEEDS

TOLD = yaml.safe_load((STORIES / "matrix.yml").read_text())
ACTIONS = TOLD["actions"]
VERDICTS = {"P": "pause", "S": "support"}
OTHER = {"pause": "support", "support": "pause"}
# What the owner has stopped.
HELD_SKU = "sku,lube,*,,,A wrong price"
# What a crowd is sent and complains about, in the shop whose actions have all stopped.
CROWD = {action: [600, 12] for action in ACTIONS}
PRODUCTS = shop()["products"]
Cell = tuple[str, str]


def policy() -> dict[str, dict[str, str]]:
    """Verdict by code and action; where the policy says nothing, there is no verdict."""
    found = {}
    for code, letters in TOLD["policy"].items():
        cells = dict(zip(ACTIONS, letters.split(), strict=True))
        found[code] = {action: VERDICTS[letter] for action, letter in cells.items() if letter != "."}
    return found


POLICY = policy()
HELD = {(code, action) for code, cells in POLICY.items() for action in cells}
EMPTY = {(code, action) for code in POLICY for action in ACTIONS} - HELD


@dataclass(frozen=True)
class Question:
    """A case in which a finding occurs, the actions for which it does, and all that its line A has."""

    case: Case
    code: str
    actions: tuple[str, ...]
    existing: tuple[str, ...]

    @property
    def shop(self) -> str:
        return self.case.story.get("feeds", "speaking")

    @property
    def line_id(self) -> str:
        return self.case.line_id("A")

    @property
    def cells(self) -> set[Cell]:
        return {(self.code, action) for action in self.actions}


def questions() -> list[Question]:
    found = []
    for number, told in enumerate(TOLD["stories"], 1):
        story = known("story", {key: value for key, value in told.items() if key not in ("finds", "of", "at")})
        case = Case(story, f"matrix_{told['id']}", number, when(told["at"]), {})
        orders = story.get("orders", {"o": story.get("order")})
        is_used_up = "days" in PRODUCTS.get(orders["o"]["lines"]["A"]["sku"], {})
        existing = tuple(action for action in ACTIONS if action != "replenishment" or is_used_up)
        unknown = set(told.get("of", [])) - set(existing)
        if unknown or not set(told["finds"]) <= set(POLICY):
            raise ValueError(f"{told['id']} finds what cannot be: {told['finds']}, {sorted(unknown)}")
        found += [Question(case, code, tuple(told.get("of", existing)), existing) for code in told["finds"]]
    return found


QUESTIONS = questions()
REACHED = {cell for question in QUESTIONS for cell in question.cells}


def untold(asked: Iterable[Question]) -> set[Cell]:
    """The cells with a verdict that no question asks about."""
    cells = {cell for question in asked for cell in question.cells}
    return HELD - cells


# --- answers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """Decision and codes by line and action, and the verdict of each reason by line, action and code."""

    decisions: dict[tuple[str, str], tuple[str, list[str]]]
    reasons: dict[tuple[str, str, str], str]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> Decided:
        decisions = connection.execute("select order_line_id, action, decision, reason_codes from marts.gate_decisions")
        decided = {
            (line, action): (decision, codes.split(",")) for line, action, decision, codes in decisions.fetchall()
        }
        reasons = connection.execute(
            "select order_line_id, action, check_name || ':' || state, verdict from marts.gate_reasons"
        )
        return cls(decided, {(line, action, code): verdict for line, action, code, verdict in reasons.fetchall()})

    def wrong(self, question: Question) -> dict[str, list[str]]:
        """By action, what the finding does that the policy does not say; empty if every action is answered well."""
        faults = {action: list(self._faults(question, action)) for action in question.existing}
        return {action: found for action, found in faults.items() if found}

    def _faults(self, question: Question, action: str) -> Iterator[str]:
        wanted = POLICY[question.code].get(action) if action in question.actions else None
        if (question.line_id, action) not in self.decisions:
            yield "no decision"
            return
        decision, codes = self.decisions[question.line_id, action]
        if (question.code in codes) != (wanted is not None):
            yield f"wanted {wanted or 'nothing'} of {question.code}, and the codes are {codes}"
        got = self.reasons.get((question.line_id, action, question.code))
        if got != wanted:
            yield f"wanted {wanted or 'nothing'} of {question.code}, and its reason says {got or 'nothing'}"
        asked = {POLICY.get(code, {}).get(action, "nothing") for code in codes if code}
        strongest = "support" if "support" in asked else "pause" if asked else "send"
        if decision != strongest or "nothing" in asked:
            yield f"wanted {strongest} of {codes}, got {decision}"


@dataclass(frozen=True)
class Shop:
    build: Build
    decided: Decided


def build_shop(folder: Path, name: str) -> Shop:
    """The shop of the matrix's stories in which every feed speaks, the one in which all have been silent for weeks and
    that does not say what is a gift, or the one that a crowd complains of."""
    project = copy_project(folder / "project")
    seed = project / "seeds" / "policy" / "review_incentives.csv"
    seed.write_text(f"{seed.read_text().splitlines()[0]}\n{TOLD['incentives'][name]}\n")
    with (project / "seeds" / "policy" / "holds.csv").open("a") as holds:
        holds.write(f"{HELD_SKU}\n")
    if name == "stopped":
        needs_content(project / "seeds" / "policy" / "actions.csv")
    asked = {question.case.name: question.case for question in QUESTIONS if question.shop == name}
    last_loaded = {feed: AS_OF - dt.timedelta(days=45) for feed in FEEDS} if name == "silent" else {}
    raw = write_shop(folder / "raw", list(asked.values()), last_loaded, crowd=CROWD if name == "stopped" else {})
    if name == "silent":
        without_column(raw / "orders.parquet", "is_gift")
    built = run_dbt(
        folder, {**story_vars(raw), "point_origins": ["live"]}, project=project, select="+gate_reasons +gate_decisions"
    )
    with duckdb.connect(str(built.database), read_only=True) as connection:
        return Shop(built, Decided.read(connection))


def needs_content(actions: Path) -> None:
    """Every action needs a text about the product, and no shop of the stories has one."""
    with actions.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with actions.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "content_slots": "care"} for row in rows)


def without_column(file: Path, column: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table kept as select * exclude ({column}) from read_parquet('{file}')")
        connection.execute(f"copy kept to '{file}' (format parquet)")


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shop]:
    return {name: build_shop(tmp_path_factory.mktemp(name), name) for name in ("speaking", "silent", "stopped")}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question.case.name}-{question.code}")
def test_a_finding_does_to_each_action_what_the_policy_says(question: Question, shops: dict[str, Shop]) -> None:
    assert shops[question.shop].decided.wrong(question) == {}, question.case.story["title"]


def test_the_matrix_in_force_is_the_default_policy(shops: dict[str, Shop]) -> None:
    for built in shops.values():
        with duckdb.connect(str(built.build.database), read_only=True) as connection:
            rows = connection.execute(
                "select check_name || ':' || state, action, verdict from policy.int_policy_matrix"
            ).fetchall()
            order = connection.execute("select check_name || ':' || state from policy.gate_matrix order by position")
            assert {(code, action): verdict for code, action, verdict in rows} == {
                (code, action): POLICY[code][action] for code, action in HELD
            }
            assert len(rows) == len(HELD)
            assert [code for (code,) in order.fetchall()] == list(POLICY)


def test_every_cell_of_the_policy_has_a_story() -> None:
    assert untold(QUESTIONS) == set()
    assert {question.code for question in QUESTIONS} == set(POLICY)


@pytest.mark.parametrize("code", sorted(POLICY))
def test_a_row_without_its_stories_is_missed(code: str) -> None:
    rest = [question for question in QUESTIONS if question.code != code]
    assert untold(rest) == {(code, action) for action in POLICY[code]}


# --- mutants ----------------------------------------------------------------------------------------------------------


class Laboratory:
    """The models from matrix to marts, as compiled, over the points that one row of the matrix is asked about."""

    MODELS = {
        "int_matrix_cells": "policy",
        "int_policy_cells": "policy",
        "int_policy_matrix": "policy",
        "int_policy_reasons": "gate",
        "int_reason_sets": "gate",
        "int_reason_codes": "gate",
        "int_policy_verdicts": "gate",
        "int_reasons": "gate",
        "int_verdicts": "gate",
        "int_decisions": "gate",
        "gate_decisions": "marts",
        "gate_reasons": "marts",
    }

    def __init__(self, build: Build, asked: list[Question]) -> None:
        self.asked = asked
        self.sql = {model: build.compiled(model) for model in self.MODELS}
        name = build.database.stem
        read = {found for sql in self.sql.values() for found in re.findall(rf'"{name}"\."(\w+)"\."(\w+)"', sql)}
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(f"attach '{build.database}' as built (read_only)")
        self.connection.execute(f"""attach ':memory:' as "{name}"; use "{name}"; set timezone = 'UTC'""")
        for schema in {schema for schema, _ in read} | set(self.MODELS.values()):
            self.connection.execute(f"create schema {schema}")
        self.connection.execute(
            "create table asked as "
            "select point_id from built.observations.int_points where list_contains(?, order_line_id)",
            [[question.line_id for question in asked]],
        )
        for schema, table in read - {(schema, model) for model, schema in self.MODELS.items()}:
            columns = self.connection.execute(f"describe built.{schema}.{table}").fetchall()
            kept = "where point_id in (from asked)" if "point_id" in {column[0] for column in columns} else ""
            self.connection.execute(f"create table {schema}.{table} as select * from built.{schema}.{table} {kept}")

    def wrong_with(self, cells: dict[Cell, str | None]) -> set[str]:
        """The actions for which an answer turns red when these cells of the matrix say something else."""
        try:
            for cell, verdict in cells.items():
                self._set(cell, verdict)
            for model, schema in self.MODELS.items():
                self.connection.execute(f"create or replace table {schema}.{model} as {self.sql[model]}")
            decided = Decided.read(self.connection)
            return {action for question in self.asked for action in decided.wrong(question)}
        finally:
            for code, action in cells:
                self._set((code, action), POLICY[code].get(action))

    def _set(self, cell: Cell, verdict: str | None) -> None:
        code, action = cell
        self.connection.execute(
            f"update policy.gate_matrix set {action} = ? where check_name || ':' || state = ?", [verdict, code]
        )


@pytest.fixture(scope="module")
def laboratories(shops: dict[str, Shop]) -> Iterator[dict[str, list[Laboratory]]]:
    """By row of the matrix, one for each shop that tells of it."""
    opened: dict[str, list[Laboratory]] = {}
    for name, code in sorted({(question.shop, question.code) for question in QUESTIONS}):
        asked = [question for question in QUESTIONS if (question.shop, question.code) == (name, code)]
        laboratory = Laboratory(shops[name].build, asked)
        assert laboratory.wrong_with({}) == set(), "the answers must be right before a mutant can make them wrong"
        opened.setdefault(code, []).append(laboratory)
    yield opened
    for laboratory in [one for row in opened.values() for one in row]:
        laboratory.connection.close()


def survivors(laboratories: dict[str, list[Laboratory]], mutants: dict[Cell, str | None]) -> list[str]:
    """The mutants that no answer of their action to their row notices.

    The mutants of a row are tried together, for no action hears of another's column; the sample tried alone shows it.
    """
    left = []
    for row in sorted({code for code, _ in mutants}):
        cells = {cell: verdict for cell, verdict in mutants.items() if cell[0] == row}
        noticed = {action for laboratory in laboratories[row] for action in laboratory.wrong_with(cells)}
        left += [f"{row} {action}: {cells[row, action]}" for _, action in sorted(cells) if action not in noticed]
    return left


REMOVED = {cell: None for cell in HELD}
TURNED = {(code, action): OTHER[POLICY[code][action]] for code, action in REMOVED}
ADDED = {cell: "pause" for cell in EMPTY & REACHED}


def test_a_cell_that_is_removed_is_missed(laboratories: dict[str, list[Laboratory]]) -> None:
    assert survivors(laboratories, REMOVED) == []


def test_a_cell_that_is_turned_is_noticed(laboratories: dict[str, list[Laboratory]]) -> None:
    assert survivors(laboratories, TURNED) == []


def test_a_cell_that_is_added_is_noticed(laboratories: dict[str, list[Laboratory]]) -> None:
    assert survivors(laboratories, ADDED) == []
    assert len(ADDED) >= 40


@pytest.mark.parametrize("mutants", [REMOVED, TURNED, ADDED], ids=["removed", "turned", "added"])
def test_a_mutant_alone_turns_the_answers_of_its_own_action(
    mutants: dict[Cell, str | None], laboratories: dict[str, list[Laboratory]]
) -> None:
    sample = sorted(mutants)[:: len(mutants) // 40]
    noticed = {
        cell: {action for one in laboratories[cell[0]] for action in one.wrong_with({cell: mutants[cell]})}
        for cell in sample
    }
    assert noticed == {cell: {cell[1]} for cell in sample}


def test_an_empty_cell_that_no_story_reaches_has_no_finding(shops: dict[str, Shop]) -> None:
    """What remains of the empty cells belongs to checks that answer for some actions only."""
    for built in shops.values():
        with duckdb.connect(str(built.build.database), read_only=True) as connection:
            found = connection.execute(
                """
                select distinct findings.check_name || ':' || findings.state, actions.action
                from gate.int_findings as findings
                inner join gate.int_point_actions as actions on findings.point_id = actions.point_id
                where coalesce(findings.action, actions.action) = actions.action
                """
            ).fetchall()
        assert set(found) & (EMPTY - REACHED) == set()
