"""Days in English and in figures (3.28, 4/1, next Friday, 25 March), and the past periods that reports ask for."""

import re
from datetime import date, timedelta

from bot.grammar import days
from bot.grammar.days import Days
from bot.grammar.holidays import workday_after
from bot.grammar.numerals import parse_number, small_number
from bot.grammar.weekforms import Match, Meaning

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_COUNT = r"(?P<n>\d{1,3}|a|an|one|two|three|four|five|six|seven|ten)"
_DELIVERY = r"(?= ?(?:号|日|前|之前|以前|交|送|到|要|发|出货|来))"
_FIGURES = r"(?P<m>1[0-2]|0?[1-9])(?P<s>[-/.])(?P<d>3[01]|[12]\d|0?[1-9])"
# Behind these a figure with a dash is a day, not an amount.
_COUNTED = "个只箱罐袋台套包盒支卷桶瓶件条把双对顶节颗米升吨斤打提捆份根块张片"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _figures(m: Match, today: date) -> Days | None:
    return days.month_day(today, int(m["m"]), int(m["d"]))


def _figure_span(m: Match, today: date) -> Days | None:
    first = days.month_day(today, int(m["m"]), int(m["d"]))
    last = days.month_day(first.first, int(m["m2"]), int(m["d2"])) if first else None
    return Days(first.first, last.first, "span", (first.first, last.first)) if first and last else None


def _english_date(m: Match, today: date) -> Days | None:
    month, day = _MONTHS.index(m["m"][:3]) + 1, int(m["d"])
    if m["y"]:
        exact = days.make(int(m["y"]), month, day)
        return days.on(exact) if exact else None
    return days.month_day(today, month, day)


def _english_weekday(m: Match, today: date) -> Days | None:
    weekday, which = _WEEKDAYS.index(m["d"][:3]), (m["r"] or "").strip()
    if which in ("next", "this", "last"):
        offset = {"next": 1, "this": 0, "last": -1}[which]
        return days.on(days.week_at(today, offset)[0] + timedelta(days=weekday))
    ahead = days.next_weekday(today, weekday)
    return days.on(ahead, ahead - timedelta(days=7))


def _english_span(m: Match, today: date) -> Days | None:
    offset = {"next": 1, "this": 0, "last": -1}[m["r"]]
    if m["u"] == "weekend":
        monday = days.week_at(today, offset)[0]
        return days.span(monday + timedelta(days=5), monday + timedelta(days=6))
    if m["u"] == "year":
        return days.span(date(today.year + offset, 1, 1), date(today.year + offset, 12, 31))
    bounds = days.week_at if m["u"] == "week" else days.month_at
    return days.span(*bounds(today, offset))


def _month_end(m: Match, today: date) -> Days | None:
    name = m["m"]
    offset = (_MONTHS.index(name[:3]) + 1 - today.month) % 12 if name else 1 if m["r"] == "next" else 0
    last = days.month_at(today, offset)[1]
    return Days(last, last, "end", (last, last))


def _week_end(m: Match, today: date) -> Days | None:
    last = days.week_at(today, 1 if m["r"] == "next" else 0)[1]
    return Days(last, last, "end", (last, last))


def _later(m: Match, today: date) -> date:
    count = _WORDS.get(m["n"]) or int(m["n"])
    unit = m["u"]
    if unit.startswith(("work", "business")):
        return workday_after(today, count)
    if unit.startswith("hour"):
        return today + timedelta(days=count // 24)
    return today + timedelta(days=count * (7 if unit.startswith("week") else 1))


def _in_days(m: Match, today: date) -> Days | None:
    return days.on(_later(m, today))


def _within_days(m: Match, today: date) -> Days | None:
    day = _later(m, today)
    return Days(day, day, "end", (today, day))


def _english_day(m: Match, today: date) -> Days | None:
    day = days.next_day_of_month(today, int(m["d"]))
    return days.on(day, days.last_day_of_month(today, int(m["d"]))) if day else None


def _past(first: date, last: date) -> Days:
    return Days(first, last, "past", (first, last))


def _last_count(m: Match, today: date) -> Days | None:
    count = parse_number(m["n"])
    if not count or count > 1000:
        return None
    unit = {"周": 7, "星": 7, "礼": 7, "月": 30, "年": 365, "w": 7, "m": 30}.get(m["u"][0], 1)
    return _past(today - timedelta(days=int(count * unit) - 1), today)


def _quarter(m: Match, today: date) -> Days | None:
    now = (today.month + 2) // 3
    word = m["q"] or ""
    if word in _QUARTERS:
        return _past(*days.quarter(today.year, _QUARTERS[word]))
    if (m["r"] or "") == "上":
        year, number = (today.year, now - 1) if now > 1 else (today.year - 1, 4)
        return _past(*days.quarter(year, number))
    return _past(*days.quarter(today.year, now))


def _year(m: Match, today: date) -> Days | None:
    year = today.year + {"今": 0, "去": -1, "前": -2, "本": 0}.get(m["y"][:1], 0)
    if m["h"]:
        return (
            _past(date(year, 1, 1), date(year, 6, 30))
            if m["h"] == "上"
            else _past(date(year, 7, 1), date(year, 12, 31))
        )
    return _past(date(year, 1, 1), date(year, 12, 31))


def _month_so_far(m: Match, today: date) -> Days | None:
    year = small_number(m["y"]) or today.year
    bounds = days.make(year, small_number(m["m"]) or 0, 1)
    return _past(*days.month_at(bounds, 0)) if bounds else None


_TABLE: tuple[tuple[str, Meaning], ...] = (
    (rf"(?<![a-z])(?P<d>\d{{1,2}})(?:st|nd|rd"
        rf"|th)? ?(?:of\s)?(?P<m>{_MONTH})(?![a-z])(?:,? ?(?P<y>20\d\d))?", _english_date),
    (
        rf"(?<![a-z])(?P<m>{_MONTH}) ?(?:the\s)?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)(?:st|nd|rd"
            rf"|th)?(?:,? ?(?P<y>20\d\d))?",
        _english_date,
    ),
    (rf"(?<![a-z])(?:the )?end of (?P<r>this|next"
        rf"|the)? ?(?P<m>{_MONTH})?(?:month)?(?![a-z])(?<=[a-z])(?<!of )", _month_end),
    (r"(?<![a-z])(?:the )?end of (?P<r>this|next|the)? ?week", _week_end),
    (r"(?<![a-z])(?P<r>next|this|last) (?P<u>weekend|week|month|year)(?![a-z])", _english_span),
    (rf"(?<![a-z])(?P<r>next |this |last |coming |on )?(?P<d>{_WEEKDAY})(?![a-z])", _english_weekday),
    (rf"(?<![a-z])in {_COUNT} (?P<u>(?:working |business )?days?|weeks?)(?: time)?", _in_days),
    (rf"(?<![a-z]){_COUNT} (?P<u>(?:working |business )?days?|weeks?) (?:from now|later)", _in_days),
    (rf"(?<![a-z])within {_COUNT} (?P<u>(?:working |business )?days?|weeks?|hours?)", _within_days),
    (r"(?<![a-z])the (?P<d>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)(?![a-z])", _english_day),
    (r"(?:最近|近|过去|前|last |past )(?:的)?(?P<n>\d{1,3}"
        r"|[一二两三四五六七八九十半]+) ?个?(?P<u>天|日|周|星期|礼拜|月|年|days?|weeks?|months?)", _last_count),
    (r"(?:第?(?P<q>[一二三四1-4])|(?P<r>本|这|上)个?)季度", _quarter),
    (r"(?<![a-z0-9])(?P<r>)q(?P<q>[1-4])(?![a-z0-9])", _quarter),
    (r"(?<!\d)(?P<y>20\d\d)年(?P<m>1[0-2]|0?[1-9])月(?!\d)", _month_so_far),
    (r"(?P<y>今年|去年|前年|本年度?|(?=[上下]半年))(?:度)?(?:(?P<h>[上下])半年)?", _year),
    (rf"(?<![\d./-]){_FIGURES} ?(?:-|~|到|至) ?(?P<m2>1[0-2]|0?[1-9])[./](?P<d2>3[01]|[12]\d"
        rf"|0?[1-9])(?!\d)", _figure_span),
    (rf"(?<![\da-z./-])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])(?:{_DELIVERY}"
        rf"|(?=[\s,;。、!)]|$))", _figures),
    (rf"(?<![\da-z./-]){_FIGURES}(?![\d./-]){_DELIVERY}", _figures),
    (rf"(?:交期|交货期?|交付|日期|到货|送货|时间|date)(?:是|为)? ?:? ?{_FIGURES}(?![\d./-])", _figures),
    (rf"(?:(?<=[{_COUNTED}])|(?<=[{_COUNTED}] ))(?P<m>1[0-2]|0?[1-9])-(?P<d>3[01]|[12]\d|0?[1-9])(?=$|[,。\n])",
        _figures),
    (rf"^\s*{_FIGURES}\s*(?:吧|。|可以)?\s*$", _figures),
)  # fmt: skip

WEST_FORMS: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple((re.compile(p), f) for p, f in _TABLE)
