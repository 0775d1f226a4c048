"""What must not stand in the source, because each time it did somewhere it was a hole; with the few places that may."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_house import ALL, ROOT, imports

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s.+\sSET|DELETE\s+FROM|DROP\s+(TABLE|DATABASE))\b", re.S | re.I
)
Finding = Iterator[tuple[int, str]]


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of a chain of names; the last name of any other chain."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    return ((node, dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def bare_transactions(tree: ast.Module) -> Finding:
    """A cancelled caller leaves the connection locked: domain/transaction.py shields."""
    return ((call.lineno, name) for call, name in calls(tree) if name.endswith("in_transaction"))


def templates_of_texts(tree: ast.Module) -> Finding:
    """A template made of a text runs what is in the text."""
    return (
        (c.lineno, name)
        for c, name in calls(tree)
        if name.endswith(("from_string", "compile_expression")) or name == "Template"
    )


def formats_of_texts(tree: ast.Module) -> Finding:
    """``str.format`` of a text that is no literal reads attributes of whatever it is given."""
    for call, _ in calls(tree):
        made = (
            call.func if isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "format_map") else None
        )
        if made is not None and not isinstance(made.value, ast.Constant):
            yield call.lineno, ast.unparse(call)[:80]


def clocks(tree: ast.Module) -> Finding:
    """``now`` is a parameter, and aware."""
    naive = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.utcfromtimestamp")
    return ((call.lineno, name) for call, name in calls(tree) if name.endswith(naive))


def other_clients(tree: ast.Module) -> Finding:
    """The one way out is the aiohttp session that is passed in, with its limits."""
    foreign = {"requests", "httpx", "urllib3", "urllib.request", "http.client", "ftplib", "telnetlib", "smtplib"}
    return ((1, name) for name in imports(tree) if name in foreign)


def chance(tree: ast.Module) -> Finding:
    """What must not be guessed comes from ``secrets``."""
    return ((1, name) for name in imports(tree) if name == "random")


def built_sql(tree: ast.Module) -> Finding:
    """A statement is constant; what varies is a parameter."""
    for node in ast.walk(tree):
        built = isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)
        )
        if built and SQL.search(ast.unparse(node)):
            yield getattr(node, "lineno", 0), ast.unparse(node)[:80]


def effects_in_asserts(tree: ast.Module) -> Finding:
    """An assertion may be left out by the interpreter, and with it whatever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and any(isinstance(part, ast.Await) for part in ast.walk(node.test)):
            yield node.lineno, ast.unparse(node)[:80]


def runs_texts(tree: ast.Module) -> Finding:
    """What runs a text or unpacks an object runs whoever wrote it."""
    never = {
        "eval",
        "exec",
        "os.system",
        "os.popen",
        "pickle.loads",
        "pickle.load",
        "marshal.loads",
        "yaml.load",
        "__import__",
    }
    for call, name in calls(tree):
        shell = any(word.arg == "shell" and not _is(word.value, False) for word in call.keywords)
        if name in never or shell:
            yield call.lineno, name or "shell"


def unchecked_certificates(tree: ast.Module) -> Finding:
    """A connection whose other end is not checked is a connection to anybody."""
    for call, name in calls(tree):
        if any(word.arg in ("ssl", "verify", "verify_ssl") and _is(word.value, False) for word in call.keywords):
            yield call.lineno, name


def followed_redirects(tree: ast.Module) -> Finding:
    """An answer that says "ask over there" would take our keys along: no request follows one."""
    for call, name in calls(tree):
        asks = name.endswith(
            ("session.get", "session.post", "session.request", "http.get", "http.post", "http.request")
        )
        if asks and not any(word.arg == "allow_redirects" and _is(word.value, False) for word in call.keywords):
            yield call.lineno, name


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


# Each rule with the places that may; a place that needs it no more is taken off the list.
RULES: dict[Callable[[ast.Module], Finding], frozenset[str]] = {
    bare_transactions: frozenset({"domain.transaction"}),
    templates_of_texts: frozenset(),
    formats_of_texts: frozenset({"demo"}),  # its own words, from demoshop/
    clocks: frozenset(),
    other_clients: frozenset(),
    chance: frozenset({"notify.sender"}),
    built_sql: frozenset(
        {
            "domain.credit",
            "domain.figures",
            "domain.inventory",
            "domain.listing",
            "domain.punctuality",
            "domain.seeing",
            "domain.statements",
        }
    ),  # of our own words
    effects_in_asserts: frozenset(),
    runs_texts: frozenset(),
    unchecked_certificates: frozenset(),
    followed_redirects: frozenset({"process"}),  # the demonstration, to its own child on loopback
}
OURS = [(name, tree) for name, _, tree in ALL if not name.startswith("simulator")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_source_has_it(rule: Callable[[ast.Module], Finding]):
    found = {name: list(rule(tree)) for name, tree in OURS}
    where = {name for name, findings in found.items() if findings}
    assert where == RULES[rule], {name: found[name] for name in where ^ RULES[rule] if name in found}


def test_every_rule_finds_what_it_is_for():
    bad = """
import random, requests
in_transaction(); env.from_string(text); text.format(order); datetime.now(); eval(text); run(x, shell=True)
f"SELECT {x} FROM y"; session.get(url); session.get(url, ssl=False, allow_redirects=False)
async def f(): assert await row.update(x=1)
"""
    tree = ast.parse(bad)
    assert all(list(rule(tree)) for rule in RULES)


def test_ready_made_html_comes_from_four_templates():
    marked = {
        path.stem for path in (ROOT / "templates").rglob("*.*") if re.search(r"\|\s*safe\b|autoescape", read(path))
    }
    assert marked == {"order", "slip", "refused", "refused_draft", "__init__"}


def read(path: Path) -> str:
    return path.read_text("utf-8") if path.suffix in (".html", ".j2", ".py") else ""
