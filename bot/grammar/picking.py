"""Phrases between shelf and door: 拣货 1042, 装箱 1042 2件 A100 18箱, 送货单 1042; the first word decides."""

import re

from bot.grammar.goods import read_goods
from bot.grammar.numerals import NUMBER, parse_number
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.parcelcommands import PackGoods, PickGoods, PrintSlip, UnpickGoods

_N = r"(?:订单|单号)?\s*+#?(?P<n>(?:so)?\d{2,12}[a-hjkmnp-z]?)(?![a-z0-9]|\s?(?:件|箱|包|托|个))"
_END = r"\s*+[。.!了吧]?\s*+"
_PICK = re.compile(rf"\s*+(?:开始|去|下一单)?(?:拣货|捡货|配拣|拣单)\s*+[:,]?\s*+(?:{_N})?{_END}")
_UNPICK = re.compile(rf"\s*+(?:取消|撤销|退回|停止)(?:拣货|捡货|装箱)\s*+[:,]?\s*+(?:{_N})?{_END}")
_PACK = re.compile(rf"\s*+(?:装箱|打包|装好|拣完|拣好)了?\s*+[:,]?\s*+(?:{_N})?(?P<rest>.*)", re.DOTALL)
_BOXES = rf"(?:共|一共)?\s*+(?<!\d)(?P<b>(?>{NUMBER}))\s?(?:个)?(?:件|包裹|包|托盘|托)"
_FIRST = re.compile(rf"[\s,:]*+{_BOXES}(?P<rest>.*)", re.DOTALL)
_LAST = re.compile(rf"(?<![\s,:])[\s,:]*+{_BOXES}{_END}\Z")
_CASES = re.compile(rf"[\s,:]*+(?:共|一共)?\s*+(?P<b>(?>{NUMBER}))\s?箱{_END}(?P<rest>)")
_ASKING = re.compile(r"[?？]|吗|怎么|什么|多少|谁")
_SLIP = re.compile(
    rf"\s*+(?:打印|打|看|要|发)?(?:一?张)?(?:送货单|发货单|出库单)\s*+[:,]?\s*+(?:{_N}(?:-(?P<p>\d{{1,3}}))?)?{_END}"
)
MOST = 9999


def picking_phrase(scene: Scene) -> Command | None:
    """The phrase about picking and packing that the message is, if any."""
    if not scene.context.staff or _ASKING.search(scene.text):
        return None
    return first_made(scene, _PHRASES)


def _pick(_scene: Scene, match: re.Match[str]) -> Command:
    return PickGoods(order_no=_number(match))


def _unpick(_scene: Scene, match: re.Match[str]) -> Command:
    return UnpickGoods(order_no=_number(match))


def _slip(_scene: Scene, match: re.Match[str]) -> Command:
    return PrintSlip(order_no=_number(match), place=int(match["p"]) if match["p"] else None)


def _pack(scene: Scene, match: re.Match[str]) -> Command:
    rest = match["rest"]
    said = _CASES.fullmatch(rest) or _FIRST.fullmatch(rest) or _LAST.search(rest)
    count = parse_number(said["b"]) if said else None
    boxes = int(count) if count is not None and count == int(count) and 0 < count <= MOST else None
    # What is not about boxes are goods: before the boxes, or behind them.
    goods = rest[: said.start()] + said.groupdict().get("rest", "") if said else rest
    lines, _ = read_goods(scene, goods)
    return PackGoods(order_no=_number(match), boxes=boxes, lines=lines)


def _number(match: re.Match[str]) -> str | None:
    return match["n"].upper() if match["n"] else None


_PHRASES: Sayings = (
    (_PICK, _pick),
    (_UNPICK, _unpick),
    (_SLIP, _slip),
    (_PACK, _pack),
)
