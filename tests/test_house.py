"""The rules of the house: who may import whom, how long things may be, and that nothing is left without words."""

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("domain", "bot", "handlers", "notify", "connect", "web", "templates", "simulator", "desk")
ROOT_FILES = tuple(sorted(path.stem for path in ROOT.glob("*.py")))

# What each room may import of ours; the longest matching name counts.
MAY = {
    "domain.rules": {"domain.values", "domain.errors", "domain.rules"},
    "domain": {"domain"},
    "templates": {"templates"},
    "settings": {"accounts", "badsettings"},
    "accounts": set(),
    "badsettings": set(),
    "desk": {"desk", "domain", "notify", "connect", "templates", "settings", "accounts", "logbook"},
    "release": set(),
    "logbook": set(),
    "process": set(),
    "demo": {"connect", "domain", "process", "simulator", "templates"},
    "stage": set(),
    "connect": {"connect", "domain.commands", "domain.values", "domain.errors", "domain.faults"},
    "bot": {"bot", "domain", "templates"},
    "notify": {"notify", "domain", "connect", "templates"},
    "handlers": {"handlers", "bot", "domain", "notify"},
    "web": {"web", "domain", "notify", "connect", "templates"},
    "simulator": {"simulator"},
    "schedule": {"bot", "connect", "domain", "notify", "templates", "web"},
}
NEVER = {
    "domain.rules": {"tortoise", "asyncio"},
    "domain": {"aiohttp", "wechatpy", "jinja2"},
    "connect": {"tortoise", "wechatpy", "jinja2"},
    "bot.grammar": {"tortoise", "aiohttp"},
    "handlers": {"aiohttp", "wechatpy", "tortoise", "jinja2"},
    "notify": {"aiohttp", "wechatpy"},
    "web": {"wechatpy", "tortoise"},
}
CHINESE = re.compile("[\u4e00-\u9fff]")
# Where words of people may stand in code: the grammar's tables, data about carriers, the tools for operators.
WORDS = (
    "bot/grammar/",
    "desk/",
    "connect/carriers/",
    "simulator/",
    "domain/rules/places.py",
    "domain/rules/waybills.py",
    "templates/__init__.py",
)
OPERATORS = (
    "manage.py",
    "badsettings.py",
    "demo.py",
    "process.py",
    "settings.py",
    "domain/keyring.py",
    "domain/postgrestools.py",
    "domain/safekeeping.py",
    "domain/upgrading.py",
    "logbook.py",
    "server.py",
)


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield name, path, ast.parse(path.read_text("utf-8"))
    for name in ROOT_FILES:
        path = ROOT / f"{name}.py"
        yield name, path, ast.parse(path.read_text("utf-8"))


ALL = list(modules())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def rule(table: dict[str, set[str]], name: str) -> set[str] | None:
    fits = [room for room in table if name == room or name.startswith(room + ".")]
    return table[max(fits, key=len)] if fits else None


@pytest.mark.parametrize(("name", "path", "tree"), ALL, ids=[name for name, _, _ in ALL])
def test_rooms_import_only_what_they_may(name: str, path: Path, tree: ast.Module):
    ours = [module for module in imports(tree) if module.split(".")[0] in {*ROOMS, *ROOT_FILES}]
    may = rule(MAY, name)
    if may is not None:
        assert not [m for m in ours if not any(m == room or m.startswith(room + ".") for room in may)]
    never = rule(NEVER, name) or set()
    assert not [m for m in imports(tree) if m.split(".")[0] in never]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    start = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.body[0].lineno
    return (node.end_lineno or start) - start + 1


def test_modules_and_functions_keep_their_budgets():
    long = {
        name: n for name, path, _ in ALL if (n := len(path.read_text("utf-8").splitlines())) > BUDGET.get(name, 250)
    }
    assert not long
    lengths = sorted(length(node) for _, _, tree in ALL for node in functions(tree))
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 25
    assert not {
        f"{name}.{node.name}": length(node) for name, _, tree in ALL for node in functions(tree) if length(node) > 40
    }


# The wiring is one list: to split it would hide it.
BUDGET = {"server": 360}


def test_public_things_say_what_they_are():
    public, silent = 0, []
    for name, _, tree in ALL:
        if not ast.get_docstring(tree):
            silent.append(name)
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
        for item in (item for body in [tree.body, *(n.body for n in classes)] for item in body):
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and item.name[0] != "_":
                public += 1
                if not ast.get_docstring(item) and item.name != "Meta":
                    silent.append(f"{name}.{item.name}")
    assert len(silent) <= public * 0.1, silent


def test_wechatpy_is_named_in_the_simulator_only():
    assert not [
        name for name, _, tree in ALL if "wechatpy" in str(list(imports(tree))) and not name.startswith("simulator")
    ]


def test_sentences_stand_in_templates():
    found = []
    for name, path, tree in ALL:
        place = str(path.relative_to(ROOT))
        if place.startswith(WORDS) or place in OPERATORS:
            continue
        docstrings = {id(docstring_of(node)) for node in ast.walk(tree)}
        found += [
            f"{name}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            if len(CHINESE.findall(node.value)) > 4
        ]
    assert not found


def docstring_of(node: ast.AST) -> ast.expr | None:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    return first.value if isinstance(first, ast.Expr) else None


def test_every_refusal_has_words():
    from domain import errors
    from templates import refusals

    kinds = {kind.__name__ for kind in errors.Refusal.__subclasses__()}
    assert kinds <= refusals()


def test_every_event_is_told_or_nobody_has_to_hear():
    from domain.events import event_kinds
    from notify.routing import ALERTED, NOBODY, ROUTES

    assert set(event_kinds().values()) == {*ROUTES, *ALERTED, *NOBODY}
    assert not set(ROUTES) & set(NOBODY)


def test_every_command_has_a_handler_and_a_policy():
    from bot.router import Router
    from domain.commands import Command
    from handlers import fill

    policy = fill(Router()).policy
    assert {kind.__name__ for kind in Command.__subclasses__()} == {kind.__name__ for kind in policy}


def test_every_reply_that_is_said_has_a_template():
    named = set()
    for name, _, tree in ALL:
        if name.startswith(("handlers", "bot")):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"say", "Reply", "render"}:
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant):
                        named.add(first.value)
    there = {path.stem for path in (ROOT / "templates/replies").glob("*.j2")}
    assert named <= there


def test_no_line_of_a_reply_runs_into_the_next():
    """A tag at the end of a line of words takes the line end with it: an empty line has to follow."""
    tag, words = re.compile(r"\{%.*?%\}"), []
    for path in sorted((ROOT / "templates").glob("**/*.j2")):
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        for number, (line, after) in enumerate(pairwise(lines), start=1):
            ends = not after or re.match(r"\{%-? ?(else|elif|endblock|endmacro|block)", after) is not None
            if not line and not after and path.parent.name == "replies":
                words.append(f"{path.relative_to(ROOT)}:{number}: an empty line in a reply")
            eats = line.endswith("%}") and not line.endswith(("-%}", "endblock %}"))
            if eats and tag.sub("", line) and not ends:
                words.append(f"{path.relative_to(ROOT)}:{number}: {line[-60:]}")
    assert words == []


def test_everything_is_in_the_package_that_is_built():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {
        path.parent.relative_to(ROOT) for room in (*ROOMS, "migrations") for path in (ROOT / room).glob("**/*.py")
    }
    assert {".".join(folder.parts) for folder in folders} == set(listed["packages"])
    assert {path.stem for path in ROOT.glob("*.py")} == set(listed["py-modules"])
