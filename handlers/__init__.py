"""One file per thing that people talk about: each turns a command into a use-case call and a reply."""

from bot.router import Router
from handlers import (
    alerting,
    answering,
    booking,
    enquiring,
    fulfilling,
    helping,
    joining,
    naming,
    ordering,
    platform,
    repeating,
    reviewing,
)

ROOMS = (
    alerting, answering, booking, enquiring, fulfilling, helping, joining, naming, ordering, platform, repeating,
    reviewing,
)  # fmt: skip


def fill(router: Router) -> Router:
    """The router with every handler of the product in it."""
    for room in ROOMS:
        room.register(router)
    return router
