"""What each type of template field may hold, as the platform's template page says it."""

import re
import unicodedata
from collections.abc import Callable, Sequence

_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_DATE = (
    r"\d{4}(?:年(?:0?[1-9]|1[0-2])月(?:0?[1-9]|[12]\d|3[01])日"
    r"|-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])"
    r"|/(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))"
)
_MOMENT = rf"(?:{_DATE} ?)?{_CLOCK}"
_DAY = rf"{_DATE}(?: ?{_CLOCK})?"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"


def _pattern(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(expression, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def _amount(value: str) -> bool:
    digits = re.fullmatch(r"[¥￥$€£]?(\d{1,10}(?:\.\d+)?)元?", value, re.ASCII)
    return digits is not None and len(digits[1].replace(".", "")) <= 10


def _name(value: str) -> bool:
    longest = 10 if re.search(f"[{_HAN}]", value) else 20
    return len(value) <= longest


def _symbol(value: str) -> bool:
    return len(value) <= 5 and all(unicodedata.category(sign)[0] in "PS" for sign in value)


def _up_to(length: int) -> Callable[[str], bool]:
    return lambda value: len(value) <= length


RULES: dict[str, Callable[[str], bool]] = {
    "thing": _up_to(20),
    "character_string": _pattern(r"[\x20-\x7e]{1,32}"),
    "time": _pattern(rf"{_MOMENT}(?: ?~ ?{_MOMENT})?"),
    "date": _pattern(rf"{_DAY}(?: ?~ ?{_DAY})?"),
    "amount": _amount,
    "phone_number": _pattern(r"[0-9+\-() *#]{1,17}"),
    "car_number": _pattern(rf"[{_HAN}A-Z0-9][A-Z0-9]{{0,6}}[{_HAN}A-Z0-9]"),
    "phrase": _pattern(rf"[{_HAN}]{{1,5}}"),
    "const": _up_to(20),
    "enum": _up_to(20),
    # The platform names no limit for this one; ten is the least that a sender could rely on.
    "short_thing": _up_to(10),
    "number": _pattern(r"(?=[\d.]{1,32}$)\d+(?:\.\d+)?"),
    "letter": _pattern(r"[A-Za-z]{1,32}"),
    "symbol": _symbol,
    "name": _name,
}
ENUMERATED = frozenset({"const", "enum"})


def fits(kind: str, value: str, allowed: Sequence[str] = ()) -> bool:
    """Whether a field of this type may hold `value`; `allowed` are the values approved with an enumerated field."""
    if any(unicodedata.category(sign) == "Cc" for sign in value):
        return False
    if kind in ENUMERATED and allowed and value not in allowed:
        return False
    return RULES[kind](value)
