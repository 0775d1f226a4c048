"""Weeks and their days, and days counted from today, as an ordered table of pattern and meaning."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

from bot.grammar import days
from bot.grammar.days import Days

Match: TypeAlias = re.Match[str]
Meaning: TypeAlias = Callable[[Match, date], Days | None]

OFFSETS = {"下下": 2, "下": 1, "这": 0, "本": 0, "当": 0, "上": -1, "上上": -2}
_RELATIVE = {
    "大后": 3, "后": 2, "明": 1, "今": 0, "昨": -1, "前": -2, "大前": -3, "大大后": 4, "本": 0,
    "day after tomorrow": 2, "tomorrow": 1, "tmr": 1, "today": 0, "tonight": 0, "yesterday": -1,
}  # fmt: skip
WEEK = r"(?:周|星期|礼拜)"
WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6} | {str(n + 1): n for n in range(6)}


def _relative_week(m: Match, today: date) -> Days | None:
    first, last = days.week_at(today, OFFSETS[m["r"]])
    if not m["d"]:
        return days.span(first, last)
    return _in_week(first, m["d"])


def _in_week(monday: date, word: str) -> Days:
    if word == "末":
        return days.span(monday + timedelta(days=5), monday + timedelta(days=6))
    return days.on(monday + timedelta(days=WEEKDAYS[word]))


def _weekdays(m: Match, today: date) -> Days | None:
    first = days.next_weekday(today, WEEKDAYS[m["a"]])
    last = first + timedelta(days=WEEKDAYS[m["b"]] - WEEKDAYS[m["a"]])
    return days.span(first, last) if last > first else None


def _weekday(m: Match, today: date) -> Days | None:
    if m["d"] == "末":
        return _in_week(days.week_at(today, 0)[0], "末")
    ahead = days.next_weekday(today, WEEKDAYS[m["d"]])
    back = ahead - timedelta(days=7)
    return days.on(ahead, back)


def _relative_day(m: Match, today: date) -> Days | None:
    return days.on(today + timedelta(days=_RELATIVE[m["r"]]))


def _two_days(m: Match, today: date) -> Days | None:
    first = today + timedelta(days=_RELATIVE[m["r"][0]])
    return days.span(first, first + timedelta(days=1))


WEEK_FORMS: tuple[tuple[str, Meaning], ...] = (
    (rf"(?P<r>下下|下|这|本|上上|上)一?个?{WEEK}(?:{WEEK})?(?P<d>[一二三四五六日天末1-6](?!\d))?", _relative_week),
    (rf"(?<![每下上这本]){WEEK}(?P<a>[一二三四五六])(?P<b>[二三四五六日])", _weekdays),
    (rf"(?<![每])(?<!\d){WEEK}(?P<d>[一二三四五六日天末]|[1-6](?!\d))", _weekday),
    (r"(?P<r>今明|明后)(?:两|2)?[天日]", _two_days),
    (r"(?P<r>本)日(?!期)", _relative_day),
    (r"(?P<r>大大后|大后|后|明|今|昨|大前|前)(?:天|日(?!期|本)|儿(?:个)?)", _relative_day),
    (r"(?P<r>明|今|昨|后)(?=早|晚)", _relative_day),
    (r"(?<![a-z])(?:the )?(?P<r>day after tomorrow|tomorrow|tmr|today|tonight|yesterday)(?![a-z])", _relative_day),
)
