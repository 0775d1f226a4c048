"""Goods that kits tie together, locked at once: whoever deals some of them out may have to touch the others as well."""

from collections.abc import Collection

from domain import lane
from domain.lane import Script, Statement
from domain.models import Stock
from domain.statements import selection

_THESE = "WHERE sku IN (SELECT sku FROM stock WHERE sku IN ?"
_PARTS = "SELECT other.part FROM kituse one JOIN kituse other ON other.kit = one.kit WHERE one.part IN"
_ALL = "ORDER BY sku, warehouse FOR UPDATE"
MOST_NAMED = 5_000
"""More products than these are not named one by one: every balance is locked."""
_IN_ORDER = ") ORDER BY sku, warehouse FOR UPDATE"
_NEAR = " ".join((_THESE, "UNION", _PARTS, "?", _IN_ORDER))
_FAR = " ".join((_THESE, "UNION", _PARTS, "? UNION", _PARTS, "(", _PARTS, "?)", _IN_ORDER))


async def locked_with_kits(skus: Collection[str]) -> list[Stock]:
    """The balances of these products, locked together with all that shares a kit with them.

    For whoever deals them out afterwards: what a kit takes is reserved with them. Always in the order of the codes.
    """
    return await _locked(_NEAR, skus, 2)


async def locked_to_take_away(sku: str) -> list[Stock]:
    """The balances of a product that may be taken from kits, whose other parts then go to kits of their own."""
    return await _locked(_FAR, (sku,), 3)


def locking_kits(skus: Collection[str]) -> Script[None]:
    """What ``locked_with_kits`` locks, as a part of a script."""
    yield Statement(" ".join(("SELECT id FROM stock", _NEAR)), (sorted(skus),) * 2)


async def _locked(rest: str, skus: Collection[str], times: int) -> list[Stock]:
    asked = sorted(set(skus))
    if len(asked) > MOST_NAMED:
        # In one order with everybody else's, and PostgreSQL takes but 32,767 values.
        known = set(asked)
        return [row for row in await lane.within(_fetched(_ALL, ())) if row.sku in known]
    return [row for row in await lane.within(_fetched(rest, (asked,) * times)) if row.sku in asked]


def _fetched(rest: str, values: tuple[list[str], ...]) -> Script[list[Stock]]:
    names, head = selection(Stock)
    found = yield Statement(" ".join((head, rest)), values)
    return lane.restored(Stock, names, found.rows)
