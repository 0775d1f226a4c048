"""``python -m bench.fuzz [--minutes 10] [--seed 1]``: hostile and mutilated messages, each timed on its own core.

Nothing may raise, take more than 50 milliseconds of a core, or let an order through that has something left to ask.
"""

import argparse
import json
import random
import string
import sys
import time
from collections.abc import Callable, Iterator

from bot.grammar import understand
from bot.grammar.jsonform import context_from_json
from domain.commands import Command, PlaceOrder
from tests.grammar.shorthand import CONTEXTS, NOW, ROLES, Row, lexicon, rows

LIMIT_MS = 50.0
LONGEST = 2048
_SIGNS = "，。、；：！？ \n\t~-—*x×+=@#%&()（）【】[]{}<>'\"\\/|`^_😊👌🏽👨‍👩‍👧🇨🇳️\u200b\u202e\ufeff\0"
_FIGURES = "0123456789０１２３零一二两三十百千万亿半廿〇壹贰叁.,kw"
_WORDS = "的要来改换加减前后号月日周天年点内到送发不是对再各分别取消同意驳回单箱个罐袋斤吨块毛元"


def main() -> int:
    """Run, print the figures, and say by the exit code whether all is well."""
    options = argparse.ArgumentParser(prog="bench.fuzz")
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    found = run(chosen.minutes, random.Random(chosen.seed))
    print(json.dumps({"minutes": chosen.minutes, "seed": chosen.seed, **found}, ensure_ascii=False, indent=1))
    return 1 if found["raised"] or found["slow"] or found["unasked"] else 0


def run(minutes: float, chance: random.Random) -> dict[str, object]:
    """The figures of so many minutes."""
    known = list(rows())
    times: list[float] = []
    slowest = (0.0, "")
    raised: list[str] = []
    slow: list[str] = []
    unasked: list[str] = []
    for row in known:  # tables and patterns are made when they are first needed
        _timed(row.text, row.role, row.context)
    until = time.monotonic() + minutes * 60
    for text, role, context in _messages(known, chance):
        try:
            spent, commands = _timed(text, role, context)
        except Exception as error:
            raised.append(f"{error!r} {role} {context} {text!r}")
            continue
        if spent > LIMIT_MS:  # others share the machine: three more tries before judging
            spent = min(_timed(text, role, context)[0] for _ in range(3))
        times.append(spent)
        slowest = max(slowest, (spent, f"{role} {context} {text[:80]!r}"))
        if spent > LIMIT_MS:
            slow.append(f"{spent:.1f} ms {role} {context} {text!r}")
        if any(_lets_through(command) for command in commands):
            unasked.append(f"{role} {context} {text!r}")
        if time.monotonic() > until:
            break
    return _figures(times) | {"slowest": slowest[1], "raised": raised[:20], "slow": slow[:20], "unasked": unasked[:20]}


def _figures(times: list[float]) -> dict[str, object]:
    ordered = sorted(times)
    shares = {"p50_ms": 0.5, "p99_ms": 0.99, "p9999_ms": 0.9999}
    points = {name: round(ordered[int(len(ordered) * share)], 3) for name, share in shares.items()}
    return {"messages": len(times), **points, "max_ms": round(ordered[-1], 3)}


def _timed(text: str, role: str, context: str) -> tuple[float, tuple[Command, ...]]:
    sender = {"role": ROLES[role], "customer": "K01" if role == "c" else None}
    known = context_from_json(CONTEXTS[context], sender)
    started = time.thread_time()
    commands = understand(text, lexicon(), known, NOW).commands
    return (time.thread_time() - started) * 1000, commands


def _lets_through(command: Command) -> bool:
    """Whether an order would be read back although a line of it lacks product, amount or unit."""
    if not isinstance(command, PlaceOrder) or command.clarify:
        return False
    return not command.lines or any(line.sku is None or line.base_qty is None for line in command.lines)


def _messages(known: list[Row], chance: random.Random) -> Iterator[tuple[str, str, str]]:
    makers: list[Callable[[list[Row], random.Random], str]] = [
        _mutated, _mutated, _mutated, _spliced, _spliced, _jumbled, _random, _figured, _repeated, _listed,
    ]  # fmt: skip
    while True:
        row = chance.choice(known)
        as_meant = chance.random() < 0.6
        role = row.role if as_meant else chance.choice("cswm")
        context = row.context if as_meant else chance.choice(sorted(CONTEXTS))
        yield chance.choice(makers)([row, *chance.sample(known, 3)], chance)[:LONGEST], role, context


def _mutated(given: list[Row], chance: random.Random) -> str:
    """A row with a few characters dropped, doubled, swapped or put in."""
    signs = list(given[0].text)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(signs) + 1)
        way = chance.randrange(4)
        if way == 0:
            del signs[place : place + chance.randint(1, 3)]
        elif way == 1:
            signs[place:place] = signs[place : place + chance.randint(1, 5)] * chance.randint(1, 4)
        elif way == 2 and len(signs) > 1:
            other = chance.randrange(len(signs))
            signs[other], signs[place - 1] = signs[place - 1], signs[other]
        else:
            signs.insert(place, chance.choice(_SIGNS + _FIGURES + _WORDS + string.ascii_letters))
    return "".join(signs)


def _spliced(given: list[Row], chance: random.Random) -> str:
    """Halves of rows joined."""
    pieces = [row.text[chance.randrange(len(row.text) + 1) :] for row in given] + [row.text for row in given]
    chance.shuffle(pieces)
    return chance.choice(["", " ", "，", "\n", "；"]).join(pieces[: chance.randint(2, 6)])


def _jumbled(given: list[Row], chance: random.Random) -> str:
    signs = list("".join(row.text for row in given))
    chance.shuffle(signs)
    return "".join(signs[: chance.randint(1, 80)])


def _random(_: list[Row], chance: random.Random) -> str:
    """Any signs at all."""
    ranges = ((0x20, 0x7E), (0x4E00, 0x9FFF), (0x3000, 0x30FF), (0x1F300, 0x1FAFF), (0x2000, 0x2BFF), (1, 0xD7FF))
    low, high = chance.choice(ranges)
    return "".join(chr(chance.randint(low, high)) for _ in range(chance.choice((3, 20, 100, 600))))


def _figured(given: list[Row], chance: random.Random) -> str:
    """Long runs of figures and signs around the words of a row."""
    run = "".join(
        chance.choices(chance.choice((_FIGURES, string.digits, "一二三四五", _SIGNS)), k=chance.randint(5, 500))
    )
    place = chance.randrange(len(given[0].text) + 1)
    return given[0].text[:place] + run + given[0].text[place:]


def _repeated(given: list[Row], chance: random.Random) -> str:
    """A piece over and over, up to what is still read or far beyond."""
    text = given[0].text
    start = chance.randrange(len(text))
    piece = text[start : start + chance.randint(1, 12)] or text
    piece += chance.choice(["", "", chance.choice(_SIGNS), chance.choice(_WORDS), chance.choice(_FIGURES)])
    return (piece * LONGEST)[: chance.choice((600, 600, 599, 300, LONGEST))]


def _listed(given: list[Row], chance: random.Random) -> str:
    """Long lists, numbered or as tables."""
    names = [row.text.replace("\n", " ")[:20] for row in given]
    forms = ("{n}. {a}\n", "{a}\t{n}\t箱\n", "{a}，{n}，", "{a} {n}个 ", "①{a}*{n} ", "| {a} | {n} |\n")
    form = chance.choice(forms)
    lines = (form.format(n=chance.randint(0, 10**6), a=chance.choice(names)) for _ in range(chance.randint(5, 120)))
    return "".join(lines)[: chance.choice((600, 600, LONGEST))]


if __name__ == "__main__":
    sys.exit(main())
