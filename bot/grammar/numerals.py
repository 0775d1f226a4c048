"""Numbers as people write and say them: 20, 5,236, 1.5k, 两百五, 1万2, 廿五, 半; pure text to Decimal."""

import re
from datetime import time
from decimal import Decimal

ZERO = "零"
DIGITS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_TENS = {"十": 10, "百": 100, "千": 1000, "k": 1000}
_GREAT = {"万": 10**4, "w": 10**4, "亿": 10**8}
_LATE = frozenset({"下午", "晚", "晚上", "夜里"})
_SHORT = {"廿": "二十", "卅": "三十"}

ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,4}(?!\d)|\d{1,15})(?:\.\d{1,6})?|(?<![\d.])\.\d{1,8}"
SPOKEN = "零一二两俩三仨四五六七八九十百千万亿廿卅"
# Bounded, so that a long row of digits costs no more than it is worth.
# A run of digits and spoken numerals that makes one number; k and w count only where no letter follows.
# 八两 in 六斤八两 is an amount with its unit, while 两 opens 两百.
_SAID = rf"(?:(?![两])[{SPOKEN}]|(?<![一二三四五六七八九])两)"
NUMBER = (
    rf"(?:(?:{ARABIC}) {{0,2}}[百千万亿](?<!千(?=克))(?:[{SPOKEN}]| (?=[百千])| \d{{1,4}} ?[百千](?!克)"
    r"|\d(?!\d{0,15}[a-z])){0,16}"
    rf"|(?:{ARABIC})[kw](?![a-z0-9])|(?:{ARABIC})|{_SAID}{{1,24}}(?:\d{{1,4}}[百千](?!克)){{0,3}}"
    rf"(?:点(?:[零一二三四五六七八九]{{1,6}}|\d{{1,6}}))?|半百?)"
)
_TOKEN = re.compile(rf"{ARABIC}|[{SPOKEN}kw]")
_APPROXIMATE = re.compile(r"[一二两三四五六七八九](?<!零)[二两三四五六七八九](?=[十百千万亿]|$)")


def parse_number(text: str) -> Decimal | None:
    """The value of a whole number text, or None if it is none; spoken shortcuts count (一百二 is 120)."""
    text = text.strip().replace(" ", "")
    if text == "半":
        return Decimal("0.5")
    if text == "半百":
        return Decimal(50)
    if text in ("俩", "仨"):
        return Decimal(DIGITS[text])
    if "点" in text:
        return _with_point(text)
    for short, long in _SHORT.items():
        text = text.replace(short, long)
    tokens = _TOKEN.findall(text)
    if not tokens or text in ("k", "w") or "".join(tokens) != text:
        return None
    if all(token in DIGITS for token in tokens):
        return Decimal(int("".join(str(DIGITS[token]) for token in tokens)))
    return _add_up(tokens)


def is_approximate(text: str) -> bool:
    """Whether spoken numerals name two neighbours at once (二三十, 七八), which is no exact number."""
    found = _APPROXIMATE.search(text)
    if not found or len(text) > 4:
        return False
    low, high = (DIGITS[char] for char in found.group()[:2])
    return high - low in (1, 2)


def scaled(digits: str, scale: str | None) -> Decimal:
    """An amount in figures, by the 万 or 千 (w, k) that may stand behind it."""
    return Decimal(digits) * (_GREAT.get(scale or "") or _TENS.get(scale or "") or 1)


def clock_of(part: str | None, hour: str, minute: str | None) -> time | None:
    """A time of day in figures, by the 下午 or 晚上 before it; None when there is no such hour."""
    hours, minutes = int(hour), 30 if minute == "半" else int(minute or 0)
    if part in _LATE and hours < 12:
        hours += 12
    return time(hours % 24, minutes) if hours <= 24 and minutes < 60 else None


def small_number(text: str) -> int | None:
    """A whole number below ten thousand, for days, counts and options."""
    value = parse_number(text)
    if value is None or value != value.to_integral_value() or not 0 <= value < 10_000:
        return None
    return int(value)


def _with_point(text: str) -> Decimal | None:
    whole, _, digits = text.partition("点")
    head = parse_number(whole)
    if head is None or not digits or any(char not in DIGITS and not char.isdecimal() for char in digits):
        return None
    return head + Decimal("0." + "".join(str(DIGITS.get(char, char)) for char in digits))


def _add_up(tokens: list[str]) -> Decimal | None:
    total = section = Decimal(0)
    pending: Decimal | None = None
    unit, zero = 1, False
    for token in tokens:
        if token in _TENS:
            section += (Decimal(1) if pending is None else pending) * _TENS[token]
            pending, unit, zero = None, _TENS[token], False
        elif token in _GREAT:
            total = _raised(total, section + _last_digit(pending, unit if section else 1, zero), _GREAT[token])
            section, pending, unit, zero = Decimal(0), None, _GREAT[token], False
        elif token == ZERO:
            zero = True
        else:
            value = Decimal(DIGITS[token]) if token in DIGITS else Decimal(token.replace(",", ""))
            pending = value if pending is None else pending * 10 + value
    return total + section + _last_digit(pending, unit, zero)


def _raised(total: Decimal, section: Decimal, great: int) -> Decimal:
    """万 and 亿 multiply what stands before them; 亿 also the 万 before it (一万亿)."""
    if total and (not section or total < great):
        return (total + section) * great
    return total + (section or Decimal(1)) * great


def _last_digit(pending: Decimal | None, unit: int, zero: bool) -> Decimal:
    """A single digit after 百, 千 or 万 counts in the next lower unit: 一千五 is 1500, 一千零五 is 1005."""
    if pending is None:
        return Decimal(0)
    if unit >= 100 and not zero and pending < 10 and pending == pending.to_integral_value():
        return pending * unit / 10
    return pending
