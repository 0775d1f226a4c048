"""Whether a number of the customer's own is taken by another open order of theirs; reads only."""

from domain import lane
from domain.lane import Script, Statement
from domain.listing import OPEN
from domain.rules.ponumbers import spellings

_TAKEN = (
    'SELECT number FROM "order" WHERE po IN ? AND customer_id = ? AND state IN ? AND number <> ? ORDER BY id LIMIT 1'
)


async def po_taken(customer_id: int, po: str | None, *, but: str = "") -> str:
    """Another open order of this customer under the same number; empty when there is none."""
    if not po:
        return ""
    found = await lane.rows(_TAKEN, *_asked(customer_id, po, but))
    return str(found[0][0]) if found else ""


def po_taken_now(customer_id: int, po: str | None) -> Script[str]:
    """The same as part of a transaction."""
    if not po:
        return ""
    found = yield Statement(_TAKEN, _asked(customer_id, po, ""))
    return str(found.rows[0][0]) if found.rows else ""


def _asked(customer_id: int, po: str, but: str) -> tuple[object, ...]:
    return spellings(po), customer_id, [state.value for state in OPEN], but
