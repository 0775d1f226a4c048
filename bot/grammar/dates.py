"""When: finds every date in a message and reads it as a wish for delivery or as the period of a report."""

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from bot.grammar.dayforms import DAY_FORMS
from bot.grammar.days import Days
from bot.grammar.numerals import small_number
from bot.grammar.westdays import WEST_FORMS
from domain.values import DeliveryKind, DeliveryWish, Period

_HINT = re.compile(
    r"[日号月周天年节午晚早旬急快赶礼星期今明昨后前季半内上立即火推延缓秋庆旦诞夕宵阳夜]|五一|六一|十一|rush|\d[-/.]\d|[./]\d|618|双1|点|time|day"
    r"|week|month|year|asap|urgent|hour"
    r"|q[1-4]|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|tom|\dth"
    r"|tmr|tonight|soon|quick|截"
)
_ASAP = re.compile(
    r"尽快|尽早|加急|急用|急需|急着|急要|着急(?!吗)|越快越好|越早越好|马上|立刻|立即|赶紧|赶快"
    r"|火速|最快|即刻|特急|很急|挺急|比较急|急单"
    r"|(?<![不别着])急(?=[,。!;\s]|$)|(?<![a-z])(?:asap|urgent(?:ly)?|as soon as possible|rush)(?![a-z])"
)
_CALM = re.compile(r"不(?:着|太|是很)?急|别急|不(?:用|要|必)(?:加|着|太)?急|no rush|no hurry|not urgent")
_BEFORE_WORD = re.compile(
    r"(?:最迟|最晚|最慢|不晚于|不迟于|截止到?|截至|务必|赶在|在|于|送货?日期|交期|交货期?|不超过"
    r"|no later than |(?<![a-z])(?:by|before|till|until|on) ) ?(?:在|是|:)? ?(?:the )?$"
)
_INCLUSIVE = ("最迟", "最晚", "最慢", "不晚", "不迟", "截", "不超", "no", "by", "till", "until")
_PART = (
    r"(?P<part>上午|早上|早晨|清早|一早|中午|下午|晚上|傍晚|夜里|早(?![安])|晚(?![点上])|am(?![a-z])"
    r"|pm(?![a-z])|morning|noon|afternoon|evening)"
)
_CLOCK = (
    r"(?P<h>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:(?:点|时)(?!货|单|餐)(?P<m>半|一刻|\d{1,2}分?"
    r"|[一二三四五]?十[一二三四五]?分?)?钟?|:(?P<mm>[0-5]\d))"
)
_AFTER = re.compile(
    rf" ?(?:的(?={_PART.replace('?P<part>', '?:')})|in the |this )? ?(?:{_PART})? ?(?:(?:at "
    rf"|around )?{_CLOCK}|(?<=\s)at (?P<eh>\d{{1,2}}) ?(?P<ap>am|pm))? ?"
    r"(?P<work>下班|收工|打烊)? ?(?P<turn>(?:之|以)?前|截止|为止|(?:之|以)?后|(?:之|以)?内|左右)?"
)
_LOOSE_TIME = re.compile(
    rf"(?<![早今明昨后天日一二三四五六日])(?:{_PART} ?(?:{_CLOCK})?|{_CLOCK.replace('P<', 'P<x')}(?= ?(?:之|以)?前))"
    r"(?= ?(?:(?P<turn>(?:之|以)?前)|(?:送|到|要|发|来|交|给|配|能|可以)))"
)
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]")
_JOINT = re.compile(r" ?(?:到|至|-|~|和|或者?|、|/|,|或是|to|and)? ?")
_THROUGH = ("到", "至", "-", "~", "to")
_BETWEEN = re.compile(r"(?:之间|期间|均可|都行|都可以|都能)?")
_PARTS = {"上午": "am", "早": "am", "清": "am", "一": "am", "am": "am", "morning": "am", "中": "noon", "noon": "noon"}


@dataclass(frozen=True, slots=True)
class Mention:
    """One date as it stands in the text, read as a wish (None when it cannot be one) and as a period."""

    start: int
    end: int
    wish: DeliveryWish | None
    period: Period | None
    vague: bool = False


def find_dates(text: str, today: date) -> list[Mention]:
    """All dates of a folded text in order of appearance; ``text`` may hold masked stretches."""
    if not _HINT.search(text):
        return []
    found = _joined(text, [_mention(text, today, item) for item in _spot(text, today)])
    if not any(mention.wish for mention in found):
        found += _loose_times(text, today, found)
    return sorted(found + _speeds(text), key=lambda mention: mention.start)


def _spot(text: str, today: date) -> list[tuple[int, int, Days]]:
    taken = list(text)
    found: list[tuple[int, int, Days]] = []
    for pattern, meaning in (*DAY_FORMS, *WEST_FORMS):
        for match in pattern.finditer(text):
            start, end = match.span()
            if "\0" in taken[start:end] or (start == end and "\0" in taken[start : start + 1]):
                continue
            days = meaning(match, today)
            if days is not None:
                found.append((start, end, days))
                taken[start:end] = "\0" * (end - start)
    return sorted(found, key=lambda item: item[0])


def _mention(text: str, today: date, spot: tuple[int, int, Days]) -> tuple[Mention, Days]:
    start, end, days = spot
    lead = _BEFORE_WORD.search(text, max(0, start - 16), start)
    after = _AFTER.match(text, end)
    word = lead.group() if lead else ""
    begin, stop = (lead.start() if lead else start), (after.end() if after and after.group().strip() else end)
    turn = (after["turn"] or "") if after else ""
    clock, part = _time(after) if after else (None, None)
    if "后" in turn and days.grain != "vague":
        return Mention(begin, stop, None, None, vague=True), days
    exact = clock is not None or part == "noon" or days.first == today or bool(after and after["work"])
    kind, first, last = _turned(days, word, "前" in turn, exact, "止" in turn)
    wish = None
    if days.grain not in ("vague", "past"):
        ranged = kind is DeliveryKind.RANGE
        wish = DeliveryWish(kind, None if ranged else last, time=clock, part=part)
        wish = replace(wish, start=first, end=last) if ranged else wish
    return Mention(begin, stop, wish, _period(days), vague=days.grain == "vague"), days


def _turned(days: Days, lead: str, before: bool, exact: bool, until: bool) -> tuple[DeliveryKind, date, date]:
    """Apply 前, 最迟, by and the like: before a day means by the day before, before the end of a period that end."""
    day_before = before or lead.lstrip().startswith("before")
    if day_before and days.grain != "end" and not exact:
        return DeliveryKind.BY, days.first, days.first - timedelta(days=1)
    if day_before or until or lead.startswith(_INCLUSIVE) or days.grain == "end":
        return DeliveryKind.BY, days.first, days.last
    return (DeliveryKind.DATE if days.first == days.last else DeliveryKind.RANGE), days.first, days.last


def _time(match: re.Match[str]) -> tuple[time | None, str | None]:
    groups = match.groupdict()
    word = groups.get("part") or groups.get("ap") or ""
    part = next((value for key, value in _PARTS.items() if word.startswith(key)), None) if word else None
    if word and part is None:
        part = "evening" if word[0] in "晚傍夜e" else "pm"
    hour = small_number(groups.get("h") or groups.get("eh") or groups.get("xh") or "")
    if hour is None or hour > 24:
        return None, part
    minute = groups.get("m") or groups.get("mm") or groups.get("xm") or groups.get("xmm") or "0"
    minutes = {"半": 30, "一刻": 15}.get(minute) or small_number(minute.rstrip("分")) or 0
    if part in ("pm", "evening") and hour < 12:
        hour += 12
    return (time(hour % 24, minutes) if minutes < 60 else None), part


def _period(days: Days) -> Period | None:
    if days.back is None:
        return None
    return Period(*days.back)


def _joined(text: str, found: list[tuple[Mention, Days]]) -> list[Mention]:
    """Two neighbouring days (3号到5号, 周一周二均可) are one range."""
    out: list[Mention] = []
    index = 0
    while index < len(found):
        one, days = found[index]
        following = found[index + 1] if index + 1 < len(found) else None
        merged = _range(text, one, days, *following) if following else None
        out.append(merged or one)
        index += 2 if merged else 1
    return out


def _range(text: str, one: Mention, days: Days, other: Mention, other_days: Days) -> Mention | None:
    gap = _JOINT.match(text, one.end)
    if gap is None or gap.end() != other.start or not days.back or not other_days.back:
        return None
    tail = _BETWEEN.match(text, other.end)
    if gap.group().strip() in ("", ",") and not (tail and tail.group()):
        return None
    if days.grain == "end" or any(m.wish and m.wish.kind is DeliveryKind.BY for m in (one, other)):
        return None
    wish = None
    last = other_days.last
    if last <= days.first and gap.group().strip() in _THROUGH and _WEEKDAY.match(text, other.start):
        # 下周一到周三: the Wednesday after that Monday, not the one of this week.
        last += timedelta(weeks=(days.first - last).days // 7 + 1)
    if one.wish and other.wish and last > days.first:
        wish = DeliveryWish(DeliveryKind.RANGE, None, days.first, last)
    start, stop = days.back[0], other_days.back[1]
    period = Period(start, stop) if start <= stop else None
    return Mention(one.start, tail.end() if tail else other.end, wish, period, vague=one.vague or other.vague)


def _loose_times(text: str, today: date, taken: list[Mention]) -> list[Mention]:
    """A time of day without a day (下午3点送) means today, if something is to happen then."""
    match = _LOOSE_TIME.search(text)
    if not match or any(m.start < match.end() and match.start() < m.end for m in taken):
        return []
    clock, part = _time(match)
    kind = DeliveryKind.BY if match["turn"] else DeliveryKind.DATE
    end = match.end() + len(match["turn"] or "")
    return [Mention(match.start(), end, DeliveryWish(kind, today, time=clock, part=part), Period(today, today))]


def _speeds(text: str) -> list[Mention]:
    calm = [Mention(*match.span(), None, None) for match in _CALM.finditer(text)]
    wish = DeliveryWish(DeliveryKind.ASAP)
    hurry = [Mention(*match.span(), wish, None) for match in _ASAP.finditer(text)]
    return calm + [m for m in hurry if not any(c.start <= m.start < c.end for c in calm)]
