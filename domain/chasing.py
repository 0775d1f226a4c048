"""People who ask for speed or for a person: the one in charge hears it, once in a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import StepRefused
from domain.events import HelpWanted, OrderChased
from domain.holding import held_as_read
from domain.models import Event, Order, OrderLine, Staff
from domain.recording import brought_about, record
from domain.rules.lifecycle import FINAL
from domain.rules.rights import CHASING, require
from domain.transaction import transact
from domain.values import Actor
from domain.wording import goods_of

CHASE_AGAIN = timedelta(hours=4)
HELP_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Chased:
    """Who was asked to hurry; ``repeated`` when they had been asked a short while ago."""

    number: str
    owner_name: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Called:
    """Who will call back."""

    owner_name: str
    repeated: bool


async def chase(number: str, *, by: Actor, now: datetime, cause: str = "") -> Chased:
    """Ask the one in charge of an order to hurry; within four hours once, and a second call per ``cause`` is answered
    as the first."""
    require(by, CHASING)
    return await transact(lambda: _chase(number, by, now, cause))


async def ask_for_person(topic: str, *, by: Actor, now: datetime) -> Called:
    """Ask the rep, or a manager, to call this person back; within ten minutes once."""
    return await transact(lambda: _call(topic, by, now))


async def _chase(number: str, by: Actor, now: datetime, cause: str) -> Chased:
    order = await held_as_read(number, by)
    owner = order.rep.name if order.rep is not None and order.rep.active else await owner_of(order.customer.code)
    if await brought_about(number, OrderChased, cause):
        return Chased(number, owner, repeated=False)
    if order.state in FINAL:
        raise StepRefused(number, order.state, "chase")
    if order.chased_at is not None and order.chased_at > now - CHASE_AGAIN:
        return Chased(number, owner, repeated=True)
    await Order.filter(id=order.id).update(chased_at=now)
    goods = goods_of(await OrderLine.filter(order_id=order.id).order_by("position"))
    await record(OrderChased(order=number, goods=goods), by=by, at=now, source=cause)
    return Chased(number, owner, repeated=False)


async def _call(topic: str, by: Actor, now: datetime) -> Called:
    owner = await owner_of(by.customer)
    source = f"help:{by.identity}"
    if await Event.filter(kind=HelpWanted.__name__, source=source, at__gt=now - HELP_AGAIN).exists():
        return Called(owner, repeated=True)
    event = HelpWanted(identity=by.identity, name=by.name, topic=topic, customer=by.customer)
    await record(event, by=by, at=now, source=source)
    return Called(owner, repeated=False)


async def owner_of(customer: str | None) -> str:
    """The name of the rep who looks after a customer, else of a manager; empty when there is neither."""
    staff = await Staff.filter(active=True).order_by("id")
    rep = next((one.name for one in staff if customer in one.customers), None)
    return rep or next((one.name for one in staff if "manager" in one.roles), "")
