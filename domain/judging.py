"""The rules of review in force, read along with what is read anyway; reads only."""

import json
from decimal import Decimal
from typing import Any

from domain import lane
from domain.policy import current_policy
from domain.rules.rulebook import Rulebook, Setting, read

IN_FORCE = (
    "(SELECT MAX(id) FROM reviewscheme)",
    "(SELECT settings FROM reviewscheme ORDER BY id DESC LIMIT 1)",
)
"""Two columns for any query: the version in force and its settings. So an order costs no read more for them."""


async def rulebook() -> Rulebook:
    """The rules in force."""
    ((version, settings),) = await lane.rows(f"SELECT {', '.join(IN_FORCE)}")
    return book_of(version, settings)


def book_of(version: int | None, settings: str | None) -> Rulebook:
    """The rules of the two columns; what nobody set is as the settings of the installation have it."""
    found: dict[str, Any] = json.loads(settings) if settings else {}
    return Rulebook(version or 0, installed() | read(found))


def installed() -> dict[str, Setting]:
    """The rules that the settings of the installation give."""
    policy = current_policy()
    limit: Decimal | None = policy.approval_above
    return {
        "above_limit": Setting(limit is not None, limit),
        "unusual_quantity": Setting(value=policy.unusual_factor),
    }
