"""Reads SQL for a warehouse that is not there, and refuses what its public documentation does not have.

A parser takes far more than any warehouse does. So names are asked for in lists (warehouses.yml, beside this file):
functions, types, and words that cannot be names. What differs by its place in the query is a rule of its own here.
Names are read as they are written, not as the parser understands them: it knows `string_agg` in every dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

ENGINES = ("snowflake", "bigquery", "databricks", "redshift")
LISTS = Path(__file__).with_name("warehouses.yml")

# Words before a parenthesis that call nothing.
NOT_CALLED = {
    "all", "and", "any", "as", "between", "by", "case", "distinct", "else", "except",
    "exists", "filter", "from", "group", "having", "in", "intersect", "interval", "is", "join",
    "lateral", "like", "not", "on", "or", "order", "over", "partition", "select", "then",
    "union", "using", "values", "when", "where", "with", "within",
}  # fmt: skip
CASTS = ("cast", "try_cast", "safe_cast")
# Where a quote is escaped by a backslash, and a backslash is no letter of its own.
BACKSLASH_ESCAPES = ("snowflake", "bigquery", "databricks", "redshift")
# Where two quotes inside of a literal are not one.
QUOTE_BY_BACKSLASH = ("bigquery", "databricks")
# Where the greatest of a value and null is null.
NULL_WINS = ("snowflake", "bigquery")
# Functions of a window that ask for a place in its order: BigQuery takes nulls last of them, and not of a sum.
PLACES_IN_AN_ORDER = (
    exp.CumeDist,
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.NthValue,
    exp.Ntile,
    exp.PercentRank,
    exp.Rank,
    exp.RowNumber,
)


@dataclass(frozen=True)
class Refusal:
    """What a warehouse does not take: a reason, and the words that it is of."""

    reason: str
    words: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.words}"


@cache
def lists() -> dict[str, dict[str, set[str]]]:
    said = yaml.safe_load(LISTS.read_text(encoding="utf-8"))
    everywhere: dict[str, set[str]] = {"own": set()} | {
        kind: listed(kind, words) for kind, words in said["all"].items()
    }
    return {
        engine: everywhere
        | {kind: everywhere.get(kind, set()) | listed(kind, words) for kind, words in said[engine].items()}
        for engine in ENGINES
    }


def known_gaps(engine: str) -> tuple[set[str], int]:
    """What is refused still of a warehouse: names of models, and how many models are not rendered."""
    said = yaml.safe_load(LISTS.read_text(encoding="utf-8"))["known"].get(engine, {})
    return set(said.get("refused", "").split()), int(said.get("not_rendered", 0))


def listed(kind: str, words: str) -> set[str]:
    """Constructs have names of several words."""
    return {word.strip() for word in (words.split(",") if kind == "constructs" else words.split())}


def refusals(sql: str, engine: str) -> list[Refusal]:
    """All that is refused of a query; an empty list says that its names and shapes are known on the warehouse."""
    try:
        tokens = list(sqlglot.tokenize(sql, dialect=engine))
        trees = [tree for tree in sqlglot.parse(sql, dialect=engine) if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        return [Refusal("does not parse", " ".join(str(error).split())[:200])]
    if len(trees) != 1:
        return [Refusal("is no single query", f"{len(trees)} statements")]
    found = [*of_words(sql, tokens, engine), *of_tree(trees[0], engine)]
    return list(dict.fromkeys(found))


def of_words(sql: str, tokens: list[Token], engine: str) -> Iterator[Refusal]:
    known = lists()[engine]
    depth: list[str] = []
    for place, token in enumerate(tokens):
        word = token.text.lower()
        before = tokens[place - 1] if place else None
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.token_type == TokenType.L_PAREN:
            depth.append(before.text.lower() if before and before.token_type != TokenType.STRING else "")
        elif token.token_type == TokenType.R_PAREN and depth:
            depth.pop()
        if token.token_type in (TokenType.STRING, TokenType.RAW_STRING):
            yield from of_literal(sql[token.start : token.end + 1], token, engine)
            continue
        if token.token_type == TokenType.IDENTIFIER:
            continue
        if after and after.token_type == TokenType.L_PAREN and re.fullmatch("[a-z_]\\w*", word):
            is_own = before and before.token_type == TokenType.DOT
            if is_own and re.sub(r"_\d+$", "", word) in known["own"]:
                continue
            # an alias with the names of its columns
            is_alias = before and before.text.lower() == "as"
            if not (is_alias or word in NOT_CALLED or word in known["functions"] or word in known["types"]):
                yield Refusal("function", word)
        if word == "as" and depth and depth[-1] in CASTS:
            kind = type_after(tokens, place)
            if not is_known_type(kind, engine):
                yield Refusal("type", kind)
        yield from of_spelling(tokens, place, engine)


def of_literal(raw: str, token: Token, engine: str) -> Iterator[Refusal]:
    inner = raw[1:-1]
    if token.token_type == TokenType.RAW_STRING or not raw.startswith("'"):
        return
    if engine in BACKSLASH_ESCAPES and re.search(r"\\(?![\\'nrt])", re.sub(r"\\\\", "", inner)):
        yield Refusal("a backslash that the warehouse takes for an escape", raw[:60])
    if engine in QUOTE_BY_BACKSLASH and "''" in inner:
        yield Refusal("two quotes in a literal", raw[:60])


def type_after(tokens: list[Token], place: int) -> str:
    """The type that a cast names: all words up to its closing parenthesis."""
    words, depth = [], 0
    for token in tokens[place + 1 :]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth < 0:
            break
        words.append(token.text.lower())
    return re.sub(r" ?([(),]) ?", r"\1", " ".join(words)).replace(",", ", ")


def is_known_type(kind: str, engine: str) -> bool:
    name = kind.split("(")[0].strip()
    if name.replace(" ", "_") not in lists()[engine]["types"]:
        return False
    numbers = re.fullmatch(r"(?:decimal|numeric)\((\d+)(?:, (\d+))?\)", kind)
    if numbers and engine == "bigquery":
        # a NUMERIC of BigQuery has nine decimals, and 29 digits before them
        precision, scale = int(numbers[1]), int(numbers[2] or 0)
        return scale <= 9 and precision - scale <= 29
    return True


def of_spelling(tokens: list[Token], place: int, engine: str) -> Iterator[Refusal]:
    """What is seen in two or three words that stand together."""
    following = [token.text.lower() for token in tokens[place : place + 4]] + [""] * 4
    token, (word, second, third) = tokens[place], following[:3]
    allowed = lists()[engine]["constructs"]

    def unless(name: str, holds: bool) -> Iterator[Refusal]:
        if holds and name not in allowed:
            yield Refusal("construct", name)

    yield from unless("qualify", token.token_type == TokenType.QUALIFY)
    yield from unless("ilike", token.token_type == TokenType.ILIKE)
    yield from unless("filter", word == "filter" and second == "(" and third == "where")
    yield from unless("distinct on", word == "distinct" and second == "on")
    yield from unless("double colon", token.token_type == TokenType.DCOLON)
    yield from unless("double slash", token.token_type == TokenType.DIV and word in ("//", "div"))
    yield from unless("percent sign", token.token_type == TokenType.MOD)
    yield from unless("group by all", word in ("group by", "order by") and second == "all")
    yield from unless("is distinct from", word == "is" and "distinct" in (second, third))
    yield from unless("materialized", word == "as" and "materialized" in (second, third))
    yield from unless("lateral", token.token_type == TokenType.LATERAL)
    yield from unless("unnest", token.token_type == TokenType.UNNEST)
    yield from unless("values", token.token_type == TokenType.VALUES)
    yield from unless("using", token.token_type == TokenType.USING)
    yield from unless("semi or anti join", token.token_type in (TokenType.SEMI, TokenType.ANTI, TokenType.ASOF))
    yield from unless("escape", word == "escape")
    yield from unless("bracket", token.token_type == TokenType.L_BRACKET)
    yield from unless(
        "regular expression sign", word in ("~", "!~", "~*") or token.token_type == TokenType.RLIKE and word != "rlike"
    )
    yield from unless("rlike", word == "rlike")
    yield from unless("recursive", word == "recursive")
    yield from unless("bare except", word in ("except", "intersect") and second not in ("all", "distinct"))
    yield from unless("except all", word in ("except", "intersect") and second == "all")
    yield from unless("bare union", word == "union" and second not in ("all", "distinct"))
    yield from unless("at time zone", word in ("at time zone", "at") and (second == "time" or word != "at"))
    yield from unless("named argument", token.token_type == TokenType.FARROW)
    if word == "interval":
        number = third if second == "-" else second
        is_text = place + 1 < len(tokens) and tokens[place + 1].token_type == TokenType.STRING
        yield from unless("interval of text", is_text)
        yield from unless("interval of a number", not is_text and number != "")
    if word == "trim" and second == "(" and third in ("trailing", "leading", "both"):
        yield from unless("trim from", True)
    if word == "position" and second == "(":
        yield from unless("position in", True)


def of_tree(tree: exp.Expr, engine: str) -> Iterator[Refusal]:
    known = lists()[engine]
    allowed = known["constructs"]
    for node in tree.walk():
        if isinstance(node, exp.Identifier):
            if not node.args.get("quoted") and node.name.lower() in known["reserved"]:
                yield Refusal("a reserved word as a name", node.name.lower())
        elif isinstance(node, (exp.Greatest, exp.Least)):
            yield from of_extreme(node, engine)
        elif isinstance(node, exp.Window):
            yield from of_window(node, allowed)
        elif isinstance(node, exp.Ordered):
            yield from of_order(node, allowed)
        elif isinstance(node, exp.Join):
            yield from of_join(node, engine)
        elif isinstance(node, exp.In) and isinstance(node.this, exp.Tuple):
            if "tuple in" not in allowed:
                yield Refusal("construct", "tuple in")
        elif isinstance(node, exp.RegexpReplace):
            if any(isinstance(one, exp.Literal) and one.name == "g" for one in node.args.values()):
                yield Refusal("construct", "regexp_replace with 'g'")
        elif isinstance(node, exp.Div) and all(is_whole(side) for side in (node.this, node.expression)):
            yield Refusal("a quotient of whole numbers", node.sql(engine)[:80])


def is_whole(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Literal):
        return bool(node.is_int)
    return isinstance(node, exp.Count) or (
        isinstance(node, exp.Cast) and node.to.this in (exp.DataType.Type.INT, exp.DataType.Type.BIGINT)
    )


def of_extreme(node: exp.Greatest | exp.Least, engine: str) -> Iterator[Refusal]:
    """DuckDB and PostgreSQL pass nulls over. Where a null wins, no argument may be null."""
    arguments = [node.this, *node.expressions]
    is_of_us = bool(node.args.get("ignore_nulls"))
    if engine in NULL_WINS and not is_of_us and not all(is_never_null(one) for one in arguments):
        yield Refusal("greatest or least, of which a null wins", node.sql(engine)[:80])


def is_never_null(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, (exp.Literal, exp.Neg)):
        return True
    if isinstance(node, exp.Cast):
        return is_never_null(node.this)
    return isinstance(node, exp.Coalesce) and any(is_never_null(one) for one in node.expressions)


def of_window(node: exp.Window, allowed: set[str]) -> Iterator[Refusal]:
    function = node.this
    is_aggregate = isinstance(function, exp.AggFunc) and not isinstance(function, PLACES_IN_AN_ORDER)
    # first_value and last_value are of a frame, too
    is_aggregate = is_aggregate or isinstance(function, (exp.FirstValue, exp.LastValue))
    order, frame = node.args.get("order"), node.args.get("spec")
    if is_aggregate and order and not frame and "aggregate without a frame" not in allowed:
        yield Refusal("construct", "aggregate without a frame")
    if frame and frame.text("kind").upper() == "RANGE" and "range frame" not in allowed:
        yield Refusal("construct", "range frame")
    if is_aggregate and isinstance(function, exp.Count) and function.find(exp.Distinct) and order:
        yield Refusal("construct", "count distinct over an order")


def of_order(node: exp.Ordered, allowed: set[str]) -> Iterator[Refusal]:
    """Of an order in a window or an aggregate; in that of a query every warehouse takes it."""
    said = node.args.get("nulls_first")
    if said is None or "nulls in a window" in allowed:
        return
    inside = node.find_ancestor(exp.Window, exp.AggFunc, exp.Select)
    function = inside.this if isinstance(inside, exp.Window) else inside
    is_default = bool(said) != bool(node.args.get("desc"))
    if (
        isinstance(inside, (exp.Window, exp.AggFunc))
        and not is_default
        and not isinstance(function, PLACES_IN_AN_ORDER)
    ):
        yield Refusal("construct", "nulls in a window")


def of_join(node: exp.Join, engine: str) -> Iterator[Refusal]:
    """BigQuery joins outwards by an equality of both sides alone; Redshift does so of a full join."""
    side = node.side.upper()
    asked = {"bigquery": ("LEFT", "RIGHT", "FULL"), "redshift": ("FULL",)}.get(engine, ())
    condition = node.args.get("on")
    if side not in asked or condition is None:
        return
    here = node.this.alias_or_name
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        part = part.unnest()
        if isinstance(part, exp.EQ):
            sides = [{column.table for column in one.find_all(exp.Column)} for one in (part.this, part.expression)]
            if any(mine == {here} and here not in other and other for mine, other in (sides, sides[::-1])):
                return
    yield Refusal(f"a {side.lower()} join without an equality of both sides", condition.sql(engine)[:80])
