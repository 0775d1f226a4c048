"""Every way to name days, as an ordered table of pattern and meaning; earlier forms win over later ones."""

import re
from datetime import date, timedelta

from bot.grammar import days
from bot.grammar.days import Days
from bot.grammar.fulldays import DAY_OF_MONTH, FULL_FORMS, MONTH
from bot.grammar.holidays import FESTIVALS, festival, workday_after
from bot.grammar.numerals import parse_number, small_number
from bot.grammar.weekforms import OFFSETS, WEEK_FORMS, Match, Meaning

N = r"(?:\d{1,3}|[一二三四五六七八九十廿卅两俩]{1,3})"
_NOT_A_DAY = (
    r"(?!的(?![上下早晚时])| ?(?:线|楼|门|仓|库|店|院|桌|机|房|厂|码头|窗|柜|位|员|车|钢|色|码"
    r"|电池|电|字|单|订|那|这))"
)


def _number(text: str) -> int:
    return small_number(text) or 0


def _iso(m: Match, _: date) -> Days | None:
    day = days.make(int(m["y"]), _number(m["m"]), _number(m["d"]))
    return days.on(day) if day else None


def _year(word: str | None, today: date) -> int | None:
    return None if not word else today.year + {"明年": 1, "今年": 0, "去年": -1}[word]


def _month_day(m: Match, today: date) -> Days | None:
    year = _year(m["y"], today)
    if year is None:
        return days.month_day(today, _number(m["m"]), _number(m["d"]))
    day = days.make(year, _number(m["m"]), _number(m["d"]))
    return days.on(day) if day else None


def _month_bounds(word: str, today: date) -> tuple[date, date]:
    offset = (_number(word) - today.month) % 12
    return days.month_at(today, offset)


def _month_part(m: Match, today: date) -> Days | None:
    first, last = _month_bounds(m["m"], today)
    return days.part_of(first, last, m["p"])


def _day_range(m: Match, today: date) -> Days | None:
    start, end = days.next_day_of_month(today, _number(m["a"])), _number(m["b"])
    if start is None:
        return None
    stop = days.next_day_of_month(start, end)
    return days.span(start, stop) if stop else None


def _relative_month(m: Match, today: date) -> Days | None:
    first, last = days.month_at(today, OFFSETS[m["r"]])
    if not m["d"]:
        return days.part_of(first, last, m["p"])
    day = days.make(first.year, first.month, _number(m["d"]))
    return days.on(day) if day else None


def _month_only(m: Match, today: date) -> Days | None:
    year = _year(m["y"], today)
    if year is not None:
        return days.span(*days.month_at(date(year, _number(m["m"]), 1), 0))
    first, last = _month_bounds(m["m"], today)
    back = days.month_at(today, -((today.month - _number(m["m"])) % 12))
    return Days(first, last, "span", back)


def _this_month(m: Match, today: date) -> Days | None:
    return days.part_of(*days.month_at(today, 0), m["p"].lstrip("月"))


def _shifted(m: Match, today: date) -> date | None:
    unit, count = m["u"], parse_number(m["n"])
    if count is None or count > 400:
        return None
    if unit.startswith(("工作日", "work", "business")):
        return workday_after(today, int(count))
    if unit[0] in "小h":
        return today + timedelta(hours=float(count)) if count < 24 else today + timedelta(days=int(count) // 24)
    if unit[0] in "月m":
        return _month_later(today, float(count))
    return today + timedelta(days=int(count * (7 if unit[0] in "周星礼w" else 1)))


def _month_later(today: date, count: float) -> date:
    if count == 0.5:
        return today + timedelta(days=15)
    first, last = days.month_at(today, int(count))
    return first.replace(day=min(today.day, last.day))


def _after(m: Match, today: date) -> Days | None:
    day = _shifted(m, today)
    return days.on(day) if day else None


def _within(m: Match, today: date) -> Days | None:
    day = _shifted(m, today)
    return Days(day, day, "end", (today, day)) if day else None


def _within_period(m: Match, today: date) -> Days | None:
    last = {"周": days.week_at(today, 0)[1], "月": days.month_at(today, 0)[1]}
    end = last.get(m["u"], today) if m["u"] != "年" else date(today.year, 12, 31)
    return Days(end, end, "end", (today, end))


def _year_end(m: Match, today: date) -> Days | None:
    end = date(_year(m["y"], today) or today.year, 12, 31)
    return Days(end, end, "end", (end, end))


def _festival(m: Match, today: date) -> Days | None:
    day = festival(m["f"], today)
    return days.on(day) if day else None


def _before_new_year(_: Match, today: date) -> Days | None:
    day = festival("春节", today)
    return Days(day - timedelta(days=1), day - timedelta(days=1), "end", None) if day else None


def _day_of_month(m: Match, today: date) -> Days | None:
    day = days.next_day_of_month(today, _number(m["d"]))
    return days.on(day, days.last_day_of_month(today, _number(m["d"]))) if day else None


def _vague(_: Match, today: date) -> Days | None:
    return Days(today, today, "vague", None)


def _today(_: Match, today: date) -> Days | None:
    return days.on(today)


_COUNT = rf"(?<![\d.])(?P<n>\d{{1,3}}|{N}|半) ?"

# Some festivals are also numbers: those are meant only where a day would stand.
_NUMBERS = ("十一", "五一", "六一")
_PEOPLE = ("妇女", "儿童", "教师", "建军", "劳动")
_FESTIVAL = (
    "|".join(word for word in FESTIVALS if word not in (*_NUMBERS, *_PEOPLE, "618"))
    + rf"|(?:{'|'.join(_PEOPLE)})(?=节)"
    + rf"|(?<![\d一二三四五六七八九十百千万两])(?:{'|'.join(_NUMBERS)})"
    r"(?=节|假|期间|活动|当天|那天|长假|之?前|以前|之?后|以后|到|送|发|交|要|用|[,。;!\s]|$)"
    r"|(?<!\d)618(?=节|大促|活动|当天|那天|之?前|以前|之?后|以后|到货|送|发|交)"
)

_TABLE: tuple[tuple[str, Meaning], ...] = (
    *FULL_FORMS,
    (r"(?<!\d)(?P<y>20\d\d) ?[-/.年] ?(?P<m>\d{1,2}) ?[-/.月] ?(?P<d>\d{1,2})(?!\d)[日号]?", _iso),
    (rf"{_COUNT}个?(?P<u>工作日|天|日|周|星期|礼拜|月|小时|hours?|h)(?:时间)?(?:之|以)?(?:内|里)", _within),
    (rf"{_COUNT}个?(?P<u>工作日|天|日|周|星期|礼拜|月|小时)(?:之|以)?后", _after),
    (rf"{_COUNT}个?(?P<u>工作日)", _within),
    (rf"(?P<y>明年|今年|去年)?(?P<m>{MONTH})月份?(?P<p>上旬|中旬|下旬|底|末|初|中(?!秋|午))", _month_part),
    (
        rf"(?P<y>明年|今年|去年)?(?<!\d)(?P<m>{MONTH})月份? ?(?P<d>{DAY_OF_MONTH})(?:[日号]"
            rf"|(?![\d个件台箱套天百千万十.]))",
        _month_day,
    ),
    (rf"(?<![\d.])(?P<a>{DAY_OF_MONTH})[号日]?(?:-|~|到|至|、|或者?|和)(?P<b>{DAY_OF_MONTH})[号日](?:之?间)?",
        _day_range),
    (r"(?:本|这|这个|当)?(?P<u>周|月|年|天)(?:之|以)内", _within_period),
    (r"(?:本|这|这个|当|今)(?P<u>周|月|年|天)内", _within_period),
    (rf"(?P<r>下下|下|这|本|当|上上|上)一?个?月(?:(?P<d>{DAY_OF_MONTH})[号日]|(?P<p>底|末|初|上旬|中旬"
        rf"|下旬|中))?", _relative_month),
    (rf"(?P<y>明年|今年|去年)?(?<!\d)(?P<m>{MONTH})月份?(?!\d)", _month_only),
    (r"(?P<p>月底|月末|月初|月中|上旬|中旬|下旬)", _this_month),
    *WEEK_FORMS,
    (r"(?P<y>今年|明年)?年(?:底|末|终)", _year_end),
    (r"(?<![今明去前后半每])年(?:之)?前", _before_new_year),
    (
        rf"(?P<f>{_FESTIVAL})(?:节日?|假期|期间)?(?:当天)?(?!快乐|好|愉快|安康|礼|款|装|树|帽|版|月饼|粽|用品|[0-9个台箱件只条.])",
        _festival,
    ),
    (rf"(?<![\d.第a-z一二三四五六七八九十])(?P<d>{DAY_OF_MONTH})[号日]{_NOT_A_DAY}", _day_of_month),
    (rf"(?:过|等) ?(?:几|两|些|阵|一两|几个?)(?:天|日|周)|(?:晚|推迟?|延后|延迟|延期|往后推"
        rf"|缓) ?(?:{N}|几|些|一两) ?个?(?:天|日|周|星期)|改[天日]|择日|这两天|这几天|近期(?=送"
        r"|要|发|到|交)|过阵子|过些日子", _vague),
    (r"(?=(?:下班|收工|打烊)(?:之|以)?前)", _today),
)  # fmt: skip

DAY_FORMS: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple((re.compile(p), f) for p, f in _TABLE)
