"""Everything that the business has written, as one comparable value: what must not change is compared with itself."""

from typing import Any

from tortoise import Model

from domain import models as business
from notify import models as notices

# When somebody last wrote to us: every message moves it.
OF_ANY_MESSAGE = frozenset({"last_inbound_at", "wrote_at", "tapped_at", "scanned_at"})


async def written() -> dict[str, list[dict[str, Any]]]:
    """All rows of orders, goods, people, names and notices."""
    tables = [
        kind
        for room in (business, notices)
        for kind in vars(room).values()
        if isinstance(kind, type) and issubclass(kind, Model) and kind is not Model
    ]
    return {kind.__name__: sorted(map(_plain, await kind.all().values()), key=repr) for kind in tables}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in OF_ANY_MESSAGE}
