"""What is said about alerts: 收到 A7, A7 2小时, A7 转 阿强, A7 误报, 预警规则, 规则 测试 3, 预警规则 3 48小时."""

import re
from datetime import timedelta

from bot.grammar.numerals import NUMBER, parse_number
from bot.grammar.scene import Scene
from domain.commands import AcknowledgeAlert, Command, SnoozeAlert
from domain.officecommands import AlertRules, DismissAlert, PassAlert

_ALERT = r"(?P<a>a\s?-?\s?\d{1,6})"
_SECOND = _ALERT.replace("?P<a>", "?P<b>")
_ACK = re.compile(
    rf"\s*(?:(?:收到|知道了|我来处理|ack)\s*[:,]?\s*{_ALERT}"
    rf"|{_SECOND}\s*[:,]?\s*(?:收到|知道了|我来处理|ack))\s*[了。!]*\s*"
)
_SNOOZE = re.compile(
    rf"\s*{_ALERT}\s*[:,]?\s*(?:(?P<n>{NUMBER}|半)\s*个?(?P<u>小时|钟头|分钟|分|天|h|m|min|d)(?:后"
    rf"|再)?(?:提醒我?)?|(?P<day>明天|后天|下周))\s*(?:再?(?:说|提醒我?))?\s*"
)
_DISMISS = re.compile(
    rf"\s{{0,3}}(?:(?:误报|虚警)\s{{0,3}}[:,]?\s{{0,3}}{_ALERT}"
    rf"|{_SECOND}\s{{0,3}}[:,]?\s{{0,3}}(?:是|属于)?(?:误报|虚警|不是问题))\s{{0,3}}[了。!]{{0,3}}\s{{0,3}}"
)
_PASS = re.compile(
    rf"\s{{0,3}}{_ALERT}\s{{0,3}}[:,]?\s{{0,3}}(?:转交|转给|交给|转)\s{{0,3}}[:,]?\s{{0,3}}(?P<who>[^\s,。!:]{{1,20}})?"
    r"\s{0,3}[。!]{0,3}\s{0,3}"
)
_NAMED = r"\s{0,3}(?:看|查|改)?(?:预警|提醒|告警)?规则\s{0,3}[:,]?\s{0,3}"
_RULES = re.compile(
    rf"{_NAMED}(?:(?P<past>记录|历史|版本|谁改的?)|(?:测试|试试?|检查)?\s{{0,3}}第?(?P<n>\d{{1,2}})[条号]?)?"
    r"\s{0,3}[。.!]?\s{0,3}"
)
_LIMIT = re.compile(
    rf"{_NAMED}第?(?P<n>\d{{1,2}})(?:[条号]|\s|[:,]|(?=[改设默恢还半一二两三四五六七八九十百-]))\s{{0,3}}(?:改为?|改成|设为?|设成|为|到)?\s{{0,3}}"
    rf"(?:(?P<usual>(?:恢复)?默认|恢复|还原)|(?P<v>-?(?:{NUMBER}))\s?个?(?P<u>小时|钟头|分钟|分|天|%|h|min|m|d)?)"
    r"\s{0,3}[。.!]?\s{0,3}"
)
_UNITS = {"小": "hours", "钟": "hours", "h": "hours", "分": "minutes", "m": "minutes", "天": "days", "d": "days"}
_MINUTES = {"小": 60, "钟": 60, "h": 60, "分": 1, "m": 1, "天": 1440, "d": 1440}


def alert_phrase(scene: Scene) -> Command | None:
    """What somebody does about an alert, or asks about the rules of alerts, if that is the whole message."""
    return _answer(scene) or (_staff_only(scene) if scene.context.staff else None)


def _answer(scene: Scene) -> Command | None:
    snooze, ack = _SNOOZE.fullmatch(scene.text), _ACK.fullmatch(scene.text)
    if snooze:
        return SnoozeAlert(alert=_number(snooze), span=_span(snooze))
    if ack and (scene.context.staff or not scene.lexicon.named(_number(ack).lower())):
        return AcknowledgeAlert(alert=_number(ack))
    return None


def _staff_only(scene: Scene) -> Command | None:
    if match := _DISMISS.fullmatch(scene.text):
        return DismissAlert(alert=_number(match))
    if match := _PASS.fullmatch(scene.text):
        return PassAlert(alert=_number(match), who=scene.normal.quote(*match.span("who")) if match["who"] else None)
    if match := _RULES.fullmatch(scene.text):
        return AlertRules(number=int(match["n"]) if match["n"] else None, past=match["past"] is not None)
    match = _LIMIT.fullmatch(scene.text)
    return _limit(match) if match else None


def _limit(match: re.Match[str]) -> Command | None:
    if match["usual"]:
        return AlertRules(number=int(match["n"]), usual=True)
    value, unit = parse_number(match["v"].removeprefix("-")), match["u"]
    if value is None:
        return None
    return AlertRules(
        number=int(match["n"]),
        value=-value if match["v"].startswith("-") else value,
        unit="percent" if unit == "%" else _UNITS[unit[0]] if unit else None,
    )


def _number(match: re.Match[str]) -> str:
    given = match.groupdict()
    return re.sub(r"[\s-]", "", given["a"] or given.get("b") or "").upper()


def _span(match: re.Match[str]) -> timedelta:
    if match["day"]:
        return timedelta(days={"明天": 1, "后天": 2, "下周": 7}[match["day"]])
    count = parse_number(match["n"]) or 1
    return timedelta(minutes=min(float(count) * _MINUTES[match["u"][0]], 60 * 24 * 60))
