"""Festivals as data, and days as customers count them; the public holidays are in ``domain/rules/workdays.py``.

Festivals that follow the moon are listed for some years ahead in ``_LUNAR``.
"""

from datetime import date, timedelta

from domain.rules.workdays import OFF

_LUNAR = {
    "春节": ("2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03"),
    "除夕": ("2025-01-28", "2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12", "2030-02-02"),
    "元宵": ("2025-02-12", "2026-03-03", "2027-02-20", "2028-02-09", "2029-02-27", "2030-02-17"),
    "清明": ("2025-04-04", "2026-04-05", "2027-04-05", "2028-04-04", "2029-04-04", "2030-04-05"),
    "端午": ("2025-05-31", "2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16", "2030-06-05"),
    "七夕": ("2025-08-29", "2026-08-19", "2027-08-08", "2028-08-26", "2029-08-16", "2030-08-05"),
    "中秋": ("2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22", "2030-09-12"),
    "重阳": ("2025-10-29", "2026-10-18", "2027-10-08", "2028-10-26", "2029-10-16", "2030-10-05"),
}
_FIXED = {
    "元旦": (1, 1), "妇女": (3, 8), "劳动": (5, 1), "五一": (5, 1), "儿童": (6, 1), "六一": (6, 1), "建军": (8, 1),
    "教师": (9, 10), "国庆": (10, 1), "十一": (10, 1), "圣诞": (12, 25), "双十一": (11, 11), "双11": (11, 11),
    "情人节": (2, 14), "女生节": (3, 7), "植树节": (3, 12), "愚人节": (4, 1), "青年节": (5, 4), "万圣节": (10, 31),
    "光棍节": (11, 11), "平安夜": (12, 24), "双十二": (12, 12), "双12": (12, 12), "618": (6, 18),
}  # fmt: skip
_NTH = {"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4)}  # month, weekday, which of them
_SAME = {"过年": "春节", "大年三十": "除夕", "年三十": "除夕", "新年": "元旦", "端阳": "端午"}

FESTIVALS = tuple(sorted({*_LUNAR, *_FIXED, *_NTH, *_SAME}, key=len, reverse=True))


def is_workday(day: date) -> bool:
    """Whether goods move on this day as a matter of course: Monday to Friday and no public holiday.

    Make-up weekends are not counted: a promise in workdays must hold for those who do not work them.
    """
    return day.weekday() < 5 and day not in OFF


def workday_after(today: date, count: int) -> date:
    """The ``count``-th workday after today."""
    day, left = today, min(count, 500)
    while left > 0:
        day += timedelta(days=1)
        left -= is_workday(day)
    return day


def festival(name: str, today: date) -> date | None:
    """The next day of a festival, today included; None when the table does not reach that far."""
    name = _SAME.get(name, name)
    if name in _FIXED:
        month, day = _FIXED[name]
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    if name in _NTH:
        return next(found for year in (today.year, today.year + 1) if (found := _nth(year, *_NTH[name])) >= today)
    return next((day for day in map(date.fromisoformat, _LUNAR.get(name, ())) if day >= today), None)


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7, weeks=which - 1)


def holiday_end(first: date) -> date:
    """The last day off of the public holiday that covers ``first``; ``first`` itself when there is none."""
    day = first
    while day + timedelta(days=1) in OFF:
        day += timedelta(days=1)
    return day
