"""How a draft grows: from a first wish, by changes and by answers, and what is still missing; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from bot.dialogue import Draft, DraftLine, Question
from bot.grammar.lexicon import PRODUCT, Lexicon
from bot.grammar.normal import fold
from domain.commands import Change, Details, Op, PlaceOrder, ProvideInfo, Wanted


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change did to one line; None stands for "not there"."""

    before: DraftLine | None
    after: DraftLine | None


@dataclass(frozen=True, slots=True)
class Gap:
    """What must be asked next: customer, lines, product, qty, unit or date, and about which line."""

    kind: str
    position: int | None = None


def started(order: PlaceOrder, *, key: str, customer: str | None) -> Draft:
    """A first draft; ``customer`` is the sender's own company, which needs no saying."""
    return Draft(
        key=key,
        customer=order.customer or customer,
        candidates=() if customer else order.customer_candidates,
        lines=tuple(line_of(wanted) for wanted in order.lines),
        details=order.details,
        doubts=tuple(doubt for doubt in order.clarify if doubt == "date"),
        bargain=order.bargain,
    )


def line_of(wanted: Wanted) -> DraftLine:
    """A line as it was said."""
    return DraftLine(
        sku=wanted.sku,
        qty=wanted.qty,
        unit=wanted.unit,
        base_qty=wanted.base_qty,
        price=wanted.price,
        price_unit=wanted.price_unit,
        text=wanted.text,
        candidates=wanted.candidates,
    )


def gap(draft: Draft, *, staff: bool) -> Gap | None:
    """The first thing to ask, or None when the draft may be read back."""
    if staff and draft.customer is None:
        return Gap("customer")
    if not draft.lines:
        return Gap("lines")
    for position, line in enumerate(draft.lines):
        kind = _missing(line)
        if kind:
            return Gap(kind, position)
    return Gap("date") if "date" in draft.doubts else None


def _missing(line: DraftLine) -> str | None:
    if line.sku is None:
        return "product"
    if line.qty is None:
        return "qty"
    return "unit" if line.base_qty is None else None


def merged(old: Details, new: Details) -> Details:
    """The details with what was said last on top."""
    said = {f.name: getattr(new, f.name) for f in fields(new) if getattr(new, f.name) is not None}
    return replace(old, **said)


def detailed(draft: Draft, details: Details, unclear: tuple[str, ...] = ()) -> Draft:
    """The draft with new details; a stated day settles a doubtful one, a vague one (改天) is asked about."""
    doubts = () if details.delivery else ("date",) if "date" in unclear else draft.doubts
    return replace(draft, details=merged(draft.details, details), doubts=doubts)


def changed(draft: Draft, ops: Iterable[Change]) -> tuple[Draft, tuple[Difference, ...]]:
    """The draft after these changes, one version later, and what they did line by line."""
    lines, differences = list(draft.lines), []
    for op in ops:
        before, after = _apply(lines, op)
        if before != after:
            differences.append(Difference(before, after))
    return replace(draft, lines=tuple(lines), version=draft.version + 1), tuple(differences)


def _apply(lines: list[DraftLine], op: Change) -> tuple[DraftLine | None, DraftLine | None]:
    where = next((i for i, line in enumerate(lines) if op.sku is not None and line.sku == op.sku), None)
    before = lines[where] if where is not None else None
    after = _after(before, op)
    if where is None:
        if after is not None:
            lines.append(after)
    elif after is None:
        del lines[where]
    else:
        lines[where] = after
    return before, after


def _after(before: DraftLine | None, op: Change) -> DraftLine | None:
    match op.op:
        case Op.REMOVE:
            return None
        case Op.PRICE:
            return before and replace(before, price=op.price, price_unit=op.price_unit or before.unit, cut=False)
        case Op.MUL:
            return before and _times(before, op.factor or Decimal(1))
        case Op.REPLACE:
            return _replaced(before, op)
        case Op.ADD | Op.SUB:
            return _summed(before, _said(op), -1 if op.op is Op.SUB else 1)
        case _:
            said = _said(op)
            return said if before is None or said.price is not None else _keep_price(said, before)


def _said(op: Change) -> DraftLine:
    return DraftLine(
        op.sku, op.qty, op.unit, op.base_qty, op.price, op.price_unit, text=op.text, candidates=op.candidates
    )


def _keep_price(said: DraftLine, before: DraftLine) -> DraftLine:
    return replace(said, price=before.price, price_unit=before.price_unit, cut=before.cut)


def _replaced(before: DraftLine | None, op: Change) -> DraftLine:
    said = DraftLine(op.to, op.qty, op.unit, op.base_qty, op.price, op.price_unit, text=op.text)
    if before is None or op.qty is not None:
        return said
    # The units of the new product are not known here: ``worked_out`` does it.
    return replace(said, qty=before.qty, unit=before.unit)


def _times(line: DraftLine, factor: Decimal) -> DraftLine:
    return replace(
        line,
        qty=line.qty * factor if line.qty is not None else None,
        base_qty=line.base_qty * factor if line.base_qty is not None else None,
    )


def _summed(before: DraftLine | None, said: DraftLine, sign: int) -> DraftLine | None:
    if before is None:
        return said if sign > 0 else None
    if said.qty is None or before.qty is None or said.base_qty is None or before.base_qty is None:
        return replace(before, qty=None, base_qty=None)
    base = before.base_qty + sign * said.base_qty
    if base <= 0:
        return None
    if before.unit == said.unit:
        return replace(before, qty=before.qty + sign * said.qty, base_qty=base)
    ratio = before.base_qty / before.qty
    return replace(before, qty=base / ratio, base_qty=base)


def answered(draft: Draft, question: Question, info: ProvideInfo) -> Draft:
    """The draft with an answer filled in where the question was about; other things said are taken as well."""
    draft = detailed(draft, info.details, info.clarify)
    if info.customer:
        draft = replace(draft, customer=info.customer, candidates=())
    where = question.position
    if where is None or where >= len(draft.lines):
        new = tuple(line_of(wanted) for wanted in info.lines if wanted.sku or wanted.candidates)
        return replace(draft, lines=draft.lines + new, version=draft.version + 1)
    lines = list(draft.lines)
    lines[where] = _filled(lines[where], info)
    lines.extend(line_of(wanted) for wanted in info.lines[1:])
    return replace(draft, lines=tuple(lines), version=draft.version + 1)


def _filled(line: DraftLine, info: ProvideInfo) -> DraftLine:
    if info.sku:
        # Its quantity was said for a product we did not know: ``worked_out`` converts it.
        line = replace(line, sku=info.sku, candidates=(), base_qty=None, called=line.text)
    if info.unit:
        line = replace(line, unit=info.unit, base_qty=None)
    if not info.lines:
        return line
    said = line_of(info.lines[0])
    if said.sku is None or said.sku == line.sku:
        return replace(line, qty=said.qty, unit=said.unit or line.unit, base_qty=said.base_qty)
    return said


def worked_out(draft: Draft, lexicon: Lexicon) -> Draft:
    """The draft with every base quantity that can be known; a unit that the product does not have stays open."""
    return replace(draft, lines=tuple(_converted(line, lexicon) for line in draft.lines))


def _converted(line: DraftLine, lexicon: Lexicon) -> DraftLine:
    if line.sku is None and not line.candidates and line.text:
        line = replace(line, sku=_called(line.text, lexicon))
    if line.sku is None or line.qty is None or line.base_qty is not None:
        return line
    found = lexicon.unit_of(line.sku, line.unit)
    return line if found is None else replace(line, unit=found[0], base_qty=line.qty * found[1])


def _called(words: str, lexicon: Lexicon) -> str | None:
    """The one product that these words name, once it is known whose words they are."""
    entry = lexicon.named(fold(words))
    return entry.ids[0] if entry is not None and entry.kind == PRODUCT and len(entry.ids) == 1 else None
