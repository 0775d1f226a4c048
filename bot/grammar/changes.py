"""Changes of an open draft or a named order, read off the skeleton by a short grammar of phrases."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from bot.grammar.amounts import gaps, wanted
from bot.grammar.changeforms import CHANGE_FORMS
from bot.grammar.lines import Item, pair
from bot.grammar.marks import Mark, PriceMark, ProductMark, QuantityMark
from bot.grammar.scene import Scene
from bot.grammar.unknowns import with_unknown_products
from domain.commands import Change, Op, Wanted

_ADDING = re.compile(r"再|加|[也还]要|还有|还来|另外|多|追加|补|add|plus|more|also|外加")
_Split: TypeAlias = tuple[str, re.Match[str]]
_Maker: TypeAlias = Callable[[Scene, re.Match[str]], list[Change]]


def changes_of(scene: Scene) -> tuple[tuple[Change, ...], set[str]]:
    """All changes in order with what must be asked."""
    ops: list[Change] = []
    every = with_unknown_products(scene)
    position = 0
    for name, match in _scan(scene.skeleton):
        ops += _plain(scene, every, position, match.start())
        ops += _OPS[name](scene, match)
        position = match.end()
    ops += _plain(scene, every, position, len(scene.skeleton))
    return _asked(scene, _once(ops))


def _scan(skeleton: str) -> Iterator[_Split]:
    """The change phrases of a message from left to right, the earliest first, then the order of the table."""
    position = 0
    ahead = {order: pattern.search(skeleton) for order, (_, pattern) in enumerate(CHANGE_FORMS)}
    while True:
        for order, known in ahead.items():
            if known and known.start() < position:
                ahead[order] = CHANGE_FORMS[order][1].search(skeleton, position)
        found = [(match.start(), order) for order, match in ahead.items() if match]
        if not found:
            return
        order = min(found)[1]
        match = ahead[order]
        if match:
            yield CHANGE_FORMS[order][0], match
            position = max(match.end(), position + 1)


def _plain(scene: Scene, every: Sequence[Mark], start: int, end: int) -> list[Change]:
    """Lines between the phrases: added, or restated when the draft has them already."""
    first, last = scene.place(start), scene.place(end)
    if first >= last:
        return []
    marks = [mark for mark in every if first <= mark.start < last]
    if not any(isinstance(mark, ProductMark) for mark in marks):
        return []
    adding = bool(_ADDING.search(scene.skeleton[start:end]))
    items = pair(scene.text[:last], marks, since=first)
    return [_variant(scene, item) or _line(scene, item, _plain_op(scene, item, adding=adding)) for item in items]


def _variant(scene: Scene, item: Item) -> Change | None:
    """“A100要黑色的” turns the draft's A100 into its black variant."""
    draft, sku = scene.context.draft, item.product.sku
    if draft is None or sku is None or item.qty or draft.line(sku):
        return None
    for line in draft.lines:
        if sku in scene.lexicon.variants.get(line.sku or "", {}).values():
            return Change(Op.REPLACE, line.sku, to=sku)
    return None


def _plain_op(scene: Scene, item: Item, *, adding: bool) -> Op:
    draft = scene.context.draft
    if adding:
        return Op.ADD
    if draft is None:
        return Op.SET
    return Op.SET if draft.line(item.product.sku) else Op.ADD


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
    change = Change(op, line.sku, line.qty, line.unit, line.base_qty, candidates=line.candidates, text=line.text)
    return replace(change, price=line.price, price_unit=line.price_unit)


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
    target = old[0].sku if old else _open_focus(scene)
    choices = () if new[0].sku else new[0].ids
    return [Change(Op.REPLACE, target, line.qty, line.unit, line.base_qty, to=new[0].sku, candidates=choices)]


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
        Change(
            Op.PRICE,
            line.sku,
            price=line.price,
            price_unit=line.price_unit or _draft_unit(scene, line.sku),
            candidates=line.candidates,
            text=line.text,
        )
        for line in lines
    ]


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
    was = next(mark for mark in _in_group(scene, match, "was", "was2") if isinstance(mark, QuantityMark))
    draft = scene.context.draft
    fitting = [line.sku for line in draft.lines if line.qty == was.qty] if draft else []
    sku = fitting[0] if len(fitting) == 1 else _focus(scene)
    return [_line(scene, Item(ProductMark(start=0, end=0, ids=(sku,) if sku else ()), _amount(scene, match)), Op.SET)]


def _focus(scene: Scene) -> str | None:
    """The product meant without a name: the one named in this message, the only line, or that of the last turn."""
    return scene.skus[0] if len(scene.skus) == 1 else _open_focus(scene)


def _open_focus(scene: Scene) -> str | None:
    """The product that the dialogue is about."""
    if scene.context.focus_sku:
        return scene.context.focus_sku
    draft = scene.context.draft
    return draft.lines[0].sku if draft and len(draft.lines) == 1 else None


def _once(ops: list[Change]) -> tuple[Change, ...]:
    """A later statement about the same product replaces an earlier one of the same kind."""
    last = {op.sku: op for op in ops if op.op is Op.SET and op.sku}
    return tuple(op for op in ops if op.op is not Op.SET or not op.sku or last[op.sku] is op)


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
