"""Places at which a test may end, break or hold up the process; without ``arm`` nothing ever happens at them.

``GENDAN_FAILPOINTS=name:action[:nth]``, several divided by commas. ``kill`` is SIGKILL at once, with nothing tidied up,
``kill(3)`` three milliseconds later, in the middle of what follows; ``raise`` is an error. Where the code can wait,
``delay(500)`` waits so many milliseconds and ``hang`` for ever.
"""

import asyncio
import os
import re
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

POINTS: Mapping[str, str] = {
    "message.opened": "a message is genuine and read, nothing of it is kept",
    "inbox.inserted": "its row is on disk, nobody here knows it yet",
    "inbox.admitted": "it is on disk, nothing was done about it",
    "message.answered": "its answer is on disk, not on the wire",
    "message.deferred": "it is on disk that the answer comes later, the platform may not know",
    "order.numbered": "an order has its number, no goods are reserved",
    "order.written": "order, lines and reservations are written, no event",
    "order.recorded": "the event is written, nothing is committed",
    "order.committed": "the order stands, nobody was woken to tell of it",
    "events.routed": "an event has become deliveries",
    "delivery.claimed": "deliveries are leased",
    "delivery.handed": "it is noted that they are about to be sent",
    "request.unread": "the platform has carried out a call, its answer is unread",
    "delivery.sent": "the platform's yes is read, not noted",
    "delivery.marked": "it is noted, not committed",
    "token.fetched": "a new access token is ours alone",
    "alert.told": "an alert and its notices are written, not committed",
    "migration.applied": "some migrations are begun or done, nothing is committed",
    "backup.written": "the copy is written under its provisional name",
    "import.batch": "so many rows of an import are written, not committed",
}
WAITING = frozenset({"message.opened", "inbox.admitted", "delivery.claimed", "delivery.handed"})
"""Where the code can wait."""
_SHAPE = re.compile(r"([a-z.]+):(kill|raise|delay|hang)(?:\(([0-9]{1,6})\))?(?::([1-9][0-9]{0,5}))?")


class Broken(RuntimeError):
    """What was to go wrong here."""


@dataclass(slots=True)
class Failpoint:
    """A place, what happens there, and at which of the next passes."""

    name: str
    left: int
    action: str = "kill"
    milliseconds: int = 0


_armed: dict[str, Failpoint] = {}


def parse(text: str) -> tuple[Failpoint, ...]:
    """Read the setting; ValueError names what is wrong."""
    return tuple(_parsed(part.strip()) for part in text.split(",") if part.strip())


def _parsed(part: str) -> Failpoint:
    found = _SHAPE.fullmatch(part)
    if found is None or found[1] not in POINTS:
        names = ", ".join(sorted(POINTS))
        raise ValueError(f"expected name:kill, name:raise or name:kill:2, the name one of {names}")
    if found[2] in {"delay", "hang"} and found[1] not in WAITING:
        raise ValueError(f"expected name:kill or name:raise: only {', '.join(sorted(WAITING))} can wait")
    return Failpoint(found[1], int(found[4] or 1), found[2], int(found[3] or 0))


def arm(points: Sequence[Failpoint]) -> None:
    """Let this happen at these places from now on, and nothing anywhere else."""
    _armed.clear()
    _armed.update({point.name: point for point in points})


def fault(name: str) -> None:
    """Pass a place."""
    point = _due(name)
    if point is not None:
        _strike(point)


async def stall(name: str) -> None:
    """Pass a place at which the code can wait."""
    point = _due(name)
    if point is None:
        return
    if point.action == "delay":
        await asyncio.sleep(point.milliseconds / 1000)
    elif point.action == "hang":
        await asyncio.Event().wait()
    else:
        _strike(point)


def _due(name: str) -> Failpoint | None:
    point = _armed.get(name)
    if point is None:
        return None
    point.left -= 1
    return None if point.left else point


def _strike(point: Failpoint) -> None:
    if point.action == "raise":
        raise Broken(point.name)
    if point.milliseconds:
        threading.Timer(point.milliseconds / 1000, _die).start()
    else:
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
