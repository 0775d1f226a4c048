"""What we are talking about with one person: the open draft and the question asked last; kept for 24 hours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from weakref import WeakValueDictionary

from pydantic import TypeAdapter

from bot.models import Dialogue
from domain import lane
from domain.commands import NO_BARGAIN, NO_DETAILS, Bargain, Change, Details
from domain.lane import Script, Statement
from domain.values import Address

MEMORY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of the draft as far as it is known; ``text`` is what was written, ``candidates`` what it may mean.

    ``base_qty`` is missing while product, quantity or unit is unknown; ``sure`` once an unusual quantity was repeated;
    ``called`` are words that we had to ask about: a name worth learning when the order is booked;
    ``cut`` when the price comes from a discount on the whole order.
    """

    sku: str | None
    qty: Decimal | None = None
    unit: str | None = None
    base_qty: Decimal | None = None
    price: Decimal | None = None
    price_unit: str | None = None
    text: str = ""
    candidates: tuple[str, ...] = ()
    sure: bool = False
    called: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is being written. ``key`` makes at most one order of it; ``version`` counts its changes.

    ``bargain`` is what was said about its price as a whole.
    """

    key: str
    customer: str | None
    candidates: tuple[str, ...] = ()
    lines: tuple[DraftLine, ...] = ()
    details: Details = NO_DETAILS
    version: int = 1
    doubts: tuple[str, ...] = ()
    bargain: Bargain = NO_BARGAIN


@dataclass(frozen=True, slots=True)
class Question:
    """What we asked last. ``options`` are what the numbers 1, 2, 3 … stand for, ``position`` the line it is about.

    ``heard_at`` is the platform's time of the message that we answered with it: an older answer does not count.
    """

    kind: str
    options: tuple[str, ...] = ()
    position: int | None = None
    subject: str | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What we offered a message to mean; a yes that was sent before ``heard_at`` is not about it."""

    text: str
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a booked order that was read back; a yes carries it out on the ``version`` that was seen."""

    number: str
    ops: tuple[Change, ...]
    details: Details
    version: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was sent, by the platform's number of it, and when."""

    medium: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """The state of a conversation. ``booked`` is the order that the last draft became, at ``booked_at``.

    A ``proposal`` lies over the ``question`` for one message. ``claim`` is what pictures belong to, since
    ``claimed_at``; ``pictures`` are those that came before there was one.
    """

    draft: Draft | None = None
    question: Question | None = None
    focus: str | None = None
    last_order: str | None = None
    booked: str | None = None
    booked_at: datetime | None = None
    misses: int = 0
    amendment: Amendment | None = None
    proposal: Proposal | None = None
    claim: str | None = None
    claimed_at: datetime | None = None
    pictures: tuple[Picture, ...] = ()


NEW = Talk()

_form = TypeAdapter(Talk)
_locks: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()


class Overtaken(Exception):
    """Another process answered this person in the meantime: the message has to be worked on anew."""


@asynccontextmanager
async def alone_with(person: Address) -> AsyncIterator[None]:
    """Hold the one lock of this person, so that two of their messages are never answered at the same time."""
    lock = _locks.get(person)
    if lock is None:
        lock = _locks[person] = asyncio.Lock()
    async with lock:
        yield


def talk_in(row: Dialogue, *, now: datetime) -> tuple[Talk, int]:
    """What we are talking about, a fresh start when the last word was more than 24 hours ago; and its version."""
    return (NEW if now - row.touched_at > MEMORY else _form.validate_python(row.state)), row.version


def remember(person: Address, talk: Talk, version: int, *, now: datetime) -> Script[None]:
    """Keep the state of the conversation, in the unit that settles the message.

    Raises ``Overtaken`` when it is no longer the one that was recalled as ``version``.
    """
    state = _form.dump_python(talk, mode="json")
    here = {"account": person.account, "openid": person.openid, "state": state, "touched_at": now}
    if version == 0:
        done = yield lane.insert(Dialogue, [here], then="ON CONFLICT (account, openid) DO NOTHING")
    else:
        done = yield Statement(
            "UPDATE dialogue SET state = ?, touched_at = ?, version = version + 1"
            " WHERE account = ? AND openid = ? AND version = ?",
            (lane.json_of(Dialogue, "state", state), now, person.account, person.openid, version),
        )
    if not done.count:
        raise Overtaken


async def forget(person: Address) -> None:
    """Forget everything that was said, as when somebody leaves."""
    await Dialogue.filter(account=person.account, openid=person.openid).delete()
