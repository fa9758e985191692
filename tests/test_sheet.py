"""The sheet, a customer's part of it, and what is paused: every next action, in words."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Build

from post_purchase import build, cli, missing, sheet, terminal, walk
from post_purchase.source import Source, Words

CODE = re.compile(r"\b[a-z_]+:(problem|unknown|waiting|ok)\b")


def run(command: str, demo_shop: Build, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = getattr(sheet, command)([*words, "--database", str(demo_shop.database)])
    said = capsys.readouterr()
    return code, said.out, said.err


def rows_of(database: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


# --- Vars -------------------------------------------------------------------------------------------------------------


def test_vars_are_yaml_or_the_name_of_a_file_that_holds_it(tmp_path: Path) -> None:
    """Without it: whoever names the file hears of YAML that is no mapping."""
    file = tmp_path / "my_shop.yml"
    file.write_text("raw_path: folder\n")
    for text in (str(file), "{raw_path: folder}"):
        assert terminal.vars_text(text) == ({"raw_path": "folder"}, text)
    assert terminal.vars_text("{}").values == {}
    for wrong, said in {
        "my_shpo.yml": "there is no file 'my_shpo.yml'",
        "x" * 5000: "no YAML mapping",
        "[a]": "no YAML mapping",
        "{a: [}": "no YAML at line 1",
        "{as_of: 2026-06-31}": "a date or a number is none: day",
    }.items():
        with pytest.raises(argparse.ArgumentTypeError, match=re.escape(said)):
            terminal.vars_text(wrong)
    file.write_text("raw_path: [\n")
    with pytest.raises(argparse.ArgumentTypeError, match="no YAML in .*my_shop.yml at line 2"):
        terminal.vars_text(str(file))


def test_two_databases_share_no_artifacts(tmp_path: Path) -> None:
    """Without it: of two shops whose files are called alike one is decided by the other's vars."""
    places = [tmp_path / "here" / "shop.duckdb", tmp_path / "there" / "shop.duckdb", ROOT / "target" / "shop.duckdb"]
    assert len({terminal.artifacts(place) for place in places}) == 3
    assert len({terminal.log_of(place) for place in places}) == 3
    assert terminal.artifacts(places[0].parent / ".." / "here" / "shop.duckdb") == terminal.artifacts(places[0])


def test_the_build_command_hands_its_vars_to_dbt(tmp_path: Path) -> None:
    """By a real build of one seed. Without it: whatever the vars say, the build stops before it has read them."""
    file = tmp_path / "my_shop.yml"
    file.write_text("as_of: '2026-06-19 12:00:00'\n")
    database = tmp_path / "handed_over.duckdb"
    command = [
        sys.executable,
        "-m",
        "post_purchase",
        "build",
        "--database",
        str(database),
        "--select",
        "country_time_zones",
    ]
    done = subprocess.run([*command, "--vars", str(file)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert database.is_file(), done.stderr
    record = json.loads((terminal.artifacts(database) / "run_results.json").read_text(encoding="utf-8"))
    assert record["args"]["vars"] == {"as_of": "2026-06-19 12:00:00"}


# --- The sheet --------------------------------------------------------------------------------------------------------


def test_the_sheet_has_every_next_action_in_words(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("sheet", demo_shop, capsys, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    ((actions,),) = rows_of(demo_shop.database, "select count(*) from marts.next_actions")
    assert code == 0 and len(rows) == actions > 100
    assert [row for row in rows if CODE.search(row["why"])] == [], "codes are for machines"
    assert [row for row in rows if not row["why"]] == []
    skus = {
        sku for (sku,) in rows_of(demo_shop.database, "select sku from staging.stg_products where title is not null")
    }
    assert [row["products"] for row in rows if set(row["products"].split(", ")) & skus] == []
    held = {row["order"]: row["why"] for row in rows if row["decision"] == "support"}
    assert "lost" in held["H11-lost"]


def test_amounts_are_read_with_two_places_and_kept_whole_in_data(
    demo_shop: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--action", "warranty_offer", "--decision", "send"]
    assert " 18.15 " in run("sheet", demo_shop, capsys, *words)[1]
    assert "| 18.15 |" in run("sheet", demo_shop, capsys, *words, "--format", "markdown")[1]
    assert ",18.1483," in run("sheet", demo_shop, capsys, *words, "--format", "csv")[1]


def test_a_flow_that_nobody_mapped_is_named_with_its_seed(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it the list of words that nobody mapped is said to be whole and lacks the flow that holds an offer."""
    listed = "select unmapped_value, row_count from marts.unmapped_values where table_name = 'messages'"
    assert rows_of(demo_shop.database, listed) == [("win_back", 1)]
    assert missing.main(["--database", str(demo_shop.database), "--all", "--kind", "mapping", "--format", "csv"]) == 0
    assert "Map the flow win_back in seeds/policy/flow_map.csv" in capsys.readouterr().out


def test_lanes_decisions_and_actions_filter(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run("sheet", demo_shop, capsys, "--lane", "support", "--format", "json")
    rows = json.loads(out)
    ((support,),) = rows_of(demo_shop.database, "select count(*) from marts.next_actions where lane = 'support'")
    assert len(rows) == support and {row["lane"] for row in rows} == {"support"}
    assert run("sheet", demo_shop, capsys, "--lane", "support", "--decision", "send")[0] == 1
    code, out, _ = run("sheet", demo_shop, capsys, "--lane", "support", "--decision", "send", "--format", "json")
    assert code == 1 and json.loads(out) == []
    worth = [row["worth"] for row in json.loads(run("sheet", demo_shop, capsys, "--format", "json")[1])]
    assert {type(amount) for amount in worth} == {float, type(None)}
    code, _, said = run("sheet", demo_shop, capsys, "--action", "revew_request")
    assert code == 2 and "review_request" in said


def test_what_support_has_to_do_is_due_and_ends_nothing(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it: the day by which support should have answered reads as the day until which something may go out."""
    rows = json.loads(run("sheet", demo_shop, capsys, "--format", "json")[1])
    support = [row for row in rows if row["decision"] == "support"]
    assert [row for row in support if row["until"] or not row["due"]] == []
    assert {row["due"] for row in rows if row["decision"] != "support"} == {None}


def test_each_product_of_a_row_has_its_own_reason(
    tmp_path: Path, demo_shop: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it: of a mug that was kept it is said that the customer has sent everything of it back."""
    copied = tmp_path / demo_shop.database.name
    shutil.copy(demo_shop.database, copied)
    with duckdb.connect(str(copied)) as connection:
        # the kettle went back, one of two mugs was kept; the ask about the mug waits for consent
        ask = "order_id = 'H14-partial-refund' and action = 'review_request'"
        connection.execute(
            f"""
            create table waits as select * from marts.gate_reasons where check_name = 'consent' and state = 'unknown'
                limit 1;
            update waits set decision_id = (
                select decision_id from marts.gate_decisions where {ask} and sku = 'MUG-CERAMIC'
            );
            insert into marts.gate_reasons select * from waits;
            update marts.gate_decisions set decision = 'pause', primary_reason = 'consent:unknown'
                where {ask} and sku = 'MUG-CERAMIC';
            update marts.next_actions set decision = 'pause', skus = 'KETTLE-GOOSE,MUG-CERAMIC',
                primary_reason = 'kept:problem', decision_id = (
                    select decision_id from marts.gate_decisions where {ask} and sku = 'KETTLE-GOOSE'
                ) where {ask};
            """
        )
    assert sheet.sheet(["--database", str(copied), "--format", "json"]) == 0
    why = {row["order"]: row["why"] for row in json.loads(capsys.readouterr().out) if row["lane"] == "marketing"}
    assert why["H14-partial-refund"] == (
        "Gooseneck kettle: The customer has sent everything of it back."
        " Ceramic mug: Nothing says that the customer agreed to marketing."
    )


def test_a_terminal_gets_whole_sentences_and_what_many_wait_for_once(
    demo_shop: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it: a sentence is cut before it says what it is about, sixty times."""
    data = json.loads(run("sheet", demo_shop, capsys, "--format", "json")[1])
    table = run("sheet", demo_shop, capsys)[1]
    assert "..." not in table
    waiting = [row for row in data if row["decision"] == "pause"]
    most, count = Counter(row["why"] for row in waiting).most_common(1)[0]
    assert count >= sheet.TOLD_ONCE
    orders = {row["order"] for row in waiting if row["why"] == most}
    assert f"{len(orders)} orders" in table and "--decision pause lists each" in table
    every = run("sheet", demo_shop, capsys, "--decision", "pause")[1]
    assert [order for order in orders if order not in every] == [] and " orders " not in every


def test_what_goes_out_to_a_person_is_one_offer(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it: an offer that waits for the person's pick is listed as a send, and who works the list sends both."""
    rows = json.loads(run("sheet", demo_shop, capsys, "--lane", "marketing", "--format", "json")[1])
    sends = [row["customer_id"] for row in rows if row["decision"] == "send"]
    picks = rows_of(
        demo_shop.database,
        "select customer_id from marts.next_actions where is_customer_pick and decision = 'send'",
    )
    assert sorted(sends) == sorted(customer for (customer,) in picks) and len(set(sends)) == len(sends) > 20
    later = [row for row in rows if "comes first" in row["why"]]
    assert {row["order"] for row in later} == {"H57-active-subscription", "H68-second-purchase-a"}
    assert {(row["decision"], row["from"], row["until"]) for row in later} == {("pause", None, None)}
    assert any(row["why"].endswith("Cross-sell of order H57-active-subscription-a") for row in later)


def test_a_person_is_found_by_id_address_and_number(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    ((email, phone, customer_id),) = rows_of(
        demo_shop.database,
        """select email, phone, customer_id from staging.stg_customers
        where customer_id = 'cust-h21'""",
    )
    by_id = run("customer", demo_shop, capsys, customer_id, "--format", "json")[1]
    assert [row["order"] for row in json.loads(by_id)] == ["H21-ticket-by-phone"]
    assert run("customer", demo_shop, capsys, f" {email.upper()} ", "--format", "json")[1] == by_id
    assert run("customer", demo_shop, capsys, f"00{phone.lstrip('+')}", "--format", "json")[1] == by_id
    code, out, said = run("customer", demo_shop, capsys, "nobody@example.com")
    assert (code, out) == (1, "") and "nobody@" not in said and "post-purchase walk ORDER" in said


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("+44 20 7946 0001", {"british", "national"}),
        ("0044 2079460001", {"british", "national"}),
        ("020 7946 0001", {"british", "french", "national"}),
        ("+33 2 079460001", {"french", "national"}),
        ("+34 2079460001", {"national"}),
        ("n/a", set()),
        ("0001", set()),
    ],
)
def test_numbers_of_two_countries_are_two(who: str, found: set[str]) -> None:
    """Without it: a number whose last nine digits are another country's shows another person's orders."""
    with duckdb.connect() as connection:
        connection.execute("create schema staging")
        connection.execute(
            """create table staging.stg_customers as select * from (values
            ('british', null::varchar, '+44 20 7946 0001'), ('french', null, '0033 2079460001'),
            ('national', null, '020 7946 0001'), ('other', null, '+44 20 7946 0002'), ('none', null, null)
            ) as rows (customer_id, email, phone)"""
        )
        assert sheet.accounts_of(Source(connection), who) == found | {who}


def test_several_people_are_not_shown_as_one(
    demo_shop: Build, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "accounts_of", lambda *_: {"cust-h21", "cust-h11"})
    code, out, said = run("customer", demo_shop, capsys, "20 7946 0001")
    assert (code, out) == (2, "") and "cust-h11, cust-h21" in said and "7946" not in said


def test_what_is_paused_adds_up(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    ((paused,),) = rows_of(demo_shop.database, "select count(*) from marts.gate_decisions where decision = 'pause'")
    for by in ("reason", "action"):
        rows = json.loads(run("paused", demo_shop, capsys, "--by", by, "--format", "json")[1])
        assert sum(int(row["decisions"]) for row in rows) == paused
        assert all(row["meaning"] for row in rows)


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(value: str) -> None:
    (_, row) = csv.reader(io.StringIO(sheet.as_csv([{"customer": value, "worth": 1}])))
    assert row[0] == f"'{value}" or row[0] == value.strip()


@pytest.mark.parametrize("separator", [";", "|"])
def test_no_part_of_a_cell_is_a_formula(separator: str) -> None:
    """A reader that splits at another separator than a comma finds no formula either."""
    (_, row) = csv.reader(io.StringIO(sheet.as_csv([{"customer": f"Bob{separator}=1+1", "worth": -1}])))
    assert row == ["Bob" + separator + "'=1+1", "-1"]


def test_markdown_is_escaped() -> None:
    assert sheet.as_markdown([{"why": "a|b <b>*x*"}]).splitlines()[2] == r"| a\|b \<b\>\*x\* |"


def test_a_missing_database_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sheet.sheet(["--database", str(tmp_path / "none.duckdb")]) == 2
    assert "none.duckdb" in capsys.readouterr().err


def test_an_order_is_walked_by_its_name(tmp_path: Path, demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    # under its own name, which its views were made with
    database = tmp_path / demo_shop.database.name
    database.write_bytes(demo_shop.database.read_bytes())
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema names")
        connection.execute("create table names.stg_orders as select 'H11-lost' as order_id, ' #A-1001' as order_name")
        assert walk.order_of_name(connection, "nothing") == "nothing"
    for word in ("#A-1001", "a-1001"):
        assert walk.main([word, "--database", str(database)]) == 0
        assert "H11-lost" in capsys.readouterr().out


def test_nobody_with_a_shop_of_their_own_is_sent_to_the_demo_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make demo` would put the demo shop's customers into their database."""
    assert sheet.sheet(["--database", str(tmp_path / "own.duckdb")]) == 2
    said = capsys.readouterr().err
    assert "post-purchase build" in said and "demo" not in said
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POST_PURCHASE_DB", raising=False)
    assert sheet.sheet([]) == 2
    assert "make demo" in capsys.readouterr().err


def test_what_nobody_knows_has_its_price(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Every thing of the mart is told once, in words; without --all, only what lets a send out by itself."""
    known = rows_of(
        demo_shop.database, "select what_to_do, sends_released, decisions_waiting from marts.price_of_not_knowing"
    )
    assert missing.main(["--all", "--format", "json", "--database", str(demo_shop.database)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {(row["what to do"], int(row["lets out"]), int(row["waiting"])) for row in told} == set(known)
    assert len(told) == len(known) > 5
    assert missing.main(["--format", "json", "--database", str(demo_shop.database)]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert alone == [row for row in told if int(row["lets out"])] and len(alone) < len(told)
    assert not [row for row in told if CODE.search(row["what to do"]) or "_" in row["for"]]
    assert missing.main(["--kind", "cost", "--format", "json", "--database", str(demo_shop.database)]) == 0
    assert {row["kind"] for row in json.loads(capsys.readouterr().out)} == {"cost"}


# --- questions -----------------------------------------------------------------------------------------------------


def commands_of_the_questions() -> list[str]:
    text = (ROOT / "docs/questions.md").read_text()
    rows = [line for line in text.splitlines() if re.match(r"\| \d+\. ", line)]
    return [command for row in rows for command in re.findall(r"`post-purchase ([^`]+)`", row.split("|")[2])]


def test_ten_questions_have_ten_commands() -> None:
    assert len(commands_of_the_questions()) == 10


@pytest.mark.parametrize("command", [name for name in commands_of_the_questions() if "policy diff" not in name])
def test_a_question_s_command_answers_it(
    command: str, demo_shop: Build, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """policy diff decides anew, and is tested with the matrix that it compares (test_policy_comparison)."""
    monkeypatch.setenv("POST_PURCHASE_DB", str(demo_shop.database))
    assert cli.main(shlex.split(command)) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1


def test_commands_speak_the_language_of_the_notes(demo_shop: Build, tmp_path: Path) -> None:
    """A sheet in English over notes in German would be two languages on one desk."""
    # views name their database, so the copy keeps the name of the file
    database = tmp_path / demo_shop.database.name
    shutil.copy(demo_shop.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("update gate.int_note_words set note_language = 'de'")
        words = Words(Source(connection))
        assert words.reason("ticket:problem") == "Ein Support-Ticket ist offen."
        assert words.watch_for["upsell"].startswith("zweiter Kauf")
        # what the language lacks is said in English
        connection.execute("delete from policy.reason_sentences where language = 'de' and check_name = 'gift'")
        assert Words(Source(connection)).reason("gift:problem").startswith("It is a gift")


# --- Words that make no sense -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "meant"), [("shete", "sheet"), ("policy", "policy diff"), ("custmer", "customer")])
def test_a_command_that_is_none_names_the_nearest(word: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([word]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"There is no command '{word}'. Did you mean: {meant}") and len(said.splitlines()) == 3


def test_a_fault_before_any_model_is_one_sentence() -> None:
    said = """[ERROR]: Encountered an error:
Compilation Error in operation post_purchase_gate-on-run-start-2 (./dbt_project.yml)
  There is no var 'raw_pth'. Did you mean 'raw_path'?

  > in macro check_declared_vars (macros/inputs/declared_vars.sql)
  > called by operation post_purchase_gate-on-run-start-2 (./dbt_project.yml)"""
    assert build.without_its_way(said) == "There is no var 'raw_pth'. Did you mean 'raw_path'?"
    named = said.replace(
        "operation post_purchase_gate-on-run-start-2 (./dbt", "model base_orders (models/staging/base_orders"
    )
    assert build.without_its_way(named) == "There is no var 'raw_pth'. Did you mean 'raw_path'?"
    of_a_model = said.replace("macros/inputs/", "macros/gate/").replace(
        "(./dbt_project.yml)\n  There", "(x.sql)\n  There"
    )
    assert build.without_its_way(of_a_model) == of_a_model.strip()
    of_a_model = "Compilation Error in model orders\n  > in macro ref"
    assert build.without_its_way(of_a_model) == of_a_model


@pytest.mark.parametrize(
    "command",
    [
        "build",
        "demo",
        "doctor --vars '{connections: [{connector: shopify}]}'",
        "shop shape api --out none",
        "sheet",
        "walk H11-lost",
    ],
)
def test_what_is_no_database_is_said_before_anything_is_done(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it: an error of DuckDB's, after the project was read for a minute, or the advice to wait."""
    (tmp_path / "text.duckdb").write_text("order_id\n" * 100)
    for place, what in (("text.duckdb", "is no DuckDB database"), ("", "is a folder")):
        assert cli.main([*shlex.split(command), "--database", str(tmp_path / place)]) == 2
        said = capsys.readouterr().err
        assert what in said and "--database" in said and len(said.splitlines()) == 1
    assert (tmp_path / "text.duckdb").read_text() == "order_id\n" * 100


@pytest.mark.parametrize("command", ["build", "doctor"])
@pytest.mark.parametrize("text", ["raw_path: [unclosed", "raw_path", "- raw_path"])
def test_vars_that_are_no_mapping_are_said(command: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([command, "--vars", text])
    said = capsys.readouterr().err
    assert stopped.value.code == 2 and "{raw_path: FOLDER}" in said and "Traceback" not in said


def test_notes_are_counted_from_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["notes", "--count", "-1"])
    assert stopped.value.code == 2 and "say 1 or more" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_said(
    demo_shop: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without it: a traceback, whose last line alone speaks of the folder."""
    (tmp_path / "file").touch()
    words = ["pages", "--database", str(demo_shop.database), "--out", str(tmp_path / "file" / "pages")]
    with pytest.raises(SystemExit) as stopped:
        terminal.run(lambda: cli.main(words))
    said = capsys.readouterr().err
    assert stopped.value.code == 2 and str(tmp_path / "file") in said and len(said.splitlines()) == 1


def test_a_policy_that_is_not_there_is_said(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["policy", "diff", "none.csv", "--database", str(demo_shop.database)]) == 2
    assert capsys.readouterr().err.startswith("There is no file none.csv.")
