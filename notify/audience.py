"""Groups of people who may hear of an event."""

from collections.abc import Callable

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
