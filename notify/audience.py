"""Groups of people who may hear of an event."""

from collections.abc import Callable, Collection

from domain.telling import Affair, Listener
from domain.values import Role

Who = Callable[[Affair], tuple[Listener, ...]]


def contacts(*roles: Role) -> Who:
    """The people of the customer in these roles."""
    return lambda affair: tuple(p for p in affair.people if p.staff is None and p.roles & set(roles))


def staff(*roles: Role) -> Who:
    """Members of staff in these roles."""
    return lambda affair: tuple(p for p in affair.people if p.staff is not None and p.roles & set(roles))


def rep(affair: Affair) -> tuple[Listener, ...]:
    """The rep of the order or customer."""
    return affair.reps


def rep_else(*roles: Role) -> Who:
    """The rep, or when there is none, staff in these roles."""
    return lambda affair: affair.reps or staff(*roles)(affair)


def named(codes: Collection[str], affair: Affair) -> tuple[Listener, ...]:
    """The members of staff with these codes."""
    return tuple(person for person in affair.people if person.staff is not None and person.code in codes)


def nobody(_affair: Affair) -> tuple[Listener, ...]:
    """No group at all."""
    return ()


def everybody(affair: Affair) -> tuple[Listener, ...]:
    """Everybody whom the affair concerns."""
    return affair.people
