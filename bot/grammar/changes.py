"""Changes of an open draft or a named order, read off the skeleton by a short grammar of phrases."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from bot.grammar.lines import Item, gaps, pair, wanted
from bot.grammar.marks import Mark, PriceMark, ProductMark, QuantityMark
from bot.grammar.scene import Scene
from bot.grammar.unknowns import with_unknown_products
from domain.commands import Change, Op, Wanted

_P = r"(?:P(?:的)?(?:(?:[、和,跟与]|and)?P(?:的)?)*)"
_TO = r"(?:数量)?(?:都|各|全部|全都|还是|就|也|再|给我|帮我)?(?:改成|改为|改到|改做|改|变成|变为|调成|调到|调整为|调整到|调为|换成|换|更新为|更正为|设为|加到|增加到|增到|加至|减到|减少到|减至|降到|只要|只需要?|只来|要|就|to|=|→|->|changed? to|set to)"
_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("replace", r"(?:把|将|不要|replace|change|swap)?(?P<old>P)(?:的|都|全部|全)*(?:不要了?,?)?(?:换成|换为|换做|替换成|替换为|改成|改为|改|换|→|->|with|to|for|要|用)(?P<new>Q?的?P(?:Q)?)(?!Q)"),
        ("remove", rf"(?:去掉|删掉|删除|删去|删了|不要|取消|撤掉|拿掉|减掉|去除|划掉|剔除|不用|remove|delete|drop|cancel|no)(?:了|the)?(?P<gone>{_P})(?:了|这个|这行|那个|from|行)?(?!Q|要|改|换)"),
        ("remove", rf"(?:把|将)?(?P<gone>{_P})(?:的)?(?:这个|这款|那个|全部|都|就|先|也|还是|帮我|给我)*(?:不要|不用|不需要|去掉|删掉|删|删除|取消|不订|拿掉|撤掉|撤|撤销|算|免)(?:了|掉|吧)?(?=$|[,。!;\n吧了]|P|再|,|加|换)"),
        ("mul", rf"(?P<gone>{_P})?(?:数量|全部|都|的数量|每样|整单|所有)*(?:再)?(?P<double>翻倍|翻一?番|翻一倍|加倍|双倍|加一倍|乘以?2|double[d]?)|(?:double|halve)(?P<gone2>P)|(?P<gone3>{_P})?(?:数量|全部|都|的数量)*(?P<half>减半|对半|砍半|减一半|减少一半|halved?)"),
        ("price", rf"(?P<gone>{_P})(?:的)?(?:单价|价格|价)?(?:都)?(?:按|改成|改为|改|调成|调到|算|给|to|at|是)*(?P<price>M)(?!Q)"),
        ("sub", rf"(?P<gone>P)(?:的)?(?:数量)?(?:少|减少|减|扣掉?|去掉|去|退|减掉|少要|少来|少拿|less|minus)(?:要|了|去|掉|个)?(?P<amount>Q)|(?:少|减少|减|扣|退|减掉|remove|less|minus|reduce)(?:要|来|掉|拿|by)?(?P<amount2>Q)(?:of|的)?(?P<gone2>P)|(?:少|减少|减|扣|reduce)(?:要|来|掉|拿)?(?P<gone3>P)(?:by)?(?P<amount3>Q)"),
        ("set", rf"(?:把|将|change|make|set|update)?(?P<gone>{_P})(?:的)?{_TO}(?:成|为|到|一下)?(?P<amount>Q)(?!P(?!Q))"),
        ("add", rf"(?P<gone>{_P})(?:的)?(?:再|多|加|追加|还要|还|另外|补|增加)+(?:来|要|加|拿|订|补|上|个)*(?P<amount>Q)(?!P)"),
        ("vague", rf"(?:把|将)?(?P<gone>{_P})(?:的)?(?:数量)?(?:再)?(?:改|调|要|来)?(?:一下|下|少|多|加|减)+(?:一点|一些|点|些|数量|量)*(?=$|[,。!;吧哈呢]|可以)|(?:改|调整?)(?:一下|下)?(?P<gone2>P)(?:的)?数量"),
        ("replace_focus", r"(?:换成|改成|改为|换|改要)(?P<new>P(?:Q)?)(?!Q)"),
        ("restate", r"(?:把|从)?(?P<was>Q)(?:改成|改为|换成|变成|改到|to)(?P<amount>Q)(?!P)"),
        ("set_focus", r"^(?:我?要|来|给我|就)?(?P<amount2>Q)(?:吧|就行|就好|就可以|即可|就够了)?$|(?:数量)?(?:改成|改为|改到|改|变成|调成|调到|调整为|换成|加到|增加到|减到|只要|就要|还是要?|make it|change to|change it to)(?P<amount>Q)(?!P)"),
        ("sub_focus", r"(?:少|减少|减|扣)(?:要|来|掉|拿)?(?P<amount>Q)(?!P)"),
        ("add_focus", r"(?:再|多|加|还|另外|追加|再多|再加)(?:来|要|加|拿|订|补|给我|上)*(?P<amount>Q)(?!P)"),
    )
)  # fmt: skip
_ADDING = re.compile(r"再|加|还要|还有|还来|另外|多|追加|补|add|plus|more|also|外加")
_Split: TypeAlias = tuple[str, re.Match[str]]
_Maker: TypeAlias = Callable[[Scene, re.Match[str]], list[Change]]


def changes_of(scene: Scene, *, fresh: bool = False) -> tuple[tuple[Change, ...], set[str]]:
    """All changes in order with what must be asked; ``fresh`` when there are no known lines to restate."""
    ops: list[Change] = []
    position = 0
    for name, match in _scan(scene.skeleton):
        ops += _plain(scene, position, match.start())
        ops += _OPS[name](scene, match)
        position = match.end()
    ops += _plain(scene, position, len(scene.skeleton))
    return _asked(scene, _once(ops))


def _scan(skeleton: str) -> Iterator[_Split]:
    """The change phrases of a message from left to right, the earliest first, then the order of the table."""
    position = 0
    while position < len(skeleton):
        found = [
            (match.start(), order, name, match)
            for order, (name, pattern) in enumerate(_PHRASES)
            if (match := pattern.search(skeleton, position))
        ]
        if not found:
            return
        _, _, name, match = min(found, key=lambda item: item[:2])
        yield name, match
        position = max(match.end(), position + 1)


def _plain(scene: Scene, start: int, end: int) -> list[Change]:
    """Lines between the phrases: added, or restated when the draft has them already."""
    marks = _marks(scene, start, end)
    if not any(isinstance(mark, ProductMark) for mark in marks):
        return []
    adding = bool(_ADDING.search(scene.skeleton[start:end]))
    return [
        _line(scene, item, _plain_op(scene, item, adding=adding)) for item in pair(scene.text[: _stop(marks)], marks)
    ]


def _stop(marks: Sequence[Mark]) -> int:
    return max(mark.end for mark in marks)


def _plain_op(scene: Scene, item: Item, *, adding: bool) -> Op:
    draft = scene.context.draft
    if adding:
        return Op.ADD
    if draft is None:
        return Op.SET
    return Op.SET if draft.line(item.product.sku) else Op.ADD


def _marks(scene: Scene, start: int, end: int) -> list[Mark]:
    """The marks of a stretch of the skeleton, unknown products included."""
    first, last = scene.place(start), scene.place(end)
    return [mark for mark in with_unknown_products(scene) if first <= mark.start < last]


def _in_group(scene: Scene, match: re.Match[str], *names: str) -> list[Mark]:
    for name in names:
        if match.groupdict().get(name):
            return scene.at(*match.span(name))
    return []


def _products(scene: Scene, match: re.Match[str]) -> list[ProductMark]:
    return [m for m in _in_group(scene, match, "gone", "gone2", "gone3", "old") if isinstance(m, ProductMark)]


def _amount(scene: Scene, match: re.Match[str]) -> QuantityMark | None:
    found = _in_group(scene, match, "amount", "amount2", "amount3", "new")
    return next((mark for mark in found if isinstance(mark, QuantityMark)), None)


def _line(scene: Scene, item: Item, op: Op) -> Change:
    line = wanted(_with_draft_unit(scene, item), scene.lexicon)
    return Change(
        op, line.sku, line.qty, line.unit, line.base_qty, price=line.price, price_unit=line.price_unit, candidates=line.candidates, text=line.text
    )  # fmt: skip


def _with_draft_unit(scene: Scene, item: Item) -> Item:
    """Without a unit a change keeps the unit of the draft's line."""
    known = scene.context.draft.line(item.product.sku) if scene.context.draft else None
    if not known or not known.unit or not item.qty or item.qty.unit:
        return item
    mark = QuantityMark(start=item.qty.start, end=item.qty.end, qty=item.qty.qty, unit=known.unit)
    return Item(item.product, mark, item.price)


def _remove(scene: Scene, match: re.Match[str]) -> list[Change]:
    return [
        Change(Op.REMOVE, mark.sku, candidates=() if mark.sku else mark.ids, text=mark.text)
        for mark in _products(scene, match)
    ]


def _replace(scene: Scene, match: re.Match[str]) -> list[Change]:
    new = [mark for mark in _in_group(scene, match, "new") if isinstance(mark, ProductMark)]
    old = _products(scene, match)
    line = wanted(Item(new[0], _amount(scene, match)), scene.lexicon)
    target = old[0].sku if old else _focus(scene)
    return [
        Change(
            Op.REPLACE,
            target,
            line.qty,
            line.unit,
            line.base_qty,
            to=new[0].sku,
            candidates=() if new[0].sku else new[0].ids,
        )
    ]


def _mul(scene: Scene, match: re.Match[str]) -> list[Change]:
    factor = Decimal("0.5") if match["half"] or match.group().startswith("halve") else Decimal(2)
    targets: list[str | None] = [mark.sku for mark in _products(scene, match)]
    if not targets:
        draft = scene.context.draft
        targets = [line.sku for line in draft.lines] if draft else [None]
    return [Change(Op.MUL, sku, factor=factor) for sku in targets]


def _price(scene: Scene, match: re.Match[str]) -> list[Change]:
    price = next(mark for mark in scene.at(*match.span("price")) if isinstance(mark, PriceMark))
    lines = [
        wanted(_with_draft_unit(scene, Item(mark, None, price)), scene.lexicon) for mark in _products(scene, match)
    ]
    return [
        Change(Op.PRICE, line.sku, price=line.price, price_unit=line.price_unit or _draft_unit(scene, line.sku), candidates=line.candidates, text=line.text)
        for line in lines
    ]  # fmt: skip


def _draft_unit(scene: Scene, sku: str | None) -> str | None:
    known = scene.context.draft.line(sku) if scene.context.draft else None
    return known.unit if known else None


def _with_amount(op: Op) -> _Maker:
    def make(scene: Scene, match: re.Match[str]) -> list[Change]:
        amount = _amount(scene, match)
        return [_line(scene, Item(mark, amount), op) for mark in _products(scene, match)]

    return make


def _vague(scene: Scene, match: re.Match[str]) -> list[Change]:
    return [
        Change(Op.SET, mark.sku, candidates=() if mark.sku else mark.ids, text=mark.text)
        for mark in _products(scene, match)
    ]


def _on_focus(op: Op) -> _Maker:
    def make(scene: Scene, match: re.Match[str]) -> list[Change]:
        amount = _amount(scene, match)
        if match.group() == "Q" and amount and not amount.unit:
            return []
        sku = _focus(scene)
        mark = ProductMark(start=0, end=0, ids=(sku,) if sku else ())
        return [_line(scene, Item(mark, amount), op)]

    return make


def _restate(scene: Scene, match: re.Match[str]) -> list[Change]:
    """“20个改成30个”: the line of the draft that has the first quantity."""
    was = next(mark for mark in scene.at(*match.span("was")) if isinstance(mark, QuantityMark))
    draft = scene.context.draft
    fitting = [line.sku for line in draft.lines if line.qty == was.qty] if draft else []
    sku = fitting[0] if len(fitting) == 1 else _focus(scene)
    return [_line(scene, Item(ProductMark(start=0, end=0, ids=(sku,) if sku else ()), _amount(scene, match)), Op.SET)]


def _focus(scene: Scene) -> str | None:
    """The product meant without a name: the one named in this message, the only line, or that of the last turn."""
    if len(scene.skus) == 1:
        return scene.skus[0]
    if scene.context.focus_sku:
        return scene.context.focus_sku
    draft = scene.context.draft
    return draft.lines[0].sku if draft and len(draft.lines) == 1 else None


def _once(ops: list[Change]) -> tuple[Change, ...]:
    """A later statement about the same product replaces an earlier one of the same kind."""
    out: list[Change] = []
    for op in ops:
        out = [one for one in out if not (op.op is Op.SET and one.op is Op.SET and one.sku == op.sku and op.sku)]
        out.append(op)
    return tuple(out)


def _asked(scene: Scene, ops: tuple[Change, ...]) -> tuple[tuple[Change, ...], set[str]]:
    asked: set[str] = set()
    for op in ops:
        if op.op in (Op.ADD, Op.SET, Op.SUB):
            asked |= gaps(wanted_from(op), scene.lexicon)
        elif op.sku is None or (op.op is Op.REPLACE and op.to is None):
            asked |= {"product"} if op.op is not Op.MUL else set()
    return ops, asked


def wanted_from(op: Change) -> Wanted:
    """The line that a change speaks of."""
    return Wanted(op.sku, op.qty, op.unit, op.base_qty, candidates=op.candidates, text=op.text)


_OPS: dict[str, _Maker] = {
    "replace": _replace,
    "replace_focus": _replace,
    "remove": _remove,
    "mul": _mul,
    "price": _price,
    "sub": _with_amount(Op.SUB),
    "set": _with_amount(Op.SET),
    "add": _with_amount(Op.ADD),
    "vague": _vague,
    "restate": _restate,
    "set_focus": _on_focus(Op.SET),
    "sub_focus": _on_focus(Op.SUB),
    "add_focus": _on_focus(Op.ADD),
}
