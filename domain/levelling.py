"""The levels of approval: shown, and set anew by a manager; every version stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.asking import stored, stored_level
from domain.models import ApprovalScheme, Staff
from domain.officeerrors import ColleagueBarred, TooManyLevels
from domain.officeevents import LevelsSet
from domain.recording import record
from domain.rostering import find_member
from domain.rules.approval import USUAL, Level
from domain.rules.rights import DECIDING, HIRING, require
from domain.transaction import transact
from domain.values import Actor, Role

MOST = 5


@dataclass(frozen=True, slots=True)
class Rung:
    """A level in words: from which amount on, and the role or the name of who decides."""

    above: Decimal
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels in force; ``version`` 0 is how it is before anybody set them."""

    version: int
    rungs: tuple[Rung, ...]


async def ladder() -> Ladder:
    """The levels in force, lowest first."""
    row = await ApprovalScheme.all().order_by("-id").first()
    levels = [stored_level(one) for one in row.levels] if row is not None else list(USUAL)
    names = dict(await Staff.filter(code__in=[one.who for one in levels if one.who]).values_list("code", "name"))
    return Ladder(
        row.id if row is not None else 0,
        tuple(Rung(one.above, one.role.value, names.get(one.who, one.who)) for one in levels),
    )


async def set_levels(wanted: Sequence[tuple[Decimal, str]], *, by: Actor, now: datetime) -> Ladder:
    """Set the levels for orders that are held from now on; those that wait keep theirs.

    Each is an amount and a role or name. Without a level from 0 on, a reviewer decides on what is below the others.
    """
    require(by, HIRING)
    if len(wanted) > MOST:
        raise TooManyLevels(len(wanted), MOST)
    found = {above: await _level(above, who) for above, who in wanted}
    levels = [*(() if Decimal(0) in found else USUAL), *(found[above] for above in sorted(found))]

    async def work() -> None:
        await ApprovalScheme.create(levels=[stored(one) for one in levels], by=by.name, at=now)
        said = tuple(f"{one.above:f} {one.who or one.role.value}" for one in levels)
        await record(LevelsSet(levels=said), by=by, at=now)

    await transact(work)
    return await ladder()


async def _level(above: Decimal, who: str) -> Level:
    if who in {role.value for role in DECIDING}:
        return Level(above, Role(who))
    member = await find_member(who)
    if not member.role_set & DECIDING:
        raise ColleagueBarred(member.name)
    return Level(above, Role.MANAGER, member.code)
