"""People who order without end while the process is killed, or told to end, at any moment: what they were promised
is kept, nothing is doubled, and what was left over at a death is done within the time of a lease."""

import asyncio
import itertools
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.models import InboundMessage, Progress
from domain.models import Event, OrderLine
from notify.models import Delivery
from notify.outbox import UNFINISHED
from tests.crash.rounds import GLANCE, NUMBER, rest
from tests.crash.scene import AFTER_LEASE, BUYERS, Street
from tests.harness import Person, as_text

LOAD = (0.05, 0.6)
"""Seconds of work between two deaths."""
BREATH = 0.15
TAKES = 6
LONGEST = 60.0
_NEW = re.compile("已下单")
_YES_FITS = re.compile("请核对|没有处理好")
"""The draft was read back, or nobody knows whether a yes was heard: it may be said as often as one likes."""
_serial = itertools.count(1)
Tell = Callable[[int], None]


@dataclass
class Outcome:
    """What came of many deaths."""

    deaths: int = 0
    orders: int = 0
    left_over: int = 0
    """How many messages, events and notices were unfinished at a death."""
    longest: float = 0.0
    """Seconds on the shop's clock from a death until all of these were done."""
    slowest_end: float = 0.0
    problems: list[str] = field(default_factory=list)


class Siege:
    """Four people who order, each time another amount.

    ``said`` has the amounts with who said them, ``heard`` the numbers that they were told.
    """

    def __init__(self, street: Street) -> None:
        self.street = street
        self.said: dict[int, Person] = {}
        self.heard: list[str] = []
        self.gave_up: list[str] = []
        for person in BUYERS:
            # Nothing may be forgotten: what is new on a phone is told by how much stood there before.
            street.account.person(person.openid).remembered = sys.maxsize
        self._over = asyncio.Event()
        self._people: list[asyncio.Task[None]] = []

    def begin(self, people: Iterable[Person] = BUYERS) -> None:
        """Let them begin."""
        self._people = [asyncio.create_task(self._order_on(person), name=person.name) for person in people]

    async def end(self) -> list[str]:
        """Let them finish what they are about; everything that is wrong."""
        self._over.set()
        await asyncio.gather(*self._people)
        found = await rest(self.street)
        found += [f"no order came of {words}" for words in self.gave_up]
        told = Counter(number for person in BUYERS for number in self._told_as_new(person))
        found += [f"{number} was told {count} times as new" for number, count in told.items() if count > 1]
        lines = await OrderLine.all().select_related("order")
        booked = {line.order.number.removeprefix("SO"): int(line.qty) for line in lines}
        found += self._not_asked_for(booked)
        found += [f"I2 nobody was told of {number}" for number, qty in booked.items() if not self._shown(number, qty)]
        return found + [f"I1 {number} was told and does not exist" for number in set(self.heard) - set(booked)]

    def _not_asked_for(self, booked: Mapping[str, int]) -> list[str]:
        """Orders of an amount that nobody said, or that is another order already."""
        times = Counter(booked.values())
        found = [f"I2 nobody ordered {number}" for number, amount in booked.items() if amount not in self.said]
        return found + [f"I2 {amount} were ordered {count} times" for amount, count in times.items() if count > 1]

    def _shown(self, number: str, amount: int) -> bool:
        """Whether an order stands on the phone of who wrote it, in an answer or on a card."""
        return any(number in as_text(bubble) for bubble in self.street.heard(self.said.get(amount, BUYERS[0])))

    async def _order_on(self, person: Person) -> None:
        while not self._over.is_set():
            amount = next(_serial)
            self.said[amount] = person
            await self._order(person, f"下单 A100 {amount}个 明天送")
            await asyncio.sleep(BREATH)

    async def _order(self, person: Person, words: str) -> None:
        """Order, and say yes until there is a number. Whoever is not answered looks at the cards before they say it
        again: an answer that was on its way at a death is not repeated, and what is said half an hour later is
        meant."""
        answer = await self.ask(person, words, known=self.heard)
        for _ in range(TAKES):
            found = NUMBER.search(answer or self._carded(person, words))
            if found:
                self.heard.append(found[1])
                return
            # Asked for a yes, or put off with regrets: one says it again.
            answer = await self.ask(person, "确认" if _YES_FITS.search(answer) else words, known=self.heard)
        self.gave_up.append(f"{person.name}: {words}: {answer}")

    async def ask(self, person: Person, words: str, *, known: Sequence[str] = ()) -> str:
        """Say something and wait for the answer, at once or later; one about an order that is ``known`` is a late one
        to something else."""
        before = len(self._answers(person))
        await self.street.account.say(person.openid, words)
        until = time.monotonic() + LONGEST
        # Phones cannot call us.
        while not (answers := self._news(person, before, known)) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(GLANCE)
        return next((one for one in answers if NUMBER.search(one)), answers[-1] if answers else "")

    def _news(self, person: Person, before: int, known: Sequence[str]) -> list[str]:
        answers = self._answers(person)[before:]
        return [one for one in answers if not (found := NUMBER.search(one)) or found[1] not in known]

    def _carded(self, person: Person, words: str) -> str:
        """The card about what these words ordered, if one came."""
        goods = " ".join(words.split()[1:3])
        return next((text for card in self.street.cards(person) if goods in (text := as_text(card))), "")

    def _told_as_new(self, person: Person) -> list[str]:
        return [found[1] for one in self._answers(person) if _NEW.match(one) and (found := NUMBER.search(one))]

    def _answers(self, person: Person) -> list[str]:
        return [bubble.text for bubble in self.street.heard(person) if bubble.kind in {"out", "custom"}]


async def killed(street: Street, times: int, tell: Tell, *, chance: random.Random) -> Outcome:
    """Kill the process so many times under load; the database is open."""
    siege, outcome = Siege(street), Outcome()
    assert await street.start()
    siege.begin()
    for _ in range(times):
        await asyncio.sleep(chance.uniform(*LOAD))
        await street.child.kill()
        left = await unfinished()
        outcome.left_over += sum(map(len, left))
        street.forward(AFTER_LEASE)
        began = time.monotonic()
        assert await street.start()
        outcome.problems += await _done(left)
        outcome.longest = max(outcome.longest, AFTER_LEASE.total_seconds() + time.monotonic() - began)
        outcome.deaths += 1
        tell(outcome.deaths)
    outcome.problems += await siege.end()
    outcome.orders = len(siege.heard)
    await street.child.stop()
    return outcome


async def told_to_end(street: Street, times: int, tell: Tell, *, chance: random.Random) -> Outcome:
    """Restart the process in good order so many times under load: it ends with zero within ten seconds, and whatever
    it took in is answered by then."""
    siege, outcome = Siege(street), Outcome()
    assert await street.start()
    siege.begin()
    for _ in range(times):
        await asyncio.sleep(chance.uniform(*LOAD))
        began = time.monotonic()
        street.child.fork.signal(signal.SIGTERM)
        code = await street.child.ended(20)
        outcome.slowest_end = max(outcome.slowest_end, time.monotonic() - began)
        if code:
            outcome.problems.append(f"told to end, it ended with {code}")
        messages, _, _ = await unfinished()
        outcome.left_over += len(messages)
        assert await street.start()
        outcome.deaths += 1
        tell(outcome.deaths)
    outcome.problems += await siege.end()
    outcome.problems += [f"{outcome.left_over} messages were left in work"] if outcome.left_over else []
    outcome.orders = len(siege.heard)
    await street.child.stop()
    return outcome


Left = tuple[list[int], list[int], list[int]]


async def unfinished() -> Left:
    """The messages, events and notices that have not come to their end."""
    messages = await InboundMessage.filter(progress__not=Progress.SETTLED).values_list("id", flat=True)
    events = await Event.filter(routed_at__isnull=True).values_list("id", flat=True)
    deliveries = await Delivery.filter(state__in=UNFINISHED).values_list("id", flat=True)
    return [*messages], [*events], [*deliveries]  # type: ignore[list-item]


async def _done(left: Left) -> list[str]:
    until = time.monotonic() + LONGEST
    while still := [sorted({*before} & {*now}) for before, now in zip(left, await unfinished(), strict=True)]:
        if not any(still):
            return []
        if time.monotonic() > until:
            break
        await asyncio.sleep(GLANCE)
    return [f"I10 messages, events, notices {still} were never done"]
