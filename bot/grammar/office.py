"""What people at work write about themselves: leave and duty; whole messages of staff only."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.grammar.dates import Mention, find_dates
from bot.grammar.numerals import clock_of, small_number
from bot.grammar.phrases import TEAMS
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.officecommands import ClearDuty, EndLeave, ListLeave, PassOn, SetDuty, ShowDuty, TakeLeave

LONGEST = 80
_NAME = r"[\u4e00-\u9fffa-z0-9]{0,12}?"
_WHO = re.compile(r"[\u4e00-\u9fffa-z][\u4e00-\u9fffa-z0-9]{0,11}")
_ANYBODY = re.compile(r"谁|哪位|哪个|哪些人|哪几个|有没有人|有人|几个人|几人")
_ASKING = re.compile(r"[?]|吗|么$|怎么|如何|能不能|可不可以|几天|多少|为什么|没有?$")
_LEAVE = re.compile(
    r"请[\s\dD一两二三四五六七八九十半天个的]{0,9}(?:事|病|年|婚|产|调休|丧|公)?假|(?<!不)休[\s\d半天个]{0,4}假"
)
_BACK = re.compile(
    rf"(?:给|帮|替)?D{{0,20}}(?P<a>{_NAME})D{{0,20}}(?:提前)?(?:销假|不请假|不休假)了?D{{0,20}}(?:的|了)?"
    rf"|(?:取消|撤销|撤回|结束)D{{0,20}}的?(?P<b>{_NAME})D{{0,20}}的?(?:请假|休假|假期?)了?"
    rf"|(?P<c>{_NAME})D{{0,20}}的?(?:请假|休假|假期?)(?:取消|撤销|撤回|作废|不要)(?:掉|吧)?了?"
)
_MINE = re.compile(r"(?:看|查)?我的(?:请假|休假|假期)(?:记录)?")
_LIST = re.compile(r"(?:看|查)?D{0,12}(?:请假|休假)(?:名单|列表|表|情况|记录)")
_AWAY = re.compile(r"请[了]?假|休[了]?假")
_DUTY = re.compile(r"值班|值日|当班|在岗|在班|上班|轮值")
_TABLE = re.compile(r"(?:值班|排班)(?:表|名单|安排|情况)")
_PRESENT = re.compile(r"(?:现在|这会儿?|目前)?谁在(?:岗|班|上班)?")
_SET = re.compile(r"排班|值班|值日")
_CLEAR = re.compile(r"取消|删除|删掉|撤销|去掉|不用|不排|别排")
_COUNT = re.compile(r"(?P<n>\d{1,3}|[一两二三四五六七八九十]{1,3})[个\s]{0,2}(?:工作)?[天日](?!号)")
_HALF = re.compile(r"半[个\s]{0,2}[天日]")


def _clock(side: str) -> str:
    """A time of day; its groups begin with the letter of its side."""
    part = rf"(?P<{side}p>凌晨|早上?|上午|中午|下午|晚上?|夜里)?"
    return part + rf"\s{{0,2}}(?P<{side}h>\d{{1,2}})\s?(?:[:点时]\s?(?P<{side}m>\d\d|半)?)分?"


_HOURS = re.compile(_clock("a") + r"\s?(?:到|至|-|~)\s?(?:次日|第二天)?" + _clock("b"))
_ORDER = r"(?:so\s?-?)?\d{3,12}[a-hjkmnp-z]?(?![a-z0-9])"
_PASS = re.compile(
    rf"\s{{0,3}}(?:(?:订单|单号)?\s?(?P<n>{_ORDER})\s?,?\s?)?(?:请|帮我)?转(?!人工|账|帐|款|接|发|运|告|正|让|到)(?:交|给|由){{0,2}}\s?(?:(?P<m>{_ORDER})\s?给?\s?)?"
    r"(?P<who>[\u4e00-\u9fffa-z][\u4e00-\u9fffa-z0-9]{0,9}?)?\s?(?:审批?|审核|处理|看看|来?定|来?批)?[\s.,。!~]{0,3}"
)
_FILLERS = (
    "你好|您好|我们|我|本人|自己|想要|想|需要|要|得|打算|准备|申请|给|帮|替|让|叫|安排|请|由|从|到|起|开始|为|在|是|全天|整天|一天|领导|老板"
    "|一下|吧|了|哈|啊|谢谢|麻烦|的|原因|理由|因为|去|先|[\\s,.:;。!~DT]"
)
_LEADING, _TRAILING = re.compile(rf"(?:{_FILLERS})+"), re.compile(rf"(?:{_FILLERS})+$")


@dataclass(frozen=True, slots=True)
class _Said:
    """A message with its days (``D``) and hours (``T``) masked in place, so that positions stay."""

    text: str
    days: tuple[Mention, ...]
    hours: tuple[time, time] | None
    scene: Scene

    @property
    def compact(self) -> str:
        """Without blanks and closing signs."""
        return re.sub(r"\s+", "", self.text).strip(".,。!~;")

    def name(self, words: str) -> str | None:
        """The one name in these words, as it was written."""
        word = _bare(words)
        if not _WHO.fullmatch(word):
            return None
        start = self.text.find(word)
        return self.scene.normal.quote(start, start + len(word))

    def span(self) -> tuple[date | None, date | None, str | None]:
        """First day, last day and half of the day; nothing when no day was said or none can be meant."""
        wishes = [mention.wish for mention in self.days if mention.wish is not None and mention.wish.last_day]
        if not wishes:
            return None, None, None
        first = min(wish.start or wish.date or wish.end for wish in wishes)  # type: ignore[type-var]
        last = max(wish.end or wish.date for wish in wishes)  # type: ignore[type-var]
        count = _COUNT.search(self.text)
        if count and first == last and first is not None and (days := small_number(count["n"])):
            last = first + timedelta(days=days - 1)
        part = wishes[0].part if first == last else None
        return first, last, {"am": "am", "pm": "pm", "evening": "pm"}.get(part or "")


def office_phrase(scene: Scene) -> Command | None:
    """Leave, duty, a decision handed on; nothing for customers, who have none of them."""
    if not scene.context.staff or len(scene.text) > LONGEST:
        return None
    handed = _handed_on(scene)
    if handed is not None or scene.has("PNKW"):
        return handed
    said = _masked(scene)
    readers = (_answer, _who_is_away, _who_is_on_duty, _end_of_leave, _roster, _leave)
    return next((found for reader in readers if (found := reader(said)) is not None), None)


def _handed_on(scene: Scene) -> Command | None:
    """转 1042 小王, 1042转给小王, 转小王."""
    match = _PASS.fullmatch(scene.text)
    if match is None:
        return None
    number = match["n"] or match["m"]
    who = scene.normal.quote(*match.span("who")) if match["who"] else None
    return PassOn(order_no=number.replace(" ", "").upper() if number else None, who=who)


def _masked(scene: Scene) -> _Said:
    text, hours = scene.text, None
    match = _HOURS.search(text)
    if match is not None:
        start, end = (clock_of(match[f"{side}p"], match[f"{side}h"], match[f"{side}m"]) for side in "ab")
        hours = (start, end) if start and end else None
        text = text[: match.start()] + "T" * (match.end() - match.start()) + text[match.end() :]
    days = tuple(find_dates(text, scene.today))
    for mention in days:
        text = text[: mention.start] + "D" * (mention.end - mention.start) + text[mention.end :]
    return _Said(text, days, hours, scene)


def _bare(words: str) -> str:
    lead = _LEADING.match(words)
    words = words[lead.end() :] if lead else words
    return _TRAILING.sub("", words)


def _answer(said: _Said) -> Command | None:
    """The days that we asked for."""
    if not said.scene.context.asks("ask_leave") or not said.days or _SET.search(said.text):
        return None
    return _leave_of(said, who=None, reason=None)


def _who_is_away(said: _Said) -> Command | None:
    words = said.compact
    if _MINE.fullmatch(words):
        return ListLeave(mine=True)
    asked = _ANYBODY.search(words) and _AWAY.search(words) and len(words) <= 24
    return ListLeave(day=said.span()[0]) if asked or _LIST.fullmatch(words) else None


def _who_is_on_duty(said: _Said) -> Command | None:
    words = said.compact
    asked = _ANYBODY.search(words) and _DUTY.search(words)
    alone = _DUTY.search(words) and not _bare(_DUTY.sub("", words)) and not _CLEAR.search(words)
    if len(words) > 24 or not (asked or alone or _TABLE.search(words) or _PRESENT.fullmatch(words)):
        return None
    team = next((role for word, role in TEAMS.items() if word in words), None)
    return ShowDuty(day=said.span()[0], team=team)


def _end_of_leave(said: _Said) -> Command | None:
    match = _BACK.fullmatch(said.compact)
    who = said.name(match["a"] or match["b"] or match["c"] or "") if match else None
    return EndLeave(who=who, day=said.span()[0]) if match else None


def _roster(said: _Said) -> Command | None:
    """排班 阿强 周六 8点到20点, 安排阿强周六值班, and the same taken back."""
    verb = _SET.search(said.text)
    if verb is None or _ASKING.search(said.text):
        return None
    clears = _CLEAR.search(said.text)
    words = _CLEAR.sub("", said.text[: verb.start()]) + " " + said.text[verb.end() :]
    who = said.name(words)
    if who is None and _bare(words):
        return None
    first, last, _ = said.span()
    clarify = tuple(name for name, value in (("date", first), ("who", who)) if value is None)
    if clears:
        return ClearDuty(who=who, first=first, last=last, clarify=clarify)
    start, end = said.hours or (None, None)
    return SetDuty(who=who, first=first, last=last, start=start, end=end, clarify=clarify)


def _leave(said: _Said) -> Command | None:
    verb = _LEAVE.search(said.text)
    if verb is None or _ASKING.search(said.text) or re.search(r"[他她]|不请", said.text):
        return None
    before, after = said.text[: verb.start()], said.text[verb.end() :]
    who = said.name(_COUNT.sub("", before))
    if who is None and _bare(_COUNT.sub("", before)):
        return None
    return _leave_of(said, who=who, reason=_reason(said, after, verb.end()))


def _leave_of(said: _Said, *, who: str | None, reason: str | None) -> TakeLeave:
    first, last, part = said.span()
    halved = _HALF.search(said.text) and part is None
    if first is None or halved:
        return TakeLeave(who=who, reason=reason, clarify=("date",))
    return TakeLeave(who=who, first=first, last=last, part=part, reason=reason)


def _reason(said: _Said, after: str, start: int) -> str | None:
    """What was said behind the leave beside its days, as written."""
    masked = _COUNT.sub(lambda m: "D" * len(m[0]), after)
    masked = _HALF.sub(lambda m: "D" * len(m[0]), masked)
    lead = _LEADING.match(masked)
    begin = lead.end() if lead else 0
    stop = len(_TRAILING.sub("", masked))
    words = masked[begin:stop]
    if "D" in words:
        begin = masked.rfind("D", 0, stop) + 1
        again = _LEADING.match(masked[begin:stop])
        begin += again.end() if again else 0
    return said.scene.normal.quote(start + begin, start + stop) or None if begin < stop else None
