"""Cuts a message that does two different things (取消 SO12，来 20 个 A100) into the stretches that do one each."""

import re
from dataclasses import dataclass
from itertools import pairwise

from bot.grammar.marks import ProductMark
from bot.grammar.scene import Scene

_CLAUSE = re.compile(r"[,;。!?\n]+")
_LINES = re.compile(r"P[:*x×-]*Q|QP|[来要订拿买]Q|[来要订拿买]P")
_NEW_ORDER = re.compile(r"另外|重新|再下|下单|下个?单|新单|顺便|重下|另下")
_ASK_ORDER = re.compile(
    r"到哪|哪|物流|状态|进度|发货了?(?:吗|没)|发了?(?:吗|没)|什么时候|何时|多久|几时|几号"
    r"|到了?(?:吗|没)|情况|查|怎么样|单号|明细|status|where|when|track"
)
_CANCEL = re.compile(r"取消|撤单|撤销|作废|退掉|退单|不要了|cancel")
_DECIDE = re.compile(r"同意|批准|核准|通过|驳回|拒绝|不批|不同意|approve|reject")
_CHANGE = re.compile(r"改|换|加(?!急)|减|去掉|删|备注|推迟|提前|P不要|不要P")
_STOCK = re.compile(r"有货|库存|现货|有没有|还有|有吗|够不够|stock|available")
_PRICE = re.compile(r"多少钱|什么价|价格|报价|怎么卖|how much|price")


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    act: str
    skus: frozenset[str]


def stretches(scene: Scene) -> list[tuple[int, int]]:
    """The stretches of the text, one for each act, if there are two different ones; else nothing."""
    clauses = _clauses(scene)
    acts = [clause for clause in clauses if clause.act]
    if len({clause.act for clause in acts}) < 2 or not _separate(scene, acts):
        return []
    groups: list[list[_Clause]] = []
    for clause in clauses:
        if groups and (not clause.act or clause.act == _act(groups[-1]) or not _act(groups[-1])):
            groups[-1].append(clause)
        else:
            groups.append([clause])
    return [(scene.place(group[0].start), scene.place(group[-1].end)) for group in groups]


def _act(group: list[_Clause]) -> str:
    return next((clause.act for clause in group if clause.act), "")


def _clauses(scene: Scene) -> list[_Clause]:
    bounds = [0, *(match.end() for match in _CLAUSE.finditer(scene.skeleton)), len(scene.skeleton)]
    return [_clause(scene, a, b) for a, b in pairwise(bounds) if b > a]


def _clause(scene: Scene, start: int, end: int) -> _Clause:
    marks = [mark for mark in scene.at(start, end) if isinstance(mark, ProductMark)]
    skus = frozenset(sku for mark in marks for sku in mark.ids)
    return _Clause(start, end, _act_of(scene.skeleton[start:end]), skus)


def _act_of(words: str) -> str:
    table: tuple[tuple[str, re.Pattern[str]], ...] = ()
    if "N" in words:
        table = (("decide", _DECIDE), ("cancel", _CANCEL), ("change", _CHANGE), ("ask", _ASK_ORDER))
    elif "P" in words:
        table = (("price", _PRICE), ("stock", _STOCK), ("order", _LINES))
    return next((name for name, pattern in table if pattern.search(words)), "")


def _separate(scene: Scene, acts: list[_Clause]) -> bool:
    """Whether the acts stand apart: a question about one product may only lead into an order of the same one."""
    names = {clause.act for clause in acts}
    if "change" in names and "order" in names and not _NEW_ORDER.search(scene.skeleton):
        return False
    asked = frozenset[str]().union(*(clause.skus for clause in acts if clause.act in ("stock", "price")))
    wanted = frozenset[str]().union(*(clause.skus for clause in acts if clause.act == "order"))
    return not (asked & wanted)
