"""How an order that stands changes by difference: what is wanted of each product, and which lines give way; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.commands import Change, Op

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A line as it stands, in base units; ``ratio`` of its ``unit`` is frozen, ``gone`` has left the shelf."""

    sku: str
    base_qty: Decimal
    unit: str
    ratio: Decimal
    gone: Decimal = ZERO
    cancelled: Decimal = ZERO

    @property
    def wanted(self) -> Decimal:
        """What is still asked for, gone or not."""
        return self.base_qty - self.cancelled


@dataclass(frozen=True, slots=True)
class Aim:
    """What is wanted of a product from now on, in base units; ``unit`` as it was said last."""

    sku: str
    total: Decimal
    unit: str
    ratio: Decimal


def sums(lines: Iterable[Standing]) -> dict[str, Aim]:
    """What is wanted of each product, over all its lines."""
    found: dict[str, Aim] = {}
    for line in lines:
        before = found.get(line.sku)
        total = line.wanted + (before.total if before else ZERO)
        found[line.sku] = Aim(line.sku, total, line.unit, line.ratio) if before is None else _with(before, total)
    return found


def aims(lines: Sequence[Standing], ops: Iterable[Change]) -> dict[str, Aim]:
    """What is wanted of each product after these changes; a product that is gone is wanted zero."""
    wanted = sums(lines)
    for op in ops:
        for sku in [op.sku] if op.sku else list(wanted):
            _apply(wanted, sku, op)
    return wanted


def cuts(lines: Sequence[Standing], less: Decimal) -> list[Decimal]:
    """By how much each of a product's lines gives way, the last first; together less than ``less`` when goods are gone.

    What has left the shelf cannot be called off.
    """
    found = [ZERO] * len(lines)
    for place in reversed(range(len(lines))):
        line = lines[place]
        found[place] = min(max(line.wanted - line.gone, ZERO), less)
        less -= found[place]
    return found


def _apply(wanted: dict[str, Aim], sku: str, op: Change) -> None:
    now = wanted.get(sku)
    said = _said(op, now)
    have = now.total if now is not None else ZERO
    match op.op:
        case Op.SET:
            total = said
        case Op.ADD:
            total = have + said
        case Op.SUB:
            total = max(have - said, ZERO)
        case Op.MUL:
            total = have * (op.factor or 1)
        case Op.REMOVE:
            total = ZERO
        case Op.REPLACE:
            _replace(wanted, sku, op, have)
            return
        case _:
            return
    if now is not None or total > 0:
        wanted[sku] = _with(now, total) if now is not None else Aim(sku, total, op.unit or "", _ratio(op))


def _replace(wanted: dict[str, Aim], sku: str, op: Change, have: Decimal) -> None:
    if sku in wanted:
        wanted[sku] = _with(wanted[sku], ZERO)
    if op.to:
        before = wanted.get(op.to)
        more = op.base_qty if op.base_qty is not None else have
        total = more + (before.total if before else ZERO)
        wanted[op.to] = _with(before, total) if before else Aim(op.to, total, op.unit or "", _ratio(op))


def _said(op: Change, now: Aim | None) -> Decimal:
    """The quantity of a change in base units: in the line's own unit by the ratio that is frozen there."""
    if now is not None and op.qty is not None and op.unit == now.unit:
        return op.qty * now.ratio
    return op.base_qty or ZERO


def _ratio(op: Change) -> Decimal:
    return op.base_qty / op.qty if op.base_qty and op.qty else Decimal(1)


def _with(aim: Aim, total: Decimal) -> Aim:
    return Aim(aim.sku, total, aim.unit, aim.ratio)
