"""Texts fitted to what each type of template field may hold: the platform cuts or refuses what is longer."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from templates import zone

CLOSE_OF_DAY = time(18, 0)
MORE = "…"

_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_EMOJI = re.compile("[\U0001f000-\U0001fbff\u2600-\u27bf\u2b00-\u2bff\ufe00-\ufe0f\u20e3]")


def fit(kind: str, said: str) -> str:
    """The fullest of the wordings (one a line, best first) that this type of field holds whole; else one shortened."""
    return FITTED[kind](list(filter(None, map(clean, said.splitlines()))))


def clean(text: str) -> str:
    """Without line breaks, control characters and pictures, which the platform refuses in a field."""
    spaced = " ".join(text.split())
    if not spaced.isprintable():
        spaced = "".join(sign for sign in spaced if unicodedata.category(sign) not in _FORBIDDEN)
    return " ".join(_EMOJI.sub("", spaced).split())


def length(text: str) -> int:
    """How long the platform counts it: a character outside the basic plane counts twice."""
    return len(text.encode("utf-16-le")) // 2


def _short(longest: int, empty: str) -> Callable[[list[str]], str]:
    def fitted(wordings: list[str]) -> str:
        whole = next((text for text in wordings if length(text) <= longest), None)
        return whole or (shortened(wordings[-1], longest) if wordings else empty)

    return fitted


def shortened(text: str, longest: int) -> str:
    """A list of goods as its first items and how many there are (``等3项``); anything else cut with an ellipsis."""
    items = text.split("、")
    for kept in range(len(items) - 1, 0, -1):
        shorter = "、".join(items[:kept]) + f"等{len(items)}项"
        if length(shorter) <= longest:
            return shorter
    tail = f"{MORE}等{len(items)}项" if len(items) > 1 else MORE + _amount_of(text, longest)
    return cut(items[0], longest - length(tail)) + tail


def _amount_of(text: str, longest: int) -> str:
    """The quantity at the end of an item, which says more than the end of a long name."""
    last = text.rpartition(" ")[2]
    return last if re.match(r"\d", last) and length(last) <= longest // 2 else ""


def cut(text: str, longest: int) -> str:
    """The beginning of a text, never half a character."""
    while text and length(text) > longest:
        text = text[:-1]
    return text


def _signs(pattern: str, longest: int, empty: str) -> Callable[[list[str]], str]:
    unwanted = re.compile(pattern, re.ASCII)

    def fitted(wordings: list[str]) -> str:
        left = (unwanted.sub("", text).strip()[:longest] for text in wordings)
        return next((text for text in left if text), empty)

    return fitted


def _han(wordings: list[str]) -> str:
    only = ("".join(re.findall(r"[\u4e00-\u9fff]", text)) for text in wordings)
    return next((text[:5] for text in only if text), "待确认")


def _car(_wordings: list[str]) -> str:
    return "待定"


def _name(wordings: list[str]) -> str:
    latin = not re.search(r"[^\x20-\x7e]", wordings[0]) if wordings else False
    return _short(20 if latin else 10, "无")(wordings)


def _money(wordings: list[str]) -> str:
    for text in wordings:
        try:
            amount = Decimal(re.sub(r"[¥￥,元\s]", "", text))
        except InvalidOperation:
            continue
        if amount.is_finite() and amount >= 0:
            return "¥" + _ten_digits(amount)
    return "¥0.00"


def _ten_digits(amount: Decimal) -> str:
    if amount < Decimal("99999999.995"):
        return f"{amount:.2f}"
    return f"{min(amount, Decimal(9_999_999_999)):.0f}"


def _moment(text: str) -> datetime | None:
    try:
        if len(text) == len("2026-01-01"):
            moment = datetime.combine(date.fromisoformat(text), CLOSE_OF_DAY, zone())
        else:
            moment = datetime.fromisoformat(text).astimezone(zone())
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 2000 else None


def _when(form: str, empty: str) -> Callable[[list[str]], str]:
    def fitted(wordings: list[str]) -> str:
        moments = (_moment(text) for text in wordings)
        return next((format(moment, form) for moment in moments if moment), empty)

    return fitted


FITTED: Mapping[str, Callable[[list[str]], str]] = {
    "thing": _short(20, "详见订单"),
    "short_thing": _short(5, "待确认"),
    "const": _short(20, "待确认"),
    "enum": _short(20, "待确认"),
    "character_string": _signs(r"[^\x20-\x7e]", 32, "-"),
    "letter": _signs(r"[^A-Za-z]", 32, "OK"),
    "number": _signs(r"[^0-9]", 32, "1"),
    "symbol": _signs(r"[^!-/:-@\[-`{-~]", 5, "-"),
    "phone_number": _signs(r"[^0-9+\-() *#]", 17, "-"),
    "car_number": _car,
    "phrase": _han,
    "name": _name,
    "amount": _money,
    "time": _when("%Y-%m-%d %H:%M", "00:00"),
    "date": _when("%Y-%m-%d", "1970-01-01"),
    "": _short(20, "-"),
}
"""The rule of each type of field, as the platform's page on template messages lists them."""
