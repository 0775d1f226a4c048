"""Rows of the grammar's tests in shorthand: one line of text, one line for each command it must give."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.grammar import Lexicon, understand
from bot.grammar.jsonform import context_from_json, lexicon_from_catalog, to_json

HERE = Path(__file__).parent
NOW = datetime.fromisoformat("2026-06-10T09:00:00+08:00")  # a Wednesday

_LINES = [{"sku": "T10", "qty": 20, "unit": "罐"}, {"sku": "M25", "qty": 2, "unit": "袋"}]
_ONE = {"customer": "K01", "lines": _LINES[:1], "delivery": None}
_TWO = {"customer": "K01", "lines": _LINES, "delivery": None}
_READ_BACK = {"type": "confirm_order"}
CONTEXTS: dict[str, dict[str, Any] | None] = {
    "-": None,
    "draft": {"draft": _TWO, "pending": _READ_BACK},
    "one": {"draft": _ONE, "pending": _READ_BACK},
    "focus": {"draft": _TWO, "pending": _READ_BACK, "focus_sku": "M25"},
    "options": {"draft": _ONE, "pending": _READ_BACK | {"options": ["1 确认", "2 修改", "3 取消"]}},
    "ask_qty": {"draft": _ONE, "pending": {"type": "ask_qty", "sku": "M25"}},
    "ask_product": {"draft": _ONE, "pending": {"type": "ask_product", "candidates": ["B08", "B12"]}},
    "ask_customer": {"draft": _ONE, "pending": {"type": "ask_customer", "candidates": ["K03", "K04"]}},
    "ask_date": {"draft": _ONE, "pending": {"type": "ask_date"}},
    "ask_address": {"draft": _ONE, "pending": {"type": "ask_address"}},
    "ask_unit": {"draft": _ONE, "pending": {"type": "ask_unit", "sku": "T10", "options": ["罐", "箱"]}},
    "ask_order_no": {"pending": {"type": "ask_order_no", "intent": "cancel_order"}},
    "ask_leave": {"pending": {"type": "ask_leave"}},
    "ask_code": {"pending": {"type": "ask_code"}},
    "identity": {"pending": {"type": "confirm_identity", "options": ["是我", "不是我"]}},
    "numbered": {"pending": {"type": "pick_order", "options": ["1042K", "1043M"]}},
    "approval": {"pending": {"type": "approval", "order_no": "SO0700"}},
    "short": {"pending": {"type": "shortage", "options": ["send", "wait", "cancel"]}, "last_order": "SO0700"},
    "last": {"last_order": "SO0700"},
    "asked_about": {"focus_sku": "T10"},
}
ROLES = {"c": "customer", "s": "sales", "w": "warehouse", "m": "manager"}


@dataclass(frozen=True)
class Row:
    """One message in its context and what it must mean."""

    where: str
    role: str
    context: str
    text: str
    expected: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The lexicon of the catalog beside this file."""
    return lexicon_from_catalog(json.loads((HERE / "catalog.json").read_text("utf-8")))


def rows() -> Iterator[Row]:
    """All rows; ``\\n`` and ``\\t`` stand for themselves."""
    for path in sorted((HERE / "rows").glob("*.txt")):
        heading, number, told = "", 0, list[str]()
        for count, line in enumerate([*path.read_text("utf-8").splitlines(), ""], 1):
            if line.startswith("    "):
                told.append(line.strip())
                continue
            if heading:
                yield _row(f"{path.stem}:{number}", heading, tuple(told))
            heading, number, told = ("" if line.startswith("#") else line), count, []


def _row(where: str, heading: str, expected: tuple[str, ...]) -> Row:
    role, context, text = heading.split("|", 2)
    return Row(where, role, context, text.replace("\\n", "\n").replace("\\t", "\t"), expected)


def meaning(role: str, context: str, text: str) -> tuple[str, ...]:
    """What the grammar makes of a message, in shorthand."""
    sender = {"role": ROLES[role], "customer": "K01" if role == "c" else None}
    found = understand(text, lexicon(), context_from_json(CONTEXTS[context], sender), NOW)
    return tuple(_short(to_json(command)) for command in found.commands)


def _short(command: dict[str, Any]) -> str:
    parts = [command.pop("intent")]
    for name, value in command.items():
        if name in ("lines", "ops"):
            parts += [_short_line(line) for line in value]
        elif name == "order":
            parts.append(f"<{_short(value)}>")
        elif name == "delivery":
            parts.append(" ".join(str(item) for item in value.values()))
        elif name == "period":
            parts.append(f"{value['start']}..{value['end']}")
        elif value is not None:
            parts.append(f"{name}={'+'.join(map(str, value)) if isinstance(value, list) else value}")
    return " · ".join(parts)


def _short_line(line: dict[str, Any]) -> str:
    goods = line.get("sku") or f"?{'/'.join(line.get('candidates') or ())}"
    words = [line.get("op"), goods, "→" if "to" in line else None, line.get("to")]
    words += [line.get("qty"), line.get("unit"), f"x{line['factor']}" if "factor" in line else None]
    base = line.get("base_qty")
    words += [f"({base})" if base is not None and base != line.get("qty") else None]
    words += [f"@{line['price']}/{line['price_unit']}" if "price" in line else None]
    return " ".join(str(word) for word in words if word is not None)
