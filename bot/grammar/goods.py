"""Phrases of the warehouse: 盘点 A100 380, 调拨 A100 100 到 北仓, 套装 K100 = A100×2; the first word decides."""

import re
from dataclasses import replace
from decimal import Decimal

from bot.grammar.amounts import merged, wanted
from bot.grammar.lines import pair
from bot.grammar.lots import read_batch
from bot.grammar.marks import NoiseMark, ProductMark
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene, look
from domain.commands import Command, Wanted
from domain.stockcommands import CountStock, DecideCount, OpenWarehouse, ReverseMove, SetKit, TakeIn, TransferStock

_DECIDE = re.compile(
    r"\s*+(?P<yes>同意|批准|通过)?(?P<no>驳回|不同意|退回)?\s*+盘点单?\s*+#?(?P<n>\d{1,9})?\s*+[,:]?\s*+(?P<why>.*)",
    re.DOTALL,
)
_AGREED = re.compile(r"(?:了|吧|的|啊|哈|[。.!])*+")
_COUNT = re.compile(r"\s*+(?:盘点|盘存|盘库|点数)\s*+[:,]?\s*+(?P<rest>\S.*)", re.DOTALL)
_NOTHING = re.compile(r"(?<![\w.])0\s?[^\W\d]{0,2}[。.!]?\s*+\Z")
_TAKE_IN = re.compile(r"\s*+(?:入库|进仓|收货入库)\s*+[:,]?\s*+(?P<rest>\S.*)", re.DOTALL)
# 阿强 says the goods first: A100盘点出来380个, B200 入库10箱.
_COUNT_OF = re.compile(
    r"(?P<head>[^\n]{1,40}?)(?:盘点|盘存|盘库|点数)(?:出来|下来|结果|了|过)*+[是有剩为:,\s]*+(?P<tail>\S.*)", re.DOTALL
)
_TAKE_IN_OF = re.compile(r"(?P<head>[^\n]{1,40}?)(?:入库|进仓)了?[:,\s]*+(?P<tail>\S.*)", re.DOTALL)
_TRANSFER = re.compile(r"\s*+(?:调拨|移库|调仓)\s*+[:,]?\s*+(?P<rest>\S.*)", re.DOTALL)
_REVERSE = re.compile(
    r"\s*+(?:冲销|红冲)\s*+(?:流水)?\s*+[#:]?\s*+(?P<n>\d{1,9})(?:(?:[\s,:;。.!]|(?=[记写录输错重弄搞])).*)?", re.DOTALL
)
_OPEN = re.compile(r"\s*+(?:新建?|增加|添加)仓库\s*+[:,]?\s*+(?P<name>[^\s,。]{1,16})(?:[\s,。].*)?", re.DOTALL)
_KIT = re.compile(r"\s*+(?:套装|组合|套件)\s*+[:,]?\s*+(?P<head>[^=\s][^=]*+)=(?P<rest>.*)", re.DOTALL)
_AND = re.compile(r"\s*+[+加和与]\s*+")
_WAY = re.compile(
    r"(?:从\s*(?P<source>[^\s,到至]{1,16}?)\s*)?(?:到|去|至|->|→)\s*(?P<target>[^\s,。]{1,16})\s*[。.!]?\s*$"
)
_PLACE = re.compile(r"(?:^|[\s,:;。.、]++)(?:在|到)|[\s,:;。.、]++|^的|有|里$|剩|为|是|仓库是")
# What stands between a product and its quantity, or between the two halves of one (100箱零3个).
_JOINT = re.compile(r"\A\s*+[=:零又加和、,+]\s*+\Z")
_QUESTION = re.compile(r"[?？]|吗|怎么|什么|多少")


def goods_phrase(scene: Scene) -> Command | None:
    """The phrase of the warehouse that the message is, if any."""
    if _QUESTION.search(scene.text):
        return None
    return first_made(scene, _PHRASES)


def _decision(scene: Scene, match: re.Match[str]) -> Command | None:
    if not match["yes"] and not match["no"]:
        return None
    if match["n"] is None and match["yes"] and not _AGREED.fullmatch(match["why"]):
        return None
    why = scene.normal.quote(*match.span("why")).strip()
    return DecideCount(count=int(match["n"]) if match["n"] else None, reason=None if match["yes"] else why)


def _count(scene: Scene, match: re.Match[str]) -> Command:
    return _counted(scene, match["rest"])


def _count_of(scene: Scene, match: re.Match[str]) -> Command | None:
    return _counted(scene, f"{match['head']} {match['tail']}") if goods_lead(scene, match) else None


def goods_lead(scene: Scene, match: re.Match[str]) -> bool:
    """Whether staff name nothing but goods in the ``head`` of a phrase."""
    marks = [mark for mark in scene.marks if mark.end <= match.end("head")]
    return scene.context.staff and bool(marks) and all(isinstance(mark, ProductMark) for mark in marks)


def _counted(scene: Scene, text: str) -> Command:
    said = read_batch(text)
    lines, place = read_goods(scene, said.rest)
    if len(lines) == 1 and lines[0].sku is not None and lines[0].qty is None and _NOTHING.search(said.rest):
        # Nobody orders nothing, but somebody may well count it.
        unit = lines[0].unit or scene.lexicon.products[lines[0].sku].base_unit
        lines = (replace(lines[0], qty=Decimal(0), base_qty=Decimal(0), unit=unit),)
    return CountStock(lines=lines, warehouse=place, lot=said.code, expires_on=said.until)


def _taken_in(scene: Scene, match: re.Match[str]) -> Command:
    return _took_in(scene, match["rest"])


def _taken_in_of(scene: Scene, match: re.Match[str]) -> Command | None:
    return _took_in(scene, f"{match['head']} {match['tail']}") if goods_lead(scene, match) else None


def _took_in(scene: Scene, text: str) -> Command:
    said = read_batch(text)
    lines, place = read_goods(scene, said.rest)
    return TakeIn(lines=lines, warehouse=place, lot=said.code, expires_on=said.until)


def _transfer(scene: Scene, match: re.Match[str]) -> Command:
    rest = match["rest"]
    way = _WAY.search(rest)
    source = target = None
    if way:
        source, target, rest = way["source"], way["target"], rest[: way.start()]
    lines, place = read_goods(scene, rest)
    return TransferStock(lines=lines, source=source or place, target=target)


def _reversal(_scene: Scene, match: re.Match[str]) -> Command:
    return ReverseMove(move=int(match["n"]))


def _opening(scene: Scene, match: re.Match[str]) -> Command:
    return OpenWarehouse(name=scene.normal.quote(*match.span("name")))


def _kit(scene: Scene, match: re.Match[str]) -> Command:
    head, _ = read_goods(scene, match["head"])
    named = {line.sku for line in head}
    lines, left = _read(scene, _AND.sub(", ", match["rest"]))
    # Words that are left over may well be a part: a kit without it would be another kit.
    left = (left or "").strip(" *×X,;")
    unknown = (Wanted(None, text=left),) if left else ()
    return SetKit(sku=named.pop() if len(named) == 1 else None, lines=lines + unknown)


def read_goods(scene: Scene, text: str) -> tuple[tuple[Wanted, ...], str | None]:
    """The goods in a stretch of text, each once, and the words that are left over: the name of a place."""
    lines, place = _read(scene, text)
    return merged(lines, scene.lexicon), place


def _read(scene: Scene, text: str) -> tuple[tuple[Wanted, ...], str | None]:
    part = look(text, scene.lexicon, replace(scene.context, draft=None, pending=None), scene.today)
    lines = tuple(wanted(item, scene.lexicon) for item in pair(part.text, part.marks))
    left, cursor = "", 0
    for mark in part.marks:
        if not isinstance(mark, NoiseMark):
            left, cursor = f"{left}{_JOINT.sub('', part.text[cursor : mark.start])} ", mark.end
    place = _PLACE.sub("", f"{left}{part.text[cursor:]}".strip())
    return lines, place.upper() or None


_PHRASES: Sayings = (
    (_DECIDE, _decision),
    (_COUNT, _count),
    (_TAKE_IN, _taken_in),
    (_TRANSFER, _transfer),
    (_REVERSE, _reversal),
    (_OPEN, _opening),
    (_KIT, _kit),
    (_COUNT_OF, _count_of),
    (_TAKE_IN_OF, _taken_in_of),
)
