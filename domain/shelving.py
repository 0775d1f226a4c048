"""The ledger of goods: the one way in which a balance changes, with the move that says why, once per cause."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain import lane
from domain.lane import Script, Statement
from domain.loterrors import LotNeeded
from domain.lots import shifted
from domain.models import StockMove
from domain.models.scaled import grains, ungrained
from domain.rules.lots import Batch
from domain.stockerrors import StockRefused

MAIN = "MAIN"
_SHELF = """INSERT INTO stock (sku, warehouse, on_hand, reserved, by_lot)
VALUES (?, ?, 0, 0, COALESCE((SELECT lots FROM product WHERE product.sku = ?), FALSE))
ON CONFLICT (sku, warehouse) DO NOTHING"""
_ADD = """UPDATE stock SET on_hand = on_hand + ? WHERE sku = ? AND warehouse = ? AND on_hand + ? >= reserved
RETURNING by_lot"""
_FREE = "SELECT on_hand - reserved FROM stock WHERE sku = ? AND warehouse = ?"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a balance, in base units; ``cause`` can happen once, ``reverses`` is the move that it takes back.

    ``lot`` counts for products that lie in lots, and they cannot do without.
    """

    sku: str
    qty: Decimal
    kind: str
    cause: str | None
    warehouse: str = MAIN
    document: str = ""
    reverses: int | None = None
    lot: Batch | None = None


def moved(move: Move, *, by: str, now: datetime) -> Script[int]:
    """Book a move and its balance; the number of the move.

    Refused when less would be left than is reserved. For use by whoever has locked the product.
    """
    if move.qty >= 0:
        yield Statement(_SHELF, (move.sku, move.warehouse, move.sku))
    g = grains(move.qty)
    done = yield Statement(_ADD, (g, move.sku, move.warehouse, g))
    if not done.rows:
        left = yield Statement(_FREE, (move.sku, move.warehouse))
        free = ungrained(left.rows[0][0]) if left.rows else Decimal(0)
        raise StockRefused(move.sku, -move.qty, free)
    lot = move.lot if done.rows[0][0] else None
    if lot is not None:
        yield from shifted(move.sku, move.warehouse, lot, move.qty, now=now)
    elif done.rows[0][0]:
        raise LotNeeded(move.sku)
    row = {"sku": move.sku, "warehouse": move.warehouse, "qty": move.qty, "kind": move.kind, "by": by, "at": now}
    row |= {"document": move.document[:64], "cause": move.cause, "reverses": move.reverses}
    row |= {"lot": lot.code if lot is not None else ""}
    made = yield lane.insert(StockMove, [row], then="RETURNING id")
    return int(made.rows[0][0])
