"""Phrases about goods on their way and days promised: 采购单, 到货 P17 A100 200, P17 改到 12-05, 交期 1042."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date

from bot.grammar.goods import goods_lead, read_goods
from bot.grammar.lots import read_batch
from bot.grammar.marks import DateMark, NoiseMark, ProductMark, QuantityMark
from bot.grammar.numerals import NUMBER, small_number
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene, look
from domain.commands import Command, Wanted
from domain.stockcommands import (
    BuyGoods,
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
_ARRIVED_TOO = re.compile(
    rf"\s*{_P}\s*(?:的?货|都|全部?|已经?)*+(?:到货|到齐|收齐|收到|齐了|到(?=了)|(?<=货)到)了?(?P<rest>.*)", re.DOTALL
)
_WHOLE = re.compile(
    r"[\s,]*+(?:货|都|已经?|全部?)*+(?:到齐|收齐|到货|收到|齐|到(?=了))?+了?(?:[\s,。.!]++|(?=[到在\da-z])|\Z)"
)
_ITS_DAY = rf"\s*+(?:采购单)?\s*+{_P}\s*+的?(?:到货|交货|来货)?(?:日期|时间|交期|日子|天)?\s*+(?:要|会|得)?"
_ARRIVED_OF = re.compile(
    r"\s*+(?:到货|收到货|来货)了?[:,\s]*+(?P<all>\S.*)|(?P<head>[^\n]{1,40}?)(?:到货|来货)了?[:,\s]*+(?P<tail>\S.*)",
    re.DOTALL,
)
_BUY = re.compile(r"\s*+(?:采购|进货)\s*+[:,]?\s*+(?P<rest>\S.*)", re.DOTALL)
_MOVE = re.compile(
    rf"{_ITS_DAY}(?:改到|改成|改为|改期到?|延到|延期到?|推迟到?|推到|预计|提前到?|晚到)(?!\s*+{NUMBER}\s?[天周](?!后))(?P<rest>.*)"
)
_LATER = re.compile(
    rf"{_ITS_DAY}(?:再)?(?:晚到?|延后|延迟|延期|推迟|拖|迟到?)\s?(?:了|个)?\s?(?P<n>{NUMBER})\s?(?:天|(?P<weeks>个?(?:周|星期|礼拜)))"
    r"(?:到|左右)?了?[。.!]?\s*+"
)
_CLOSE = re.compile(rf"\s*+(?:关闭|结束|不等了?)\s*+(?:采购单)?\s*+{_P}\s*+[。.!]?\s*+")
_SUPPLIER = re.compile(r"\s*+(?:供应商|供货商)\s*+[:,]?\s*+(?P<rest>\S.*)")
_N = r"(?:so)?\d{2,12}[a-hjkmnp-z]?"
_PROMISES = re.compile(rf"\s*+(?:交期|承诺|交期记录|承诺记录)\s*+[:,#]?\s*+(?:订单)?\s*+(?P<n>{_N})?\s*+[。.!]?\s*+")
_FIRST = re.compile(rf"\s*+(?:优先|插队|先给|优先发货?|优先配货?)\s*+[:,#]?\s*+(?:订单)?\s*+(?P<n>{_N})\s*+[。.!]?\s*+")
_FIGURES = re.compile(r"\s*(?P<m>\d{1,2})\s?[-/.]\s?(?P<d>\d{1,2})\s*(?:到|号|日)?\s*[。.!]?\s*")
_NOT_YET = re.compile(r"没|未|别|不|等|如果|要是|一旦")
_WARES = {ProductMark, QuantityMark, NoiseMark}
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
    whole = _WHOLE.match(said.rest)
    rest = said.rest[whole.end() :] if whole else said.rest
    lines, place = read_goods(scene, rest)
    return ReceivePurchase(
        purchase=_number(match),
        lines=lines or _unnamed(scene, rest),
        warehouse=place,
        lot=said.code,
        expires_on=said.until,
    )


def _arrival_of(scene: Scene, match: re.Match[str]) -> Command | None:
    """到货 T01 50, T01到货 50: of the purchase that has it; nothing that is to be done once it has come."""
    if not scene.context.staff or scene.has("CN") or _NOT_YET.search(match["head"] or ""):
        return None
    if not match["all"] and not goods_lead(scene, match):
        return None
    said = read_batch(match["all"] or f"{match['head']} {match['tail']}")
    lines, place = read_goods(scene, said.rest)
    if not any(line.sku for line in lines):
        return None
    return ReceivePurchase(lines=lines, warehouse=place, lot=said.code, expires_on=said.until)


def _buying(scene: Scene, match: re.Match[str]) -> Command | None:
    """采购 B200 500 of staff who say goods and quantities and nothing else: bought, not sold."""
    if not scene.context.staff or scene.context.role == "sales" or scene.context.draft is not None:
        return None
    lines, more = read_goods(scene, match["rest"])
    if more or not {type(mark) for mark in scene.marks} <= _WARES:
        return None  # A customer, a day, a word that we do not know: it is about buying, not the buying itself.
    return BuyGoods(lines=lines) if any(line.sku for line in lines) else None


def _unnamed(scene: Scene, rest: str) -> tuple[Wanted, ...]:
    """What came where no goods are named: a quantity of what is open, all of it, or words that mean neither."""
    marks = look(rest, scene.lexicon, replace(scene.context, draft=None, pending=None), scene.today).marks
    if not marks:
        return ()
    first = marks[0]
    if len(marks) == 1 and isinstance(first, QuantityMark) and first.qty is not None:
        return (Wanted(None, qty=first.qty, unit=first.unit),)
    return (Wanted(None, text=rest.strip(" ,。.!")),)


def _moving(scene: Scene, match: re.Match[str]) -> Command:
    days = [mark.mention.wish for mark in scene.of(DateMark) if mark.start >= match.start("rest") - 4]
    day = next((wish.last_day for wish in days if wish is not None and wish.last_day), None)
    return MovePurchase(purchase=_number(match), day=day or _figures(match["rest"], scene.today))


def _later(_scene: Scene, match: re.Match[str]) -> Command | None:
    number = small_number(match["n"])
    return MovePurchase(purchase=_number(match), later=number * (7 if match["weeks"] else 1)) if number else None


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
    (_MOVE, _moving),
    (_LATER, _later),
    (_ARRIVED, _arrival),
    (_ARRIVED_TOO, _arrival),
    (_ARRIVED_OF, _arrival_of),
    (_BUY, _buying),
    (_CLOSE, _closing),
    (_SUPPLIER, _supplier),
    (_PROMISES, _promises),
    (_FIRST, _first),
)
