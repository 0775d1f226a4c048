"""Phrases about lots: 批次 A100, 批次 A100 开, and 批号 L2301 有效期 2027-06-30 within what came in."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from bot.grammar.marks import ProductMark
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.stockcommands import SetLots, ShowLots

_LOTS = re.compile(r"\s*+(?:看|查)?批[次号](?:管理)?\s*+[:,]?(?P<rest>.*)", re.DOTALL)
_SWITCH = re.compile(
    r"\s*+[:,]?\s*+(?P<on>开启?|打开|启用|要|管)?(?P<off>关闭?|停用|不要|不管|取消)?\s*+(?:批[次号])?\s*+[。.!]?\s*+"
)
_CODE = re.compile(
    r"[,、;:]?\s*+批[次号]?\s*+(?:是|为)?\s*+[:,]?\s*+(?P<code>期初|[a-z0-9][a-z0-9._/-]{0,31})|(?P<first>期初)"
)
_UNTIL = re.compile(
    r"[,、;:]?\s*+(?:有效期|效期|保质期|到期日?|失效日?期?)\s*+(?:是|为|到|至)?\s*+[:,]?\s*+"
    r"(?P<y>20\d{2})\s?[-/.年]?\s?(?P<m>\d{1,2})\s?[-/.月]?\s?(?P<d>\d{1,2})\s?[日号]?"
)
_QUESTION = re.compile(r"[?？]|吗|怎么|什么|多少")


@dataclass(frozen=True, slots=True)
class BatchSaid:
    """The lot that was named, the day of its end, and the words that are left without both."""

    rest: str
    code: str | None = None
    until: date | None = None


def lot_phrase(scene: Scene) -> Command | None:
    """The phrase about lots that the message is, if any."""
    return None if _QUESTION.search(scene.text) else first_made(scene, _PHRASES)


def read_batch(text: str) -> BatchSaid:
    """Take 批号 L2301 有效期 2027-06-30 out of a stretch of text; a day that there is not is left where it stands."""
    until = _UNTIL.search(text)
    day = None
    if until is not None:
        with suppress(ValueError):
            day = date(int(until["y"]), int(until["m"]), int(until["d"]))
    if until is not None and day is not None:
        text = f"{text[: until.start()]} {text[until.end() :]}"
    code = _CODE.search(text)
    if code is None:
        return BatchSaid(text, until=day)
    return BatchSaid(f"{text[: code.start()]} {text[code.end() :]}", (code["code"] or code["first"]).upper(), day)


def _lots(scene: Scene, match: re.Match[str]) -> Command | None:
    goods = [mark for mark in scene.of(ProductMark) if mark.start >= match.start("rest")]
    if any(mark.sku is None for mark in goods):
        return None
    if not goods:
        return ShowLots() if not match["rest"].strip(" 。.!") else None
    switch = _SWITCH.fullmatch(scene.text, goods[-1].end)
    if len(goods) > 1 or switch is None or (switch["on"] and switch["off"]):
        return None
    if not switch["on"] and not switch["off"]:
        return ShowLots(sku=goods[0].sku)
    return SetLots(sku=goods[0].sku or "", wanted=bool(switch["on"]))


_PHRASES: Sayings = ((_LOTS, _lots),)
