"""The whole of a shop's day with a fault at its n-th step, for every n: the n-th SQL statement or the n-th request to
the platform fails, or is the last thing that the process does. After each the day is gone through to its end."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.models import Order
from tests.crash.rounds import judged, rest_later
from tests.crash.scene import AFTER_LEASE, Street
from tests.crash.siege import Outcome, Siege, Tell
from tests.harness import CHEN, LI, QIANG, WANG, Person

STATEMENTS = ("kill", "error")
REQUESTS = ("kill", "killed_after", "error", "lost")
LATER = timedelta(seconds=40)
_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Step:
    """What fails: the n-th ``statement`` or ``request`` since the start of the process, and how."""

    kind: str
    nth: int
    action: str

    def as_json(self) -> dict[str, Any]:
        """As the process is told."""
        return {"kind": self.kind, "nth": self.nth, "action": self.action}

    @property
    def deadly(self) -> bool:
        """Whether the process dies of it."""
        return self.action.startswith("kill")


async def swept(street: Street, kind: str, action: str, tell: Tell, *, first: int = 1, every: int = 1) -> Outcome:
    """Days with a fault at the first step, the next, and so on, until a day has no such step; the database is open."""
    outcome = Outcome()
    for nth in itertools.count(first, every):
        found, struck = await a_day_with(street, Step(kind, nth, action))
        outcome.problems += [f"{kind} {nth} {action}: {what}" for what in found]
        outcome.orders += 2
        if not struck:
            return outcome
        outcome.deaths += 1
        tell(outcome.deaths)
    raise AssertionError("unreachable")


async def a_day_with(street: Street, step: Step) -> tuple[list[str], bool]:
    """One day; what is wrong after it, and whether the fault was met."""
    before = await Order.all().count()
    seen = street.child.log.count(b"sabotage ")
    street.child.sabotage = step.as_json()
    day = Day(street)
    living = asyncio.create_task(day.live(), name="day")
    guard = asyncio.create_task(_kept_alive(street), name="guard")
    try:
        problems = await living
        problems += await rest_later(street, LATER)
    finally:
        guard.cancel()
        await asyncio.gather(guard, return_exceptions=True)
    struck = street.child.log.count(b"sabotage ") > seen
    problems += await judged(street)
    if (booked := await Order.all().count() - before) != 2:
        problems.append(f"{booked} orders came of two")
    await street.child.stop()
    return problems, struck


async def _kept_alive(street: Street) -> None:
    """Start the process, and again when it ends, as the operating system does."""
    await street.launch()
    street.child.sabotage = None
    while True:
        await asyncio.shield(asyncio.wrap_future(street.child.fork.end))
        street.forward(AFTER_LEASE)
        await street.launch()


class Day:
    """Two orders: one is shipped, one is held, approved and taken back."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self.siege = Siege(street)

    async def live(self) -> list[str]:
        """Go through it, and say everything again that was not done."""
        first = await self._insist(WANG, f"下单 A100 {next(_serial)}个 明天送")
        held = await self._insist(LI, f"给华强下 A100 {next(_serial)}个 15块一个 明天送")
        await self._until(CHEN, f"同意 {held[:-1]}", ("已同意", "已由陈姐"))
        await self._until(QIANG, f"发货 {first} 顺丰 SF{next(_serial):013}", ("已发货",))
        await self._until(WANG, f"查订单 {first}", ("已发货",))
        await self._until(LI, f"取消 {held}", ("已取消",), sure="1")
        return [f"no order came of {words}" for words in self.siege.gave_up]

    async def _insist(self, person: Person, words: str) -> str:
        await self.siege._order(person, words)
        return self.siege.heard[-1] if self.siege.heard else "0"

    async def _until(self, person: Person, words: str, fit: Sequence[str], *, sure: str = "") -> None:
        """Say it until the answer fits; ``sure`` is the answer to the question whether one is."""
        answer = ""
        for _ in range(6):
            answer = await self.siege.ask(person, words)
            if sure and not any(word in answer for word in fit):
                answer = await self.siege.ask(person, sure)
            if any(word in answer for word in fit):
                return
        self.siege.gave_up.append(f"{person.name}: {words}: {answer}")
