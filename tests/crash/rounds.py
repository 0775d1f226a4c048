"""One round: people do something, the process dies at a named place, is started again, and everything is as if it had
not died. The books, the phones and the time that it took are looked at each time."""

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp

from domain.models import Order
from notify.models import Alert, Delivery, DeliveryState
from notify.notices import Notice
from tests.checker import Evidence, acks_of, notices, violations
from tests.checker.notices import DEAD
from tests.crash.scene import AFTER_LEASE, Street
from tests.harness import LI, QIANG, WANG, Person, as_text

TOLD = (WANG, LI)
GLANCE = 0.02
PATIENCE = 35.0
MOST_LATERS = 12
NUMBER = re.compile(r"\b(\d{4,}[A-HJ-KM-NP-Z])\b")
Act = Callable[[], Awaitable[object]]
_serial = itertools.count(1)


@dataclass
class Round:
    """What came of one: everything that is wrong, and how long it took until nothing was left over."""

    problems: list[str] = field(default_factory=list)
    resumed: float = 0.0
    """Seconds on the shop's clock from the death until all pending work was done."""


Trial = Callable[[Street, str], Awaitable[Round]]


async def an_order(street: Street, failpoints: str) -> Round:
    """小王 orders and confirms; in the end there is one order more, and both who are to hear of it did so once."""

    async def act() -> None:
        await street.account.say(WANG.openid, f"下单 A100 {next(_serial)}个 明天送")
        await street.account.say(WANG.openid, "确认")

    before, heard = await Order.all().count(), len(numbers(street, WANG))
    came = await survived(street, failpoints, act)
    new = numbers(street, WANG)[heard:]
    gained = {"orders": await Order.all().count() - before, "numbers heard": len(new)}
    for person in TOLD:
        # Of older orders alerts may tell, for days go by.
        gained[f"cards of {person.name}"] = sum(
            any(one in as_text(card) for one in new) for card in street.cards(person)
        )
    came.problems += [f"{number} came of it: {what}" for what, number in gained.items() if number != 1]
    return came


async def an_order_after_hours(street: Street, failpoints: str) -> Round:
    """The same when the access token has run out."""
    street.forward(timedelta(hours=3))
    return await an_order(street, failpoints)


async def an_alert(street: Street, failpoints: str) -> Round:
    """A parcel is scanned by nobody for a day: 阿强, who handed it over, hears of it once."""
    street.forward(timedelta(minutes=1))
    assert await street.start()
    # Wanted so late that it is not overdue as well, however near to midnight it is.
    await street.account.say(WANG.openid, f"下单 A100 {next(_serial)}个 大后天送")
    await street.account.say(WANG.openid, "确认")
    await rest(street)
    number = numbers(street, WANG)[-1]
    await street.account.say(QIANG.openid, f"发货 {number[:-1]} 顺丰 SF13{next(_serial):011}")
    await rest(street)
    await street.child.stop()
    street.forward(timedelta(hours=25))

    async def alerts() -> int:
        told = Delivery.filter(notice=Notice.ALERT_RAISED, openid=QIANG.openid)
        return await told.filter(order_number__endswith=number).count()

    async def nothing() -> None:
        """It happens by itself."""

    came = await survived(street, failpoints, nothing)
    assert await street.start()
    until = time.monotonic() + PATIENCE
    # The clock-driven jobs begin some moments after the start.
    while not await alerts() and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(GLANCE)
    await rest(street)
    if (told := await alerts()) != 1:
        came.problems.append(f"the alert was told {told} times")
    # It stays true: without a word from him it would be told once more with those of the rounds to come.
    alert = await Alert.get(order_number__endswith=number)
    await street.account.say(QIANG.openid, f"A{alert.id} 误报")
    await street.child.stop()
    return came


async def survived(street: Street, failpoints: str, act: Act) -> Round:
    """Let people act while the process dies, start it again, and wait until nothing is left over."""
    doing: asyncio.Task[object] | None = None
    if await street.start(failpoints):
        doing = asyncio.ensure_future(act())
    came = Round()
    try:
        code = await street.child.ended(20)
    except TimeoutError:
        came.problems.append(f"{failpoints} was never passed")
        await street.child.kill()
    else:
        came.problems += [] if code == -9 else [f"{failpoints} ended it with {code}"]
    street.forward(AFTER_LEASE)
    began = time.monotonic()
    if not await street.start():
        came.problems.append("it died again")
    await (doing if doing is not None else act())
    came.problems += await rest(street)
    came.resumed = AFTER_LEASE.total_seconds() + time.monotonic() - began
    if (code := await street.child.stop()) != 0:
        came.problems.append(f"told to end, it ended with {code}")
    return came


async def rest(street: Street, seconds: float = PATIENCE) -> list[str]:
    """Wait until nothing is left to do, and judge; what is wrong, in words. The database is open."""
    until = time.monotonic() + seconds
    while True:
        await street.platform.settled()
        if not await _left(street):
            seen = len(street.platform.journal.entries())
            found = await judged(street)
            # Something new may have begun while we judged: a receipt came, or a job saw that its time had come.
            still = seen == len(street.platform.journal.entries())
            if not found or (still and not any(one.startswith("I10") for one in found)):
                return found
        if time.monotonic() > until:
            return await judged(street)
        await asyncio.sleep(GLANCE)


async def rest_later(street: Street, step: timedelta) -> list[str]:
    """Let time pass, a step at a time, until everything that is to be tried again was; what is wrong then."""
    found: list[str] = []
    for _ in range(MOST_LATERS):
        if not (found := await rest(street, 1)):
            break
        await _pass(street, step)
    return found


async def _pass(street: Street, step: timedelta) -> None:
    street.forward(step)
    try:
        async with aiohttp.ClientSession() as session:
            # What falls due may fail over a bad wire: the answer says so, and it is done later.
            await session.post(f"{street.child.url}/demo/clock", json={"seconds": step.total_seconds()})
    except aiohttp.ClientError:
        # It is being started; it begins at the time to which the street was moved.
        await street.child.ready()


async def judged(street: Street) -> list[str]:
    """What is wrong. Of what ended badly one thing is expected: a plain message that was on its way at a death is not
    repeated, for nobody would drop a second copy; it is shown as unsure."""
    dead = Delivery.filter(state__in=DEAD).exclude(notice=Notice.REPLY, state=DeliveryState.UNSURE)
    ended = [f"I10 {row.notice} of {row.cause} is {row.state} {row.last_code}" for row in await dead]
    return ended + await violations(evidence(street))


def evidence(street: Street) -> Evidence:
    """What the platform has seen."""
    journal = street.platform.journal.entries()
    dedupe = street.account.honours_client_msg_id
    return Evidence(street.platform.clock(), journal, acks_of(journal), dedupe=dedupe, may_die=True)


async def _left(street: Street) -> list[str]:
    return await notices.at_rest(now=street.platform.clock(), patient=False, may_die=True)


def numbers(street: Street, person: Person) -> list[str]:
    """The numbers of orders that were said to this person, each once, in the order in which they were heard."""
    found = [NUMBER.findall(bubble.text) for bubble in street.heard(person) if bubble.kind in {"out", "custom"}]
    return list(dict.fromkeys(itertools.chain.from_iterable(found)))


ORDINARY = (
    "message.opened",
    "inbox.inserted",
    "inbox.admitted",
    "message.answered",
    "order.numbered",
    "order.written",
    "order.recorded",
    "order.committed",
    "events.routed",
    "delivery.claimed",
    "delivery.handed",
    "request.unread",
    "delivery.sent",
    "delivery.marked",
)
TWICE = frozenset({"message.opened", "inbox.inserted", "inbox.admitted", "message.answered"})
"""Passed by the order and again by the yes."""
TRIALS: Mapping[str, Trial] = {
    **dict.fromkeys(ORDINARY, an_order),
    "message.deferred": an_order,
    "token.fetched": an_order_after_hours,
    "alert.told": an_alert,
}
"""What is done so that a place is passed while the service runs."""


def armed(name: str, turn: int) -> str:
    """The setting for the n-th round at this place."""
    if name == "message.deferred":
        return f"inbox.admitted:delay(5000):{1 + turn % 2},message.deferred:kill"
    return f"{name}:kill:{1 + turn % 2}" if name in TWICE else f"{name}:kill"
