"""Places at which a test may end the process as a power cut would; without ``arm`` nothing ever happens at them."""

import os
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

POINTS = frozenset(
    {
        "inbox.admitted",
        "order.committed",
        "message.answered",
        "events.routed",
        "delivery.claimed",
        "delivery.handed",
        "delivery.sent",
    }
)
_SHAPE = re.compile(r"([a-z.]+):kill(?::([1-9][0-9]{0,5}))?")


@dataclass(slots=True)
class Failpoint:
    """A place, and how many more times it is passed before the process dies there."""

    name: str
    left: int


_armed: dict[str, Failpoint] = {}


def parse(text: str) -> tuple[Failpoint, ...]:
    """Read ``name:kill[:nth]``, several divided by commas; ValueError names what is wrong."""
    return tuple(_parsed(part.strip()) for part in text.split(",") if part.strip())


def _parsed(part: str) -> Failpoint:
    found = _SHAPE.fullmatch(part)
    if found is None or found[1] not in POINTS:
        raise ValueError(f"expected name:kill or name:kill:2, the name one of {', '.join(sorted(POINTS))}")
    return Failpoint(found[1], int(found[2] or 1))


def arm(points: Sequence[Failpoint]) -> None:
    """Let the process die at these places from now on, and at no others."""
    _armed.clear()
    _armed.update({point.name: point for point in points})


def fault(name: str) -> None:
    """Pass a place; the process ends here at once, with nothing tidied up, if it is armed and its turn has come."""
    point = _armed.get(name)
    if point is None:
        return
    point.left -= 1
    if not point.left:
        os.kill(os.getpid(), signal.SIGKILL)
