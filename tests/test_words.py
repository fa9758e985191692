"""Every code that the models can give has its sentence, and the glossary says what the seed says."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import ROOT, Build, run_dbt
from test_pages import ask

from post_purchase import reasons
from post_purchase.pages import lists
from post_purchase.pages.command import NAVIGATION

CHECKS = ROOT / "models/gate/checks"
STATES = "problem|waiting|unknown"
# A code as it stands in SQL, 'problem:sent', and the values of a `case` that ends as a check's detail.
CODE = re.compile(rf"'(?:{STATES}):([a-z_]+)'")
DETAIL = re.compile(r"case\b((?:(?!\bcase\b).)*?)\bend as detail", re.S)
VALUE = re.compile(r"(?:then|else)\s+'([a-z_]+)'|coalesce\([^()]*,\s*'([a-z_]+)'\)")

PAYMENT: list[tuple[str, str | re.Pattern[str]]] = [
    ("models/observations/evidence/int_payment_evidence.sql", CODE),
    ("models/observations/evidence/int_payment_evidence.sql", re.compile(r"standing in \(((?:'[a-z_]+'(?:, )?)+)\)")),
    ("models/core/money/int_payment_states.sql", "standing"),
]

# Where a check takes its details from somewhere else: which file says them, and how they stand in it.
ELSEWHERE: dict[str, list[tuple[str, str | re.Pattern[str]]]] = {
    "payment": PAYMENT,
    "settled": PAYMENT,
    "damage": [
        ("macros/checks/report_answers.sql", CODE),
        ("models/gate/checks/check_damage.sql", re.compile(r"carrier_code='([a-z_]+)'")),
    ],
    "sizing": [("macros/checks/report_answers.sql", CODE)],
    "consent": [("macros/policy/consent.sql", CODE)],
    "kept": [("models/core/money/int_line_kept.sql", "nothing_kept_because")],
    "owned": [("models/gate/targets/int_candidate_purchases.sql", "owned_detail")],
    "supplied": [("models/gate/targets/int_candidate_evidence.sql", "supplied_detail")],
    "holdout": [("models/outcomes/experiments/int_experiment_groups.sql", "assignment")],
    "delivery": [
        (
            "models/core/parcels/int_parcel_states.sql",
            re.compile(r"parcel_state (?:=|in) \(?((?:'[a-z_]+'(?:, )?)+)\)?\n? *then (?:returned|missing)"),
        )
    ],
    "deliverability": [
        ("models/core/messages/int_address_states.sql", re.compile(r"event_type in \(((?:'[a-z_]+'(?:, )?)+)\)\n")),
        ("models/core/messages/int_address_states.sql", "address_state"),
    ],
    "content": [("macros/policy/content.sql", CODE)],
    "circuit_breaker": [("macros/policy/outcomes.sql", re.compile(r"'metric': '([a-z_]+)'"))],
    "held": [
        (
            "models/gate/checks/check_held.sql",
            re.compile(r"holds\.scope = '([a-z]+)'|for scope in \[((?:'[a-z]+'(?:, )?)+)\]|\('(sku|category)',"),
        )
    ],
}
# Said for any check of what cannot be read, and words that are no detail.
ANYWHERE = {"degraded", "refused_row"}
NOT_DETAILS = {
    "payment": {"partly_captured", "ended", "captured", "nothing_owed", "pending", "authorized"},
    "settled": {"ended", "feed", "cancelled", "refund_due", "paid_after_cancel"},
    "shipping": {"feed"},
    # an address that is fine, and one whose event nobody has mapped, which check_deliverability calls unmapped_event
    "deliverability": {"delivered", "opened", "clicked", "unknown"},
}


def words_in(text: str, where: str | re.Pattern[str]) -> set[str]:
    """The details that a file says: by a pattern, or as the values of the `case` that ends as a column."""
    if isinstance(where, str):
        found = re.findall(rf"case\b((?:(?!\bcase\b).)*?)\bend as {where}\b", text, re.S)
        named = re.findall(rf"'([a-z_]+)' as {where}\b", text)
        return {value for block in found for value in re.findall(r"(?:then|else)\s+'([a-z_]+)'", block)} | set(named)
    hits = where.findall(text)
    parts = [part for hit in hits for part in (hit if isinstance(hit, tuple) else (hit,)) if part]
    return {word for part in parts for word in (re.findall(r"'([a-z_]+)'", part) or [part])}


def details(check: str, text: str) -> set[str]:
    """Every detail that the SQL of a check can give by itself."""
    found = set(CODE.findall(text))
    for block in DETAIL.findall(text):
        found |= {word for pair in VALUE.findall(block) for word in pair if word}
    found |= set(re.findall(r"'([a-z_]+)' as detail\b", text))
    return found


def codes(check: str, own: str) -> set[str]:
    found = details(check, own)
    for file, where in ELSEWHERE.get(check, []):
        found |= words_in((ROOT / file).read_text(), where)
    if check == "held":
        found = {f"{scope}_held" for scope in found}
    return {
        word for word in found - ANYWHERE - NOT_DETAILS.get(check, set()) if not word.startswith(("feed_", "column_"))
    }


def sentences() -> list[dict[str, str]]:
    return reasons.sentences(read_seed("reference/reason_sentences.csv"), "en")


def missing(check: str, own: str, rows: Iterable[dict[str, str]]) -> set[str]:
    return codes(check, own) - {row["detail"] for row in rows if row["check_name"] == check}


CHECK_NAMES = sorted(path.stem.removeprefix("check_") for path in CHECKS.glob("check_*.sql"))


@pytest.mark.parametrize("check", CHECK_NAMES)
def test_every_code_of_a_check_has_its_sentence(check: str) -> None:
    own = (CHECKS / f"check_{check}.sql").read_text()
    assert missing(check, own, sentences()) == set(), "put it into words: a row of seeds/reference/reason_sentences.csv"


@pytest.mark.parametrize("check", CHECK_NAMES)
def test_every_sentence_is_of_a_code_that_exists(check: str) -> None:
    own = (CHECKS / f"check_{check}.sql").read_text()
    written = {row["detail"] for row in sentences() if row["check_name"] == check} - {"*"}
    assert written - codes(check, own) - NOT_DETAILS.get(check, set()) == set(), "no model gives it any more"


@pytest.mark.parametrize(
    ("check", "sql"),
    [
        ("gift", "case when is_gift then 'gift_order' else 'brand_new' end as detail"),
        ("ticket", "when true then 'problem:brand_new'"),
        ("frequency", "'brand_new' as detail"),
    ],
)
def test_a_new_code_without_a_sentence_is_found(check: str, sql: str) -> None:
    assert missing(check, sql, sentences()) >= {"brand_new"}


def test_every_cell_of_the_matrix_has_a_sentence_for_its_state() -> None:
    with (ROOT / "seeds/policy/gate_matrix.csv").open(newline="") as file:
        cells = {(row["check_name"], row["state"]) for row in csv.DictReader(file)}
    assert cells - {(row["check_name"], row["state"]) for row in sentences() if row["detail"] == "*"} == set()


def test_the_glossary_is_made_from_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert reasons.main([]) == 0
    assert (ROOT / "docs/reasons.md").read_text() == capsys.readouterr().out, "post-purchase reasons > docs/reasons.md"


def test_one_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert reasons.main(["ticket:problem"]) == 0
    said = capsys.readouterr().out
    assert "A support ticket is open." in said and "solved a few days ago" not in said
    assert reasons.main(["tikcet"]) == 1
    assert "There is no code 'tikcet'" in capsys.readouterr().err


def test_a_language_that_the_seed_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert reasons.main(["--language", "xx"]) == 2
    assert "no language 'xx'. It has: de, en." in capsys.readouterr().err


# --- the notes -----------------------------------------------------------------------------------------------------


def read_seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "seeds" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def note_rows() -> list[dict[str, str]]:
    return read_seed("reference/note_sentences.csv")


def braces(sentence: str) -> set[str]:
    return set(re.findall(r"{([a-z_]+)}", sentence))


NOTE_FILES = [ROOT / "macros/policy/notes.sql", *sorted((ROOT / "models/gate/notes").glob("*.sql"))]
NOTE_SQL = "\n".join(path.read_text() for path in NOTE_FILES)


def test_every_part_of_a_note_is_somewhere_in_a_note() -> None:
    """A sentence that no model asks for would be translated for nothing; one that the seed lacks would be silent."""
    said = {row["part"] for row in note_rows()}
    asked = set(re.findall(r"'([a-z_]+)'", NOTE_SQL))
    begin = ("why_", "fits_", "metric_", "topic_", "heading_", "missing_", "channel_name_", "anchor_", "feed_name_")
    made = {part for part in said if part.startswith(begin)}
    assert said - asked - made == set()
    channels = {row["channel"] for row in read_seed("policy/channels.csv")}
    assert {f"channel_name_{channel}" for channel in channels} == {
        part for part in said if part.startswith("channel_name_")
    }, "a channel that a note cannot name"
    anchors = {row["due_anchor"] for row in read_seed("policy/actions.csv")} - {"issue"}
    assert {f"why_{anchor}" for anchor in anchors} <= said, "an action that is due by this anchor has no 'why now'"
    assert {f"anchor_{anchor}" for anchor in anchors} == {part for part in said if part.startswith("anchor_")}
    feeds = {row["feed"] for row in read_seed("policy/feed_freshness.csv")}
    assert {f"feed_name_{feed}" for feed in feeds} == {part for part in said if part.startswith("feed_name_")}


# The seeds of sentences: what a row is of, and what it says.
SENTENCES = {
    "reference/note_sentences.csv": (("part",), ("sentence",)),
    "reference/reason_sentences.csv": (("check_name", "state", "detail"), ("sentence", "waits_for", "remedy")),
}


@pytest.mark.parametrize("seed", SENTENCES)
def test_no_language_lacks_a_sentence(seed: str) -> None:
    """A note in two languages at once, or with a brace that nothing fills in, would be no note."""
    of, says = SENTENCES[seed]
    told: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
    for row in read_seed(seed):
        told.setdefault(row["language"], {})[tuple(row[column] for column in of)] = row
    assert len(told) > 1
    english = told["en"]
    for language, rows in told.items():
        assert set(rows) == set(english), f"put it into {language}: a row of seeds/{seed}"
        for key, row in rows.items():
            for column in says:
                assert braces(row[column]) == braces(english[key][column]), (language, key)
                assert bool(row[column].strip()) == bool(english[key][column].strip()), (language, key)


def test_a_sentence_can_stand_within_another() -> None:
    """What is wrong stands in a heading and behind a product, small letter first: no noun of German may begin it."""
    small = re.compile(r"(D(er|ie|as|em)|Diese[rs]?|(E|Ke)ine?m?|Es|Niemand|Nichts|Etwas|Seit|{offer}) ")
    for row in read_seed("reference/reason_sentences.csv"):
        if row["language"] == "de" and row["state"] == "problem":
            assert small.match(row["sentence"]), row["sentence"]


def told(build: Build) -> list[tuple[str, str, str]]:
    return ask(build, "select order_id, lane, lesson_note from marts.next_actions")


def test_no_note_has_a_code(demo_shop: Build) -> None:
    """A code is no word: a reader of notes never meets one."""
    codes = {row["action"] for row in read_seed("policy/actions.csv")} | {
        row["check_name"] for row in read_seed("policy/checks.csv")
    }
    codes |= {row["detail"] for row in sentences()} - {"*"}
    codes = {code for code in codes if "_" in code}
    wrong = {}
    for order, lane, note in told(demo_shop):
        plain = note.replace("\\", "")
        found = {code for code in codes if re.search(rf"\b{code}\b", plain)}
        found |= set(re.findall(r"\b[a-z_]+:(?:ok|waiting|problem|unknown)\b", plain))
        if found:
            wrong[order, lane] = found
    assert wrong == {}
    assert len(told(demo_shop)) > 100


def test_no_note_has_a_sku_whose_title_is_known(demo_shop: Build) -> None:
    titles = dict(ask(demo_shop, "select sku, title from staging.stg_products where title is not null"))
    named = set()
    for order, lane, note in told(demo_shop):
        plain = note.replace("\\", "")
        found = {sku for sku in titles if re.search(rf"(?<![\w-]){re.escape(sku)}(?![\w-])", plain)}
        assert found == set(), (order, lane)
        named |= {title for title in titles.values() if title in plain}
    assert len(named) > 10


def test_a_note_says_what_its_reader_needs(demo_shop: Build) -> None:
    rows = ask(
        demo_shop,
        "select lane, decision, action, is_customer_pick, recommended_sku, lesson_note from marts.next_actions",
    )
    kinds = set()
    for lane, decision, action, is_pick, offer, note in rows:
        kind = (
            "support" if decision == "support"
            else "left" if action == "nothing_left"
            else "held" if decision == "pause"
            else "send" if is_pick or lane != "marketing"
            else "turn"
        )  # fmt: skip
        kinds.add(kind)
        wanted = {
            "support": ["### Support for ", "- Order ", "It belongs to the queue "],
            "left": ["### Nothing left to do for ", "- Why nothing is left:\n  - "],
            "held": [": held\n", "- What holds it:\n  - "],
            "send": ["- Why now: ", "- Channel: e-mail, the only one", "- Send it from ", " until ", "- Watch: "],
            "turn": ["when its turn comes", "goes first: one offer at a time"],
        }[kind]
        if kind == "held":
            assert re.search(r"^- (The earliest|Not before|No date)", note, re.M), note
        if kind in ("send", "turn") and offer:
            wanted += ["- Recommend **", "- It earns "]
        assert [words for words in wanted if words not in note] == [], note
    assert kinds == {"support", "left", "held", "send", "turn"}


def test_no_note_contradicts_a_line_of_its_order(demo_shop: Build) -> None:
    """What is said beside the lines, held against what the lines say became of them."""
    under_way = ("on its way", "not been shipped", "has not arrived", "Whether it has arrived")
    arrived = ("had time to use it", "what was delivered", "may be sent back until")
    read = 0
    for order, lane, note in told(demo_shop):
        lines = [line for line in note.split("\n") if re.match(r"  - (\*\*|\d+ ×)", line)]
        beside = "\n".join(line for line in note.split("\n") if line not in lines)
        if lines and all(re.search(r"(?<!presumed )delivered \d", line) for line in lines):
            assert [words for words in under_way if words in beside] == [], (order, lane)
            read += 1
        if lines and all("not delivered yet" in line or "not shipped" in line for line in lines):
            assert [words for words in arrived if words in beside] == [], (order, lane)
            read += 1
        window = re.search(r"Send it from (.{16}) until (.{16})", note)
        assert not window or window[1] < window[2], (order, lane)
    assert read > 80


def test_a_note_says_whose_payment_it_was_and_ships_nothing_digital(demo_shop: Build) -> None:
    """Without it: an exchange was paid before it was placed, and a gift card has been shipped."""
    notes = ask(
        demo_shop,
        "select order_id, lesson_note from marts.next_actions"
        " where order_id in ('H29-legacy-exchange-b', 'H59-gift-card')",
    )
    exchanged = " ".join(note for order, note in notes if order == "H29-legacy-exchange-b")
    assert "placed 2026-06-05, paid with the order that it answers, 2026-05-28:" in exchanged
    card = " ".join(note for order, note in notes if order == "H59-gift-card")
    assert "Use education" in card and "digital and came with its payment" in card
    assert "has been shipped" not in card


def test_reasons_are_those_of_a_build_too(demo_shop: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it: the one command that refuses --database is the one that explains what the others say."""
    assert reasons.main([]) == 0
    page = capsys.readouterr().out
    assert reasons.main(["--database", str(demo_shop.database)]) == 0
    assert capsys.readouterr().out == page
    assert reasons.main(["ticket", "--database", "nowhere.duckdb"]) == 2


def test_no_note_waits_for_what_was_cancelled(demo_shop: Build) -> None:
    """What does not stand any more is not about to be shipped, and closing its case brings no sale."""
    rows = ask(
        demo_shop,
        "select lesson_note from marts.next_actions as notes inner join staging.stg_orders as orders "
        "on notes.order_id = orders.order_id where orders.cancelled_at is not null",
    )
    assert rows
    for (note,) in rows:
        assert "not shipped yet" not in note and "if each were bought" not in note, note
    assert any("not shipped; the order was cancelled" in note for (note,) in rows)


def test_notes_speak_another_language(demo_shop: Build, tmp_path: Path) -> None:
    """With note_language in a language that the seeds have, no sentence, day, amount or name stays English."""
    database = tmp_path / demo_shop.database.name
    shutil.copy(demo_shop.database, database)
    run_dbt(
        tmp_path,
        {"note_language": "de"},
        database=database,
        command="run",
        select="int_note_words int_reason_words int_channel_words path:models/gate/notes next_actions",
    )
    german = Build(database, tmp_path, [])
    notes = {(order, lane): note for order, lane, note in told(german)}
    assert set(notes) == {(order, lane) for order, lane, _ in told(demo_shop)}
    # what the shop itself has written stays as it is: names, titles, the disclosure, queues
    assert notes["H62-cross-sell", "marketing"].split("\n- Beobachten:")[0] == "\n".join(
        [
            "### Cross-Selling an Cleo",
            "- Bestellung H62-cross-sell, bestellt am 20.05.2026, bezahlt am 20.05.2026:",
            "  - **Gooseneck kettle**, 89,00 USD: am 26.05.2026 zugestellt; bis 09.06.2026 war Zeit, es zu benutzen.",
            "- Warum jetzt: Der Kunde hatte Zeit, es zu benutzen; fällig ist es seit 12.06.2026.",
            "- Kanal: E-Mail, der einzige dieser Aktion.",
            "- Empfohlen: **Paper filters**, 26,00 USD: es wird mit Gooseneck kettle verbraucht, "
            "und es passt laut Angabe.",
            "- Bewertet mit 4,3 von 5 in 4 Bewertungen.",
            "- Ein verkauftes Stück bringt 14,64 USD, nach allen Kosten und Rückgaben; "
            "von einer Nachricht werden 0,29 USD erwartet.",
            "- Rabatt: Keiner ist geplant.",
            "- Verschicken Sie es zwischen 30.06.2026, 08:00 Uhr und 01.07.2026, 08:00 Uhr (America/New York); "
            "danach fragen Sie neu.",
        ]
    )
    english = {row["sentence"] for row in sentences()} | {row["waits_for"] for row in sentences()}
    english |= {re.sub("{.*", "", row["sentence"]) for row in note_rows() if row["language"] == "en"}
    english |= {text for row in read_seed("policy/actions.csv") for text in (row["title"], row["watch_for"])}
    english -= {re.sub("{.*", "", row["sentence"]) for row in note_rows() if row["language"] == "de"}
    english = {text for text in english if len(text) > 8}
    assert len(english) > 200
    for key, note in notes.items():
        said = re.sub(r"offenzulegen: .*|\b[A-Z]\d+-[\w-]+", "", note)
        assert {text for text in english if text in said} == set(), key
        assert not re.search(r"\d{4}-\d{2}-\d{2}|\d\.\d+ (%|[A-Z]{3}\b)", said), key


def test_who_overruled_the_gate_is_in_no_note(demo_shop: Build) -> None:
    rows = ask(demo_shop, "select set_by from staging.stg_overrides")
    assert rows
    for order, lane, note in told(demo_shop):
        for (who,) in rows:
            assert not re.search(rf"\b{re.escape(who)} (has|decided|sent)", note), (order, lane)
    assert any("A person has" in note for _, _, note in told(demo_shop))


# --- the pages -----------------------------------------------------------------------------------------------------

PAGES = ROOT / "post_purchase/pages"


def page_words() -> dict[str, dict[str, str]]:
    """What the pages say, by language and part."""
    found: dict[str, dict[str, str]] = {}
    for row in read_seed("reference/page_words.csv"):
        found.setdefault(row["language"], {})[row["part"]] = row["sentence"]
    return found


def asked_parts() -> set[str]:
    """Every part that a template, a list or a script asks for."""
    found = {name for _, name in NAVIGATION} | set(lists.CHIPS) | {"own_gaps", "declared"}
    for path in PAGES.rglob("*.j2"):
        found |= set(re.findall(r"\bsay\('(\w+)'", path.read_text()))
    for path in (*PAGES.glob("*.py"), PAGES.parent / "source.py"):
        found |= set(re.findall(r"\b(?:words|self)\.say\(\s*\"(\w+)\"", path.read_text()))
    for path in PAGES.rglob("*.js"):
        text = path.read_text()
        found |= {f"js_{part}" for part in re.findall(r"\bsay\(\"(\w+)\"", text)}
        either = re.findall(r"\bsay\((?!\")[^?\n]*\? \"(\w+)\" : \"(\w+)\"", text)
        found |= {f"js_{part}" for pair in either for part in pair}
    return found


def test_the_pages_say_what_the_seed_has_and_nothing_else() -> None:
    """A part that the seed lacks would stop the pages; one that nobody asks for would be translated for nothing."""
    assert set(page_words()["en"]) == asked_parts()


def test_no_language_of_the_pages_lacks_a_word() -> None:
    words = page_words()
    assert len(words) > 1
    for language, said in words.items():
        assert set(words["en"]) - set(said) == set(), f"put it into {language}: a row of seeds/reference/page_words.csv"
        for part, sentence in said.items():
            if not part.startswith(("name_", "watch_for_")):
                assert braces(sentence) == braces(words["en"][part]), (language, part)


def test_names_of_codes_are_of_codes_that_exist() -> None:
    actions = {row["action"] for row in read_seed("policy/actions.csv")}
    codes = actions | {row["check_name"] for row in read_seed("policy/checks.csv")}
    codes |= {"send", "pause", "support", "ok", "waiting", "problem", "unknown"}
    for language, said in page_words().items():
        named = {part.removeprefix("name_") for part in said if part.startswith("name_")}
        assert named == (set() if language == "en" else codes), language
        watched = {part.removeprefix("watch_for_") for part in said if part.startswith("watch_for_")}
        assert watched == (set() if language == "en" else actions), language


def test_no_template_says_anything_by_itself() -> None:
    """Words in a template would be English in every language."""
    for path in sorted(PAGES.rglob("*.j2")):
        text = re.sub(r"<code>.*?</code>|{{.*?}}|{%.*?%}", "", path.read_text(), flags=re.S)
        labels = re.findall(r'aria-label="([^"]*[A-Za-z][^"]*)"', text)
        assert labels + re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", text)) == [], path.name
