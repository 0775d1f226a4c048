"""What a database holds, as one number: two databases that say the same have the same."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from tortoise import Tortoise

# How often somebody looked, and who holds the pen: nothing of the business.
HOUSEKEEPING = frozenset({"Leadership", "JobRun", "Mark", "InstanceSecret"})


async def contents(*, without: Collection[str] = HOUSEKEEPING) -> dict[str, list[Any]]:
    """All rows of all tables but those ``without``, by table and in the order in which they were made."""
    found = {}
    for name, model in sorted((Tortoise.apps or {})["gendan"].items()):
        if name not in without:
            found[name] = [list(row) for row in await model.all().order_by(model._meta.pk_attr).values_list()]
    return found


async def digest(*, without: Collection[str] = HOUSEKEEPING) -> str:
    """The number."""
    text = json.dumps(await contents(without=without), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
