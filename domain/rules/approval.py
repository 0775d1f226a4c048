"""Who decides on a held order: levels by amount, the approver by roster, the deputy of one who is absent; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from domain.rules.rights import DECIDING
from domain.rules.roster import PRESENT, Member, Presence, presence, to_be_urged
from domain.values import Role


@dataclass(frozen=True, slots=True)
class Level:
    """One level: from this amount on somebody in this role decides, or the one member of staff with this code."""

    above: Decimal
    role: Role = Role.REVIEWER
    who: str = ""

    def authorises(self, code: str, roles: frozenset[Role]) -> bool:
        """Whether this person decides here by their own right: a manager stands in for every reviewer."""
        if self.who:
            return code == self.who and bool(roles & DECIDING)
        return self.role in roles or Role.MANAGER in roles


USUAL = (Level(Decimal(0)),)


def levels_of(total: Decimal, scheme: Sequence[Level]) -> tuple[Level, ...]:
    """The levels that an order of this total passes, lowest first; the lowest one is passed whatever the total is."""
    ranked = sorted(scheme or USUAL, key=lambda level: level.above)
    return (ranked[0], *(level for level in ranked[1:] if total >= level.above))


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked; ``instead_of`` is the one who would decide if they were here."""

    approver: Member | None
    instead_of: Member | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a choice looks at: everybody, the moment, and who may not decide this order whatever their role."""

    members: Sequence[Member]
    now: datetime
    zone: tzinfo
    barred: frozenset[int] = frozenset()

    def able(self, member: Member) -> bool:
        """Whether this person could answer at some time."""
        return member.reachable and member.staff not in self.barred and bool(member.roles & DECIDING)

    def here(self, member: Member) -> bool:
        """Whether they could answer now."""
        return self.able(member) and presence(member, self.now, self.zone) in PRESENT

    def wakeful(self, member: Member) -> bool:
        """Whether it is an hour to press them."""
        return to_be_urged(member, self.now, self.zone)


def choose(level: Level, scene: Scene) -> Choice:
    """Ask the one who usually decides; an absent one is stood in for by the deputy, a colleague, the line manager.

    When nobody who may decide is here, the usual one is asked all the same. None only when there is nobody at all.
    """
    ranked = sorted(
        (one for one in scene.members if _entitled(level, one, scene)), key=lambda m: _rank(level, m, scene)
    )
    if not ranked:
        return Choice(None)
    usual = ranked[0]
    if scene.here(usual):
        return Choice(usual)
    stand_in = next((one for one in _stand_ins(usual, ranked, scene) if scene.here(one)), None)
    return Choice(stand_in, usual) if stand_in is not None else Choice(usual)


def above(current: Member, level: Level, scene: Scene) -> Member | None:
    """Who is asked when ``current`` does not answer: their line manager, further up, else a manager who is here."""
    chain = _chain(current, "manager", scene.members)
    managers = [one for one in scene.members if Role.MANAGER in one.roles]
    candidates = [*chain, *managers, *(one for one in scene.members if _entitled(level, one, scene))]
    return next((one for one in candidates if scene.here(one) and one.staff != current.staff), None)


def _entitled(level: Level, member: Member, scene: Scene) -> bool:
    return scene.able(member) and level.authorises(member.code, member.roles)


def _rank(level: Level, member: Member, scene: Scene) -> tuple[bool, bool, int]:
    """Who is on a shift before the others, whose daily work it is before a manager, who was here first."""
    on_shift = presence(member, scene.now, scene.zone) is Presence.ON_SHIFT
    higher = Role.MANAGER in member.roles and level.role is not Role.MANAGER
    return (not on_shift, higher, member.staff)


def _stand_ins(usual: Member, ranked: Sequence[Member], scene: Scene) -> Iterable[Member]:
    yield from _chain(usual, "deputy", scene.members)
    yield from ranked[1:]
    for colleague in ranked[1:]:
        yield from _chain(colleague, "deputy", scene.members)
    yield from _chain(usual, "manager", scene.members)


def _chain(first: Member, link: str, members: Sequence[Member]) -> list[Member]:
    """The people that one is led to from link to link; each once, so that a circle of deputies ends."""
    by_code: Mapping[str, Member] = {one.code: one for one in members}
    found: list[Member] = []
    seen = {first.code}
    following = by_code.get(getattr(first, link) or "")
    while following is not None and following.code not in seen:
        seen.add(following.code)
        found.append(following)
        following = by_code.get(getattr(following, link) or "")
    return found


class Urge(StrEnum):
    """What a waiting approval needs now."""

    NOTHING = "nothing"
    REMIND = "remind"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Asked:
    """Since when somebody is asked, when they were reminded last; ``top``: nobody above them is left to be asked."""

    at: datetime
    reminded_at: datetime | None = None
    top: bool = False


def urge(asked: Asked, patience: timedelta, now: datetime, zone: tzinfo) -> Urge:
    """Half of the patience after the question comes a reminder, after all of it somebody above is asked.

    Whom nobody is above is reminded once a day from then on.
    """
    waited = now - asked.at
    if asked.reminded_at is None:
        return Urge.REMIND if waited >= patience / 2 else Urge.NOTHING
    if asked.top:
        again = asked.reminded_at.astimezone(zone).date() < now.astimezone(zone).date()
        return Urge.REMIND if again else Urge.NOTHING
    tired = waited >= patience and now - asked.reminded_at >= patience / 2
    return Urge.ESCALATE if tired else Urge.NOTHING
