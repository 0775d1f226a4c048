"""How people say what they want to be told: 通知设置 3 关, 汇总时间 17:30, 为什么没通知我 1042."""

import re
import unicodedata
from datetime import timedelta

from bot.grammar.numerals import clock_of
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.wishcommands import ChooseWay, MuteOrder, WhyUntold, WishDigest, WishNotices, WishQuiet

LONGEST, LONGEST_WAY = 60, 300
_WORDS = {"on": r"开启?|打开|恢复|要|立即|马上", "digest": r"汇总|合并|攒着", "off": r"关闭?|关掉|不要|停用?"}
_WAYS = "|".join(f"(?P<{way}>{words})" for way, words in _WORDS.items())
_SETTINGS = re.compile(
    r"\s{0,3}(?:看|查|我的)?(?:通知|提醒|消息)设置\s{0,3}[:,]?\s{0,3}"
    rf"(?:第?(?P<n>\d{{1,2}})[条号项]?\s{{0,3}}[:,]?\s{{0,3}}(?:{_WAYS})?)?\s{{0,3}}[。.!]?\s{{0,3}}"
)
_TIME = r"(?P<p>早上?|上午|中午|下午|晚上?)?\s{0,2}(?P<h>\d{1,2})\s?[:点时]\s?(?P<m>\d\d|半)?分?"
_DIGEST = re.compile(
    rf"\s{{0,3}}(?:看|查|我的)?(?:通知)?汇总(?:时间)?\s{{0,3}}[:,]?\s{{0,3}}(?:{_TIME})?\s{{0,3}}[。.!]?\s{{0,3}}"
)
_ORDER = r"(?:so\s?-?)?\d{3,12}[a-hjkmnp-z]?(?![a-z0-9])"
_WHY = re.compile(
    rf"\s{{0,3}}(?:订单|单号)?\s?(?P<a>{_ORDER})?\s?(?:为什么|为啥|为何|怎么)(?:都|还)?(?:没有?|不)(?:给我)?(?:发|收到)?(?:通知|提醒|告诉)"
    rf"(?:到|给)?(?:我们?)?\s?(?:订单|单号)?\s?(?P<b>{_ORDER})?\s?[?.。!~]{{0,3}}\s{{0,3}}"
)
_PART = "早上?|上午|中午|下午|晚上?|夜里|凌晨|次日|第二天"


def _side(name: str) -> str:
    """A time of day; its groups begin with the name of its side."""
    return rf"(?P<{name}p>{_PART})?\s{{0,2}}(?P<{name}h>\d{{1,2}})\s?(?:[:点时]\s?(?P<{name}m>\d\d|半)?分?)?"


_QUIET = re.compile(
    r"\s{0,3}(?:(?P<before>取消|关闭|关掉|结束)\s?)?(?:消息|夜间)?(?:免打扰|勿扰)(?:模式|时间|时段)?\s{0,3}[:,]?\s{0,3}"
    rf"(?:(?P<off>关闭?|关掉|取消|停用?|不要了?)|{_side('a')}\s?(?:到|至|-|~)\s?{_side('b')})?"
    r"\s{0,3}[,和加]?\s{0,3}(?P<rest>休息日|周末|节假日|非工作日)?(?:全天)?\s{0,3}[。.!]?\s{0,3}"
)
_UNTIL = (
    r"(?P<sent>(?:直?到|等到?)?发货(?:了|后)?(?:再说)?)|(?P<morning>(?:直?到|等到?)?明(?:天)?(?:早上?|早晨|上午|天))"
    r"|(?P<trouble>(?:只要|只看|只说|只发|除非|除了)(?:有)?(?:异常|出?问题))|(?P<off>关闭?|取消|结束)"
    r"|(?P<n>\d{1,3})\s?个?(?P<u>小时|钟头|分钟|天)"
)
_MUTE = re.compile(
    rf"\s{{0,3}}(?P<end>取消|结束|关闭|解除)?\s?静音\s{{0,3}}[:,]?\s{{0,3}}(?:订单|单号)?\s?(?P<no>{_ORDER})?\s{{0,3}}[,]?\s{{0,3}}"
    rf"(?:{_UNTIL})?\s{{0,3}}[。.!]?\s{{0,3}}"
)
_NAMED = {
    "wechat": "公众号|微信", "wecom": "企业微信|企微", "dingtalk": "钉钉", "feishu": "飞书", "webhook": "webhook",
    "email": "邮件|邮箱|电邮|e-?mail", "wecom_app": "(?:企业微信|企微)应用", "apprise": "apprise|其他",
}  # fmt: skip
_WAY = re.compile(
    r"\s{0,3}(?:看|查|我的|换|预警|通知)?通道\s{0,3}[:,]?\s{0,3}(?P<back>恢复|启用|重开)?\s{0,3}(?:第?(?P<n>\d{1,2})[个号]?|"
    + "|".join(f"(?P<{way}>{words})" for way, words in _NAMED.items())
    + r")?(?:\s{0,3}[:,]?\s{0,3}(?:(?P<m>[!-~]{1,254}@[!-~]{1,254})|(?P<u>[a-z0-9][a-z0-9_.-]{0,63})))?"
    r"\s{0,3}[。!]?\s{0,3}"
)
_ENDS = ("sent", "morning", "trouble", "off")
_SPANS = {"小时": 60, "钟头": 60, "分钟": 1, "天": 1440}


def _way(scene: Scene) -> Command | None:
    match = _WAY.fullmatch(scene.text) if scene.context.staff and len(scene.text) <= LONGEST_WAY else None
    if match is None:
        return None
    way = next((way for way in _NAMED if match[way]), None) or ("email" if match["m"] else None)
    back = match["back"] is not None
    if match["u"] and way == "webhook":
        return ChooseWay(way=f"hook:{match['u']}", resume=back)
    if match["u"] and way != "wecom_app":
        return None
    group = next((group for group in "mu" if match[group]), None)
    address = unicodedata.normalize("NFKC", scene.normal.quote(*match.span(group))) if group else None
    number = int(match["n"]) if match["n"] else None
    return ChooseWay(number=number, way=way, address=address, resume=back)


def wish_phrase(scene: Scene) -> Command | None:
    """What somebody wants to be told, or why they were not; nothing for what only begins like it."""
    if (chosen := _way(scene)) is not None:
        return chosen
    if len(scene.text) > LONGEST:
        return None
    match = _SETTINGS.fullmatch(scene.text)
    if match is not None:
        way = next((way for way in _WORDS if match[way]), None)
        return WishNotices(number=int(match["n"]) if match["n"] else None, way=way)
    match = _DIGEST.fullmatch(scene.text)
    if match is not None:
        return WishDigest(at=clock_of(match["p"], match["h"], match["m"]) if match["h"] else None)
    match = _QUIET.fullmatch(scene.text)
    if match is not None:
        return _quiet(match)
    match = _MUTE.fullmatch(scene.text)
    if match is not None:
        return _mute(match)
    match = _WHY.fullmatch(scene.text)
    if match is None or (match["a"] and match["b"]):
        return None
    return WhyUntold(order_no=_number(match["a"] or match["b"]))


def _quiet(match: re.Match[str]) -> WishQuiet | None:
    if match["off"] or match["before"]:
        return None if match["rest"] or match["ah"] else WishQuiet(off=True)
    if not match["ah"]:
        return WishQuiet(rest_days=match["rest"] is not None)
    start, end = (clock_of(match[f"{side}p"], match[f"{side}h"], match[f"{side}m"]) for side in "ab")
    return WishQuiet(start=start, end=end, rest_days=match["rest"] is not None) if start and end else None


def _mute(match: re.Match[str]) -> MuteOrder:
    until = "off" if match["end"] else next((way for way in _ENDS if match[way]), None)
    span = timedelta(minutes=int(match["n"]) * _SPANS[match["u"]]) if match["n"] and until is None else None
    return MuteOrder(order_no=_number(match["no"]), until=until, span=span)


def _number(text: str | None) -> str | None:
    return text.replace(" ", "").upper() if text else None
