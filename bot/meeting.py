"""Who writes, and what we were talking about: all that every message has to know at first, in one question."""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue import NEW, Talk, talk_in
from bot.models import Dialogue
from domain.lane import columns_of, restored
from domain.naming import HAS_NAMES
from domain.queries import actor_beside
from domain.values import Actor, Address

_JOINED = "LEFT JOIN dialogue d ON d.account = a.account AND d.openid = a.openid"


@dataclass(frozen=True, slots=True)
class Met:
    """A person, the conversation with them and its version, and whether their company calls goods by own names."""

    actor: Actor
    talk: Talk = NEW
    version: int = 0
    names: bool = False


async def meet(person: Address, *, now: datetime) -> Met:
    """Who this is and what was said before; a fresh start when that was more than 24 hours ago."""
    names = columns_of(Dialogue)
    beside = (HAS_NAMES, *(f'd."{name}"' for name in names))
    actor, (called, *kept) = await actor_beside(person, beside, _JOINED)
    talk, version = (
        (NEW, 0) if all(value is None for value in kept) else talk_in(restored(Dialogue, names, [kept])[0], now=now)
    )
    return Met(actor, talk, version, bool(called))
