"""The ledger of goods: the one way in which a balance changes, with the move that says why, once per cause."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain import lane
from domain.lane import Script, Statement
from domain.models import Stock, StockMove
from domain.models.scaled import grains, ungrained
from domain.stockerrors import StockRefused

MAIN = "MAIN"
_ADD = "UPDATE stock SET on_hand = on_hand + ? WHERE sku = ? AND warehouse = ? AND on_hand + ? >= reserved"
_FREE = "SELECT on_hand - reserved FROM stock WHERE sku = ? AND warehouse = ?"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a balance, in base units; ``cause`` can happen once, ``reverses`` is the move that it takes back."""

    sku: str
    qty: Decimal
    kind: str
    cause: str | None
    warehouse: str = MAIN
    document: str = ""
    reverses: int | None = None


def moved(move: Move, *, by: str, now: datetime) -> Script[int]:
    """Book a move and its balance; the number of the move.

    Refused when less would be left than is reserved. For use by whoever has locked the product.
    """
    if move.qty >= 0:
        here = {"sku": move.sku, "warehouse": move.warehouse}
        yield lane.insert(Stock, [here], then="ON CONFLICT (sku, warehouse) DO NOTHING")
    g = grains(move.qty)
    done = yield Statement(_ADD, (g, move.sku, move.warehouse, g))
    if not done.count:
        left = yield Statement(_FREE, (move.sku, move.warehouse))
        free = ungrained(left.rows[0][0]) if left.rows else Decimal(0)
        raise StockRefused(move.sku, -move.qty, free)
    row = {"sku": move.sku, "warehouse": move.warehouse, "qty": move.qty, "kind": move.kind, "by": by, "at": now}
    row |= {"document": move.document[:64], "cause": move.cause, "reverses": move.reverses}
    made = yield lane.insert(StockMove, [row], then="RETURNING id")
    return int(made.rows[0][0])
