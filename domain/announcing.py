"""Announcements: to staff, to a role, to all customers or one, after a preview, each once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from domain.models import Announcement
from domain.officeerrors import NobodyToTell, TextTooLong
from domain.officeevents import Announced
from domain.recording import record
from domain.rules.rights import HIRING, require
from domain.telling import Listener, listeners, listeners_of
from domain.transaction import transact
from domain.values import STAFF_ROLES, Actor, Role

STAFF, CUSTOMERS, ONE = "staff", "customers", "customer:"
LONGEST = 300
SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sent:
    """An announcement and how many people it goes to; ``repeated`` when that had been done before."""

    audience: str
    text: str
    people: int
    by: str
    at: datetime
    repeated: bool = False


async def preview(audience: str, text: str, *, by: Actor) -> int:
    """How many people would be told; nothing is sent. Refuses what could not be sent."""
    require(by, HIRING)
    if len(text) > LONGEST:
        raise TextTooLong(len(text), LONGEST)
    people = [one for one in await hearers(audience) if one.identity != by.identity]
    if not people:
        raise NobodyToTell(audience)
    return len(people)


async def announce(audience: str, text: str, key: str, *, by: Actor, now: datetime) -> Sent:
    """Send what was previewed under ``key``, once."""
    people = await preview(audience, text, by=by)

    async def work() -> Sent:
        await Announcement.create(key=key[:200], audience=audience, text=text, by=by.name, people=people, at=now)
        await record(Announced(whom=audience, text=text, people=people), by=by, at=now, source=key[:160])
        return Sent(audience, text, people, by.name, now)

    try:
        return await transact(work)
    except IntegrityError:
        row = await Announcement.get(key=key[:200])
        return Sent(row.audience, row.text, row.people, row.by, row.at, repeated=True)


async def recent(actor: Actor, *, now: datetime, limit: int = 3) -> list[Sent]:
    """The newest announcements that concern this person."""
    mine = {role.value for role in actor.roles}
    mine |= {STAFF} if actor.is_staff else {CUSTOMERS, f"{ONE}{actor.customer}"}
    rows = await Announcement.filter(audience__in=sorted(mine), at__gte=now - SHOWN).order_by("-id").limit(limit)
    return [Sent(row.audience, row.text, row.people, row.by, row.at) for row in rows]


async def hearers(audience: str) -> tuple[Listener, ...]:
    """Everybody in an audience who can be reached."""
    if audience == CUSTOMERS:
        people = await listeners_of("i.following AND c.active AND k.active")
    elif audience.startswith(ONE):
        people = await listeners_of("i.following AND c.active AND k.code = ?", audience.removeprefix(ONE))
    elif audience == STAFF or audience in set(STAFF_ROLES):
        people = await listeners()
    else:
        return ()
    if audience in set(STAFF_ROLES):
        return tuple(one for one in people if Role(audience) in one.roles)
    return people
