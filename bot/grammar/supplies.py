"""Phrases about goods on their way and days promised: 采购单, 到货 P17 A100 200, P17 改到 12-05, 交期 1042."""

import re
from contextlib import suppress
from datetime import date

from bot.grammar.goods import read_goods
from bot.grammar.lots import read_batch
from bot.grammar.marks import DateMark, ProductMark
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.stockcommands import (
    ClosePurchase,
    ListPurchases,
    MovePurchase,
    Prioritise,
    ReceivePurchase,
    SetSupplier,
    ShowPromises,
)

_P = r"(?P<p>p\s?\d{1,9})(?![a-z0-9])"
_LIST = re.compile(rf"\s*(?:看|查)?(?:采购单|采购清单|要采购的|待采购)\s*(?:{_P})?\s*[。.!]?\s*")
_ARRIVED = re.compile(rf"\s*(?:到货|收到货|来货)\s*了?\s*[:,]?\s*{_P}(?P<rest>.*)", re.DOTALL)
_ARRIVED_TOO = re.compile(rf"\s*{_P}\s*(?:到货了?|到了|货到了?)(?P<rest>.*)", re.DOTALL)
_WHOLE = frozenset({"了", "全部", "全部到了", "全到了", "齐了", "到齐了", "收齐了", "都到了"})
_MOVE = re.compile(
    rf"\s*+(?:采购单)?\s*+{_P}\s*+(?:要|会|得)?(?:改到|改为|改期到?|延到|延期到?|推迟到?|推到|预计|提前到?|晚到)(?P<rest>.*)"
)
_CLOSE = re.compile(rf"\s*+(?:关闭|结束|不等了?)\s*+(?:采购单)?\s*+{_P}\s*+[。.!]?\s*+")
_SUPPLIER = re.compile(r"\s*+(?:供应商|供货商)\s*+[:,]?\s*+(?P<rest>\S.*)")
_N = r"(?:so)?\d{2,12}[a-hjkmnp-z]?"
_PROMISES = re.compile(rf"\s*+(?:交期|承诺|交期记录|承诺记录)\s*+[:,#]?\s*+(?:订单)?\s*+(?P<n>{_N})?\s*+[。.!]?\s*+")
_FIRST = re.compile(rf"\s*+(?:优先|插队|先给|优先发货?|优先配货?)\s*+[:,#]?\s*+(?:订单)?\s*+(?P<n>{_N})\s*+[。.!]?\s*+")
_FIGURES = re.compile(r"\s*(?P<m>\d{1,2})\s?[-/.]\s?(?P<d>\d{1,2})\s*(?:到|号|日)?\s*[。.!]?\s*")
_QUESTION = re.compile(r"[?？]|吗|怎么|什么|多少|谁")


def supply_phrase(scene: Scene) -> Command | None:
    """The phrase about supplies that the message is, if any."""
    if _QUESTION.search(scene.text):
        return None
    return first_made(scene, _PHRASES)


def _listing(_scene: Scene, match: re.Match[str]) -> Command:
    return ListPurchases(purchase=_number(match) if match["p"] else None)


def _arrival(scene: Scene, match: re.Match[str]) -> Command:
    said = read_batch(match["rest"])
    lines, place = read_goods(scene, said.rest)
    whole = place in _WHOLE
    return ReceivePurchase(
        purchase=_number(match),
        lines=lines,
        warehouse=None if whole else place,
        lot=said.code,
        expires_on=said.until,
    )


def _moving(scene: Scene, match: re.Match[str]) -> Command:
    days = [mark.mention.wish for mark in scene.of(DateMark) if mark.start >= match.start("rest") - 4]
    day = next((wish.last_day for wish in days if wish is not None and wish.last_day), None)
    return MovePurchase(purchase=_number(match), day=day or _figures(match["rest"], scene.today))


def _figures(text: str, today: date) -> date | None:
    """12-05 or 12/5: the next such day."""
    match = _FIGURES.fullmatch(text)
    if match is None:
        return None
    for year in (today.year, today.year + 1):
        with suppress(ValueError):
            day = date(year, int(match["m"]), int(match["d"]))
            if day >= today:
                return day
    return None


def _closing(_scene: Scene, match: re.Match[str]) -> Command:
    return ClosePurchase(purchase=_number(match))


def _supplier(scene: Scene, match: re.Match[str]) -> Command | None:
    goods = scene.of(ProductMark)
    if len(goods) != 1:
        return None
    name = scene.normal.quote(goods[0].end, match.end()).strip(" ,，:：。是为")
    return SetSupplier(sku=goods[0].sku, supplier=name) if name else None


def _promises(_scene: Scene, match: re.Match[str]) -> Command:
    return ShowPromises(order_no=match["n"].upper() if match["n"] else None)


def _first(_scene: Scene, match: re.Match[str]) -> Command:
    return Prioritise(order_no=match["n"].upper())


def _number(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match["p"]).upper()


_PHRASES: Sayings = (
    (_LIST, _listing),
    (_ARRIVED, _arrival),
    (_ARRIVED_TOO, _arrival),
    (_MOVE, _moving),
    (_CLOSE, _closing),
    (_SUPPLIER, _supplier),
    (_PROMISES, _promises),
    (_FIRST, _first),
)
