"""Days named in full: with their year, from one to another, or as the second Monday of a month."""

from datetime import date, timedelta

from bot.grammar import days
from bot.grammar.days import Days
from bot.grammar.numerals import small_number
from bot.grammar.weekforms import OFFSETS, WEEK, WEEKDAYS, Match, Meaning

DAY_OF_MONTH = (
    r"(?:3[01]|[12]\d|0?[1-9]|[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|[一二三四五六七八九])"
)
MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"20\d\d|二零[零一二三四五六七八九]{2}|两千零?[一二三四五六七八九十]{0,3}|(?<![\d.])[1-4]\d(?=年)"
_TO = r" ?(?:-|~|到|至) ?"
_CENTURY = 2000


def _number(text: str | None) -> int:
    return small_number(text or "") or 0


def _year_of(text: str) -> int:
    year = _number(text)
    return year if year >= _CENTURY else _CENTURY + year


def _full(m: Match, _: date) -> Days | None:
    day = days.make(_year_of(m["y"]), _number(m["m"]), _number(m["d"]))
    return days.on(day) if day else None


def _month_of_year(m: Match, _: date) -> Days | None:
    first = days.make(_year_of(m["y"]), _number(m["m"]), 1)
    return days.part_of(*days.month_at(first, 0), m["p"]) if first else None


def _days_of_month(m: Match, today: date) -> Days | None:
    first, last = days.month_at(today, OFFSETS[m["r"]])
    more = timedelta(days=min(_number(m["n"]), last.day) - 1)
    return days.span(first, first + more) if m["e"] == "前" else days.span(last - more, last)


def _from_to(m: Match, today: date) -> Days | None:
    if m["y"]:
        known = days.make(_year_of(m["y"]), _number(m["m"]), _number(m["d"]))
        start = days.on(known) if known else None
    else:
        start = days.month_day(today, _number(m["m"]), _number(m["d"]))
    if start is None or start.back is None:
        return None
    last, back = _until(m, start.first), _until(m, start.back[0])
    return (
        Days(start.first, last, "vague" if start.grain == "vague" else "span", (start.back[0], back or last))
        if last
        else None
    )


def _until(m: Match, start: date) -> date | None:
    month, day = _number(m["m2"]) or start.month, _number(m["d2"])
    year = _year_of(m["y2"]) if m["y2"] else start.year
    end = days.make(year, month, day)
    if end and end < start and not m["y2"]:
        end = days.make(year + 1, month, day) if m["m2"] else None
    return end


def _nth(m: Match, today: date) -> Days | None:
    if m["r"]:
        first = last = days.month_at(today, OFFSETS[m["r"]])[0]
    else:
        ahead = (_number(m["m"]) - today.month) % 12
        first = days.month_at(today, ahead)[0]
        last = days.month_at(today, ahead - 12 if ahead else 0)[0]
    first, last = _in_year(first, m["y"], today), _in_year(last, m["y"], today)
    days_ahead, back = _nth_in(first, m), _nth_in(last, m)
    return Days(*days_ahead, "day" if m["d"] else "span", back)


def _in_year(first: date, word: str | None, today: date) -> date:
    shift = {"明年": 1, "今年": 0, "去年": -1}
    year = first.year if not word else today.year + shift[word] if word in shift else _year_of(word[:4])
    return first.replace(year=year)


def _nth_in(first: date, m: Match) -> tuple[date, date]:
    weekday = WEEKDAYS[m["d"]] if m["d"] else 0
    if not m["n"]:
        last = days.month_at(first, 0)[1]
        day = last - timedelta(days=(last.weekday() - weekday) % 7)
        return day, day if m["d"] else day + timedelta(days=6)
    day = first + timedelta(days=(weekday - first.weekday()) % 7, weeks=_number(m["n"]) - 1)
    return (day, day) if m["d"] else (day, day + timedelta(days=6))


FULL_FORMS: tuple[tuple[str, Meaning], ...] = (
    (rf"(?:(?P<y>{_YEAR})年 ?)?(?<!\d)(?P<m>{MONTH})月份?(?P<d>{DAY_OF_MONTH})[日号]?{_TO}"
        rf"(?:(?:(?P<y2>{_YEAR})年)?(?P<m2>{MONTH})月)?(?P<d2>{DAY_OF_MONTH})[日号](?:之?间)?", _from_to),
    (r"(?P<r>下|这|本|当|上)个?月的?(?P<e>前|最后|后)(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})天", _days_of_month),
    (rf"(?P<y>{_YEAR})年 ?(?P<m>{MONTH})月 ?(?P<d>{DAY_OF_MONTH})(?![\d个件台箱套])[日号]?", _full),
    (rf"(?P<y>明年|今年|去年|20\d\d年)?(?:(?<!\d)(?P<m>{MONTH})月份?|(?P<r>下下|下|这|本|当|上)个?月)的?"
        rf"(?:第(?P<n>[1-5一二三四五])|最后一)个?{WEEK}(?P<d>[一二三四五六日天])?", _nth),
    (rf"(?P<y>{_YEAR})年 ?(?P<m>{MONTH})月份?(?P<p>上旬|中旬|下旬|底|末|初)?(?!\d)", _month_of_year),
)  # fmt: skip
