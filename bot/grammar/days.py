"""Calendar arithmetic behind date words: weeks from Monday, months with their ends, the next and the last such day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

FAR_AHEAD = 300


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a date word names: ``ahead`` when something is wished, ``back`` when something is reported.

    ``grain`` tells how it may be turned: day, span, end (the end of a period), within, or vague (no day at all).
    """

    first: date
    last: date
    grain: str = "day"
    back: tuple[date, date] | None = None


def on(day: date, back: date | None = None) -> Days:
    """One single day."""
    return Days(day, day, "day", (back or day, back or day))


def span(first: date, last: date) -> Days:
    """A run of days."""
    return Days(first, last, "span", (first, last))


def make(year: int, month: int, day: int) -> date | None:
    """The date, or None when the calendar has no such day."""
    if not (1900 < year < 2200 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def month_at(today: date, offset: int) -> tuple[date, date]:
    """First and last day of the month ``offset`` months from today's."""
    months = today.year * 12 + today.month - 1 + offset
    year, month = divmod(months, 12)
    return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])


def week_at(today: date, offset: int) -> tuple[date, date]:
    """Monday and Sunday of the week ``offset`` weeks from today's."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
    return monday, monday + timedelta(days=6)


def quarter(year: int, number: int) -> tuple[date, date]:
    """First and last day of a quarter."""
    month = number * 3
    return date(year, month - 2, 1), date(year, month, monthrange(year, month)[1])


def next_day_of_month(today: date, day: int) -> date | None:
    """The next date with this day of the month, today included."""
    for offset in range(4):
        first, last = month_at(today, offset)
        if 1 <= day <= last.day and first.replace(day=day) >= today:
            return first.replace(day=day)
    return None


def last_day_of_month(today: date, day: int) -> date | None:
    """The most recent date with this day of the month, today included."""
    for offset in range(0, -4, -1):
        first, last = month_at(today, offset)
        if 1 <= day <= last.day and first.replace(day=day) <= today:
            return first.replace(day=day)
    return None


def next_weekday(today: date, weekday: int) -> date:
    """The next such weekday, strictly after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def month_day(today: date, month: int, day: int) -> Days | None:
    """A month and a day without a year: the next occurrence, vague when that has only just passed."""
    ahead = _first(today, month, day, (0, 1, 2, 3, 4))
    back = _first(today, month, day, (0, -1, -2, -3, -4))
    if ahead is None or back is None:
        return None
    far = (ahead - today).days > FAR_AHEAD
    return Days(ahead, ahead, "vague" if far else "day", (back, back))


def _first(today: date, month: int, day: int, years: tuple[int, ...]) -> date | None:
    ahead = years[-1] > 0
    for offset in years:
        found = make(today.year + offset, month, day)
        if found and (found >= today if ahead else found <= today):
            return found
    return None


def part_of(first: date, last: date, part: str | None) -> Days:
    """A month, or the part of it that a word means."""
    if not part:
        return span(first, last)
    if part[0] in "底末":
        return Days(last, last, "end", (last, last))
    return span(*third_of_month(first, last, part))


def third_of_month(first: date, last: date, word: str) -> tuple[date, date]:
    """上旬, 中旬, 下旬, 初, 中: the part of a month that a word means."""
    ends = {"上": (1, 10), "初": (1, 5), "中": (11, 20), "下": (21, last.day)}
    start, end = ends[word[0]]
    return first.replace(day=start), first.replace(day=end)
