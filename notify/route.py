"""One line of the table of who hears what, and the groups that lines are made of."""

from dataclasses import dataclass

from domain.values import Role
from notify.audience import Who, contacts, rep
from notify.notices import Notice
from notify.occasions import When, always

CUSTOMER, STAFF = "customer", "staff"


@dataclass(frozen=True, slots=True)
class Route:
    """One group of people who hear of an event; ``actor_too``: even the one who did it and had an answer to that.

    ``hearers``: those whom the event names hear it, and the group only when none of them can be reached.
    """

    notice: Notice
    who: Who
    why: str
    to: str = STAFF
    when: When = always
    actor_too: bool = False
    hearers: bool = False


BUYERS = contacts(Role.BUYER, Role.BOSS)
RECEIVERS = contacts(Role.BUYER, Role.BOSS, Role.RECEIVER)


def both_sides(notice: Notice) -> tuple[Route, ...]:
    return Route(notice, BUYERS, "buyer", CUSTOMER), Route(notice, rep, "rep")
