"""The pages as files: what they hold, that it is the marts' own, that it is escaped, and nobody's address."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from collections import Counter
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest
from conftest import ROOT, Build

from post_purchase.pages.command import MARK, NAVIGATION, POLICY, main
from post_purchase.pages.packs import unpack
from post_purchase.source import Figures
from post_purchase.walk import CHECKS

HOSTILE = "</script><script>alert('x')</script> & \"quoted\" 'single' <b>"


def written(database: Path, folder: Path) -> Path:
    assert main(["--database", str(database), "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def pages(demo_shop: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(demo_shop.database, tmp_path_factory.mktemp("pages") / "site")


def changed(demo_shop: Build, folder: Path, *statements: str) -> Path:
    """A copy of the demo shop's build in which something else is so. Its views know it by the name of its file."""
    database = folder / demo_shop.database.name
    shutil.copy(demo_shop.database, database)
    with duckdb.connect(str(database)) as connection:
        views = connection.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        for schema, view in views:
            if any(f"{schema}.{view} " in f"{statement} " for statement in statements):
                connection.execute(f"create table {schema}.as_a_table as from {schema}.{view}")
                connection.execute(f"drop view {schema}.{view}")
                connection.execute(f"alter table {schema}.as_a_table rename to {view}")
        for statement in statements:
            connection.execute(statement)
    return database


def ask(build: Build, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(build.database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def rows_of(folder: Path, name: str) -> list[list[Any]]:
    """A list's rows, from all its blocks."""
    files = sorted((folder / "data" / name).glob("rows-*.js"), key=lambda path: int(path.stem.split("-")[1]))
    return [row for file in files for row in json.loads(unpack(file))]


def orders_of(folder: Path) -> dict[str, dict[str, Any]]:
    files = [path for path in (folder / "data" / "orders").glob("*.js") if path.stem != "index"]
    return {order["id"]: order for file in files for order in json.loads(unpack(file))}


def everything(folder: Path) -> str:
    """All text of a folder, packs opened."""
    texts = [path.read_text() for path in folder.rglob("*") if path.is_file() and path.suffix != ".js"]
    for path in (folder / "data").rglob("*.js"):
        if path.stem.split("-")[0] in ("facet", "sort"):
            continue
        texts.append(unpack(path).decode())
    return "\n".join(texts)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text inside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.code = ""
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.code += data.strip()


def html_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.html"))


# --- the marts' own ----------------------------------------------------------------------------------------------


def test_the_sheet_has_every_row_of_the_mart(pages: Path, demo_shop: Build) -> None:
    told = Counter(row[1][0] for row in rows_of(pages, "sheet"))
    known = Counter(order for (order,) in ask(demo_shop, "select order_id from marts.next_actions"))
    assert told == known and len(told) > 100


def test_the_tabs_count_what_the_mart_decided(pages: Path, demo_shop: Build) -> None:
    told = Counter(row[0][4] for row in rows_of(pages, "sheet"))
    known = dict(
        ask(
            demo_shop,
            """select case when decision = 'support' then 'With support'
                when nothing_left_because is not null then 'Nothing left' when decision = 'pause' then 'Held'
                when lane = 'marketing' and not is_customer_pick then 'Waits its turn' else 'Goes out' end, count(*)
            from marts.next_actions group by all""",
        )
    )
    assert told == known and set(known) >= {"Goes out", "Held", "With support"}
    shown = re.findall(r'data-word="([^"]+)"[^>]*><span>[^<]+<b>([\d,]+)</b>', (pages / "index.html").read_text())
    assert {word: int(rows.replace(",", "")) for word, rows in shown} == {**dict.fromkeys(dict(shown), 0), **known}


def test_a_filter_s_codes_stand_in_the_order_of_the_rows(pages: Path) -> None:
    """One place off, and a tab would show somebody else's rows."""
    codes = unpack(pages / "data" / "sheet" / "facet-status.js")
    words = dict(
        (int(code), word)
        for code, word in re.findall(r'value="(\d+)" data-word="([^"]+)"', (pages / "index.html").read_text())
        if word in ("Goes out", "Held", "With support", "Waits its turn", "Nothing left")
    )
    assert [words[code] for code in codes] == [row[0][4] for row in rows_of(pages, "sheet")]


def test_an_order_s_page_has_its_events_lines_findings_and_notes(pages: Path, demo_shop: Build) -> None:
    orders = orders_of(pages)
    notes = Counter(ask(demo_shop, "select order_id, lane, lesson_note from marts.next_actions"))
    assert Counter((order["id"], lane[0], lane[-1]) for order in orders.values() for lane in order["lanes"]) == notes
    events = Counter(
        ask(
            demo_shop,
            """select order_id, event, source_id from marts.order_timeline
            where order_id in (select order_id from marts.next_actions)""",
        )
    )
    told = Counter((order["id"], event[1], event[4]) for order in orders.values() for event in order["events"])
    assert told == events and len(events) > 500
    decisions = dict(ask(demo_shop, "select order_line_id, count(*) from marts.gate_decisions group by all"))
    lines = [line for order in orders.values() for line in order["lines"]]
    assert {line[0]: len(line[6]) for line in lines if line[6]} == decisions
    held = dict(
        ask(
            demo_shop,
            "select order_line_id, count(distinct (check_name, state, action)) from marts.gate_reasons group by all",
        )
    )
    assert {
        line[0]: len({(found[0], found[1], letter) for found in line[5] for letter in found[6]})
        for line in lines
        if line[5]
    } == held


def test_an_order_s_states_are_those_of_the_evidence(pages: Path, demo_shop: Build) -> None:
    letters = {"ok": "o", "waiting": "w", "problem": "p", "unknown": "u", None: "-"}
    known = {
        row[0]: "".join(letters[state] for state in row[1:])
        for row in ask(demo_shop, f"select order_line_id, {', '.join(CHECKS)} from marts.order_evidence")
    }
    assert {line[0]: line[3] for order in orders_of(pages).values() for line in order["lines"]} == known


def test_an_order_is_found_by_the_table_of_first_ids(pages: Path) -> None:
    firsts = json.loads(unpack(pages / "data" / "orders" / "index.js"))
    assert firsts == sorted(firsts)
    for number, first in enumerate(firsts):
        pack = json.loads(unpack(pages / "data" / "orders" / f"{number}.js"))
        assert pack[0]["id"] == first and len(pack) <= 64


def test_support_has_every_open_issue_and_every_bad_review(pages: Path, demo_shop: Build) -> None:
    known = ask(demo_shop, "select order_id, coalesce(ticket_id, 'No ticket yet') from marts.open_issues")
    assert Counter((row[1][0], row[2][0]) for row in rows_of(pages, "support")) == Counter(known)
    assert len(known) > 10
    assert len(rows_of(pages, "reviews")) == ask(demo_shop, "select count(*) from marts.review_to_answer")[0][0] > 0


def test_the_price_of_not_knowing_is_on_the_page_of_feeds(pages: Path, demo_shop: Build) -> None:
    known = ask(demo_shop, "select what_to_do from marts.price_of_not_knowing")
    text = (pages / "feeds.html").read_text()
    assert [what for (what,) in known if html.escape(what, quote=False) not in text] == []


def test_the_matrix_is_shown_cell_by_cell(pages: Path) -> None:
    """A cell that is not shown is a rule that nobody knows of."""
    with (ROOT / "seeds" / "policy" / "gate_matrix.csv").open() as file:
        cells = Counter(
            value for row in csv.DictReader(file) for name, value in row.items() if value in ("pause", "support")
        )
    shown = re.findall(
        r'<span class="chip (?:wait|support)">(Pause|Support)</span>', (pages / "policy.html").read_text()
    )
    assert Counter(shown) == {"Pause": cells["pause"], "Support": cells["support"]}


# --- what it may hold --------------------------------------------------------------------------------------------


def test_nobody_s_address_is_in_the_pages(pages: Path) -> None:
    text = everything(pages).lower()
    digits = re.sub(r"[^0-9a-z]", "", text)
    with (ROOT / "seeds" / "demo_shop" / "demo_customers.csv").open() as file:
        customers = list(csv.DictReader(file))
    for customer in customers:
        assert not customer["email"] or customer["email"].strip().lower() not in text
        phone = re.sub(r"\D", "", customer["phone"] or "")
        assert len(phone) < 8 or phone not in digits
    assert "@" not in re.sub(r"@(media|supports)", "", text)
    names = {customer["first_name"] for customer in customers if customer["first_name"]}
    assert any(name.lower() in text for name in names), "the first name is what a reader may know"


def test_what_a_shop_writes_is_text_not_markup(demo_shop: Build, tmp_path: Path) -> None:
    hostile = HOSTILE.replace("'", "''")
    database = changed(
        demo_shop,
        tmp_path,
        f"update staging.stg_products set title = '{hostile}'",
        f"update marts.next_actions set lesson_note = '{hostile}', order_id = order_id || '<img src=x>'",
        f"update marts.open_issues set topic = '{hostile}', support_owner = '{hostile}'",
        f"update marts.feed_health set feed = '{hostile}' where feed = 'orders'",
        f"update marts.sku_pairs set refusal_reasons = '{hostile}'",
    )
    folder = written(database, tmp_path / "site")
    for file in html_files(folder):
        text = file.read_text()
        page = Elements(text)
        assert page.code == "" and "<script>alert" not in text and "<img" not in text and "<b>Q" not in text
    assert html.escape(HOSTILE, quote=False)[:12] in (folder / "index.html").read_text()
    # data is never code: a pack is one call with two texts of letters that end no text
    for file in (folder / "data").rglob("*.js"):
        assert re.fullmatch(r'pp\("[a-z0-9/_-]+","[A-Za-z0-9+/=]*"\);\n', file.read_text()), file


def test_every_page_has_the_policy_and_nothing_inline(pages: Path) -> None:
    files = html_files(pages)
    assert {file.name for file in files} == {name for name, _ in NAVIGATION} | {"order.html"}
    for file in files:
        page = Elements(file.read_text())
        order = [tag for tag, _ in page.elements]
        metas = [attributes for tag, attributes in page.elements if tag == "meta"]
        assert metas[1] == {"http-equiv": "Content-Security-Policy", "content": POLICY}
        assert order.index("meta") < order.index("link")
        assert page.code == "" and "style" not in order
        for tag, attributes in page.elements:
            assert tag not in ("iframe", "object", "embed", "base")
            assert not [name for name in attributes if name.startswith("on") or name == "style"], (file.name, tag)
    assert "unsafe" not in POLICY and "http" not in POLICY


def test_the_scripts_make_no_markup_and_no_code_of_data(pages: Path) -> None:
    for file in (pages / "assets").glob("*.js"):
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "fetch(",
        ):
            assert way not in file.read_text(), (file.name, way)


def test_every_link_leads_somewhere_in_the_folder(pages: Path) -> None:
    orders = set(orders_of(pages))
    followed = 0
    for file in html_files(pages):
        for _, attributes in Elements(file.read_text()).elements:
            target = attributes.get("href") or attributes.get("src")
            if not target:
                continue
            assert "//" not in target
            name, _, fragment = target.partition("#")
            assert not name or (pages / name).is_file(), (file.name, target)
            if name == "order.html":
                assert unquote(fragment) in orders
                followed += 1
    assert followed > 50
    for name in ("sheet", "support"):
        for row in rows_of(pages, name):
            assert unquote(row[1][2].removeprefix("order.html#")) in orders


def test_the_same_build_gives_the_same_bytes(pages: Path, demo_shop: Build, tmp_path: Path) -> None:
    again = written(demo_shop.database, tmp_path / "site")
    files = sorted(path.relative_to(pages) for path in pages.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert not [file for file in files if (pages / file).read_bytes() != (again / file).read_bytes()]


# --- a shop that has less ----------------------------------------------------------------------------------------


def test_what_is_empty_says_what_that_means(demo_shop: Build, tmp_path: Path) -> None:
    empty = ("open_issues", "review_to_answer", "watch_alerts", "watch_metrics", "sku_pairs", "unsubscribe_latency")
    database = changed(
        demo_shop, tmp_path, *(f"delete from marts.{mart}" for mart in empty), "delete from marts.rejected_rows"
    )
    folder = written(database, tmp_path / "site")
    for file, words in {
        "support.html": ("No issue is open.", "No review waits for an answer."),
        "watch.html": ("Nothing is watched.", "No message is known."),
        "products.html": ("No pair is known.",),
        "audit.html": ("Nobody has opted out.",),
        "feeds.html": ("No row was refused.",),
        "experiments.html": ("No experiment runs.",),
    }.items():
        text = (folder / file).read_text()
        for word in words:
            assert word in text, (file, word)


def test_a_candidate_policy_is_shown_beside_the_one_in_force(demo_shop: Build, tmp_path: Path) -> None:
    database = changed(
        demo_shop,
        tmp_path,
        """create table marts.policy_comparison as select decision_id as point_id, customer_id, order_id, order_line_id,
        null::varchar as message_id, 'live' as origin, action, decision, 'send' as candidate_decision, reason_codes,
        null::varchar as candidate_reason_codes, as_of as decided_at
        from marts.gate_decisions where decision = 'pause' order by decision_id limit 7""",
        """insert into marts.policy_comparison select 'past', customer_id, 'an-old-order', 'an-old-line', 'm-1',
        'message', 'upsell', 'send', 'pause', '', 'gift:problem', as_of from marts.gate_decisions limit 1""",
        """create table marts.policy_comparison_summary as select 'live' as origin, action, 10 as decisions,
        if(action = 'upsell', 7, 0) as decisions_changed, 1 as sends, 8 as candidate_sends, 7 as sends_gained,
        0 as sends_lost from (select distinct action from marts.gate_decisions)""",
        """insert into policy.int_policy_cells by name select * replace ('candidate' as policy,
        if(check_name || state || action = 'giftproblemupsell', 'support', verdict) as verdict)
        from policy.int_policy_cells""",
    )
    folder = written(database, tmp_path / "site")
    text = (folder / "policy.html").read_text()
    rows = rows_of(folder, "changes")
    assert [row[3][4] or row[3][0] for row in rows] == ["Send"] * 7 + ["Pause"]
    assert rows[0][1][2].startswith("order.html#") and rows[-1][1][2] is None, "what is not live has no page"
    assert text.count('<td class="changed">') == 1, "one cell differs, and it alone is framed"
    summary = text[
        text.index("Decisions under the matrix in force") : text.index("Decisions that the candidate changes")
    ]
    assert summary.count("<td>live orders</td>") == 1, "an action of which nothing changes is not listed"


def test_an_experiment_that_has_a_word_says_it(demo_shop: Build, tmp_path: Path) -> None:
    row = """insert into marts.experiment_lift by name select 'e' || n as experiment_lift_id,
        (select max(as_of) from marts.next_actions) as as_of, 'upsell' as action, 'drawn' as assignment,
        'treatment' as variant, 'second_purchase' as outcome, 'higher' as better_when, 30 as horizon_days,
        n = 1 as is_decisive, false as is_planned_look, 5000 as control_customers, 45000 as treatment_customers,
        0 as unknown_customers, 0.1 as planned_control_share, 0.20 as control_mean, 0.25 as treatment_mean,
        0.05 as difference, 0.02 as anytime_lower, 0.08 as anytime_upper, 'cannot tell' as verdict,
        'better' as anytime_verdict from range(1, 3) as numbers (n)"""
    folder = written(changed(demo_shop, tmp_path, row), tmp_path / "site")
    text = (folder / "experiments.html").read_text()
    assert "No experiment runs." not in text and 'class="series intervals"' in text
    assert text.count('<span class="sub">decides</span>') == 1 and text.count("0.0200 to 0.0800") == 2


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_folder_that_holds_something_else_is_left_alone(
    demo_shop: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").write_text("mine")
    assert main(["--database", str(demo_shop.database), "--out", str(tmp_path / "site")]) == 2
    assert "--out" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["thesis.txt"]


def test_pages_that_are_written_again_are_replaced_as_a_whole(demo_shop: Build, tmp_path: Path) -> None:
    folder = written(demo_shop.database, tmp_path / "site")
    (folder / "data" / "left.js").write_text("old")
    written(demo_shop.database, folder)
    assert (folder / MARK).is_file() and not (folder / "data" / "left.js").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_without_a_build_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(tmp_path / "none.duckdb"), "--out", str(tmp_path / "site")]) == 2
    assert "post-purchase build" in capsys.readouterr().err and not (tmp_path / "site").exists()


def test_pages_speak_the_language_of_the_notes(demo_shop: Build, tmp_path: Path) -> None:
    """With note_language in a language that the seed has, no word of a page stays English."""
    database = changed(demo_shop, tmp_path, "update gate.int_note_words set note_language = 'de'")
    site = written(database, tmp_path / "site")
    said: dict[str, dict[str, str]] = {}
    with (ROOT / "seeds/reference/page_words.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            said.setdefault(row["language"], {})[row["part"]] = row["sentence"]
    english = {
        text
        for part, text in said["en"].items()
        if len(text) > 12 and "{" not in text and text not in said["de"].values()
    }
    assert len(english) > 150
    for path in html_files(site):
        text = html.unescape(path.read_text())
        assert '<html lang="de">' in text
        assert {sentence for sentence in english if sentence in text} == set(), path.name
    assert "<h1>Heute</h1>" in (site / "index.html").read_text()
    assert {row[0][4] for row in rows_of(site, "sheet")} <= {
        said["de"][part] for part in ("goes_out", "held", "with_support", "waits_its_turn", "nothing_left")
    }
    shown = json.dumps([rows_of(site, table) for table in ("sheet", "support", "pairs")], ensure_ascii=False)
    # what stands between the tags: the places of a chart's lines are numbers, too
    shown += "".join(html.unescape(re.sub(r"<[^>]*>", " ", path.read_text())) for path in html_files(site))
    assert re.search(r"\b\d{1,2}\. (Mai|Juni|Juli)\b", shown) and re.search(r"\d,\d\d\b", shown)
    assert re.findall(r"\b\d{1,2} (?:May|Jun|Jul)\b", shown) == []
    assert re.findall(r"\b\d+\.\d\d\b", shown) == [], "an amount with a point is another one in German"


def test_days_and_figures_are_written_as_the_language_does() -> None:
    english, german, unknown = Figures("en"), Figures("de"), Figures("no such language")
    at = datetime(2026, 6, 5, 9, 3)
    assert (english.moment(at), german.moment(at)) == ("5 Jun 2026, 09:03", "5. Juni 2026, 09:03")
    assert (english.short(at, 2026), german.short(at, 2026), german.short(at, 2027)) == (
        "5 Jun, 09:03",
        "5. Juni, 09:03",
        "5. Juni 2026",
    )
    assert (english.amount(-1234.5), german.amount(-1234.5)) == ("\u22121,234.50", "\u22121.234,50")
    assert (english.share(0.0234), german.share(0.0234)) == ("2.3\u202f%", "2,3\u202f%")
    assert unknown.moment(at) == english.moment(at)


def test_pages_of_a_language_that_the_seed_lacks_are_english(demo_shop: Build, tmp_path: Path) -> None:
    database = changed(demo_shop, tmp_path, "update gate.int_note_words set note_language = 'fr'")
    text = (written(database, tmp_path / "site") / "index.html").read_text()
    assert '<html lang="en">' in text and 'data-note-language="fr"' in text and "<h1>Today</h1>" in text
