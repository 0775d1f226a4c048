"""What is kept for read-backs that wait for their yes, and how it is given back, as parts of other people's work."""

from collections.abc import Collection
from decimal import Decimal

from domain import lane
from domain.allocating import Covered, Demand, uncover
from domain.kin import locking_kits
from domain.lane import Script, Statement
from domain.models.scaled import ungrained

ZERO = Decimal(0)
_KEPT = "SELECT id, sku, qty FROM earmark WHERE"


async def earmarked(draft: str) -> dict[str, Decimal]:
    """What is kept for a draft, by product."""
    rows = await lane.rows("SELECT sku, SUM(qty) FROM earmark WHERE draft = ? GROUP BY sku", draft)
    return {sku: ungrained(qty) for sku, qty in rows}


def consumed(draft: str, wanted: Collection[str]) -> Script[None]:
    """The order of a draft takes what was kept for it: free again in the transaction that reserves it for good."""
    yield from given_back("draft = ?", draft, wanted=wanted)


def given_back(whose: str, *values: object, wanted: Collection[str] = ()) -> Script[set[str]]:
    """Free what is kept, where ``whose`` holds (a condition of ours); the products of which something is free now.

    ``wanted`` are those that will be taken next: locked with the others, so that nobody waits in a circle.
    """
    found = yield Statement(" ".join((_KEPT, whose, "ORDER BY sku, id")), values)
    if found.rows:
        yield from locking_kits({*wanted, *(sku for _, sku, _ in found.rows)})
    freed = set()
    for mark, sku, qty in found.rows:
        # Whoever deletes it gives it back, so that two who are at it at once do not give it back twice.
        gone = yield Statement("DELETE FROM earmark WHERE id = ?", (mark,))
        if gone.count:
            amount = ungrained(qty)
            yield from uncover((Demand(0, sku, amount),), (Covered(0, amount, ZERO),))
            freed.add(sku)
    return freed
