"""No pattern of ours can be made to search for long: each meets long texts made against it."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

from bot.grammar import understand
from bot.grammar.context import Context
from bot.grammar.normal import fold
from bot.grammar.understanding import LONGEST
from tests.security.test_access import NO_WORDS
from tests.shop import NOW
from tests.test_house import ROOMS, ROOT_FILES

LENGTH = 50_000
# What the grammar looks at is bounded before the first pattern sees it.
SAID = 2 * LONGEST
# The table says 50 ms; a busy machine gets twenty times that.
SECONDS = 1.0
# What takes so long on a tenth of the text takes less than the table says on the whole, be it to the third power.
QUICK = SECONDS / 1000
# Read once from the operator's own settings, at start.
OWN = frozenset({"domain.faults._SHAPE", "desk.provenance._PASSWORD"})


def modules() -> Iterator[str]:
    for room in ROOMS:
        package = importlib.import_module(room)
        yield room
        yield from (found.name for found in pkgutil.walk_packages(package.__path__, f"{room}."))
    yield from ROOT_FILES


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that a module holds, in whatever it holds it, by where it is."""
    found: dict[str, tuple[str, re.Pattern[str]]] = {}
    for name in modules():
        if not name.endswith("__main__"):
            for attribute, value in vars(importlib.import_module(name)).items():
                for pattern in held(value, 3):
                    found.setdefault(str(pattern.pattern), (f"{name}.{attribute}", pattern))
    return {
        f"{where} {n}": pattern for n, (where, pattern) in enumerate(found.values()) if isinstance(pattern.pattern, str)
    }


def held(value: object, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from (pattern for inner in value.values() for pattern in held(inner, depth - 1))
    elif depth and isinstance(value, list | tuple | set | frozenset):
        yield from (pattern for inner in value for pattern in held(inner, depth - 1))


PATTERNS = patterns()
PIECES = (
    "a", "1", "0", " ", "\n", "-", ".", ",", "一", "百", "的", "箱", "a1", "1a", "1,", "1.", "a ", " 1", "1箱",
    "A100 20箱 ", "1-", "1/", "订单", "把", "<a ", "&", "=", "code=", "access_token=", "://", "a:", "a@", "x://a:",
    "o", "13800138000", "so1", "。", "、", "和", "送到", "电话", "备注：", "周", "11月", "12:3", '"', "'", "\\", "{{",
    "]]>", "\t", "\r\n",
)  # fmt: skip


def test_all_of_them_were_found():
    assert len(PATTERNS) > 250
    rooms = {name.split(".")[0] for name in PATTERNS}
    assert {"bot", "connect", "domain", "notify", "templates", "web", "logbook"} <= rooms


@pytest.mark.parametrize("room", sorted({name.split(".")[0] for name in PATTERNS}))
@pytest.mark.timeout(240)
def test_a_pattern_ends_soon(room: str):
    slow = {}
    for name, pattern in PATTERNS.items():
        if name.split(".")[0] != room or name.split()[0] in OWN:
            continue
        length = SAID if name.startswith("bot.grammar") and "guard" not in name else LENGTH
        for piece in PIECES:
            text = (piece * (length // len(piece) + 1))[: length - 1] + "\x00"
            if (taken := seconds(pattern, text)) > SECONDS:
                slow[name] = (piece, round(taken, 2))
                break
    assert not slow


def seconds(pattern: re.Pattern[str], text: str) -> float:
    started = time.process_time()
    # A short one first: what takes long there must not take for ever, and what takes no time there is well enough.
    short = text[: len(text) // 10 - 1] + text[-1]
    pattern.search(short)
    pattern.fullmatch(short)
    if QUICK < time.process_time() - started < SECONDS:
        pattern.search(text)
        pattern.fullmatch(text)
    return time.process_time() - started


def test_a_text_that_grows_when_it_is_folded_is_bounded():
    text = "\ufdfa" * LONGEST
    assert len(fold(text)) > 2 * LONGEST
    found = understand(text, NO_WORDS, Context(), NOW)
    assert found.fired == ("length",)
