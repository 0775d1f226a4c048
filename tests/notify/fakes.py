"""A channel that does as it is told, and a clock that is moved by hand."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from domain.errors import DeliveryFailed
from domain.values import Address
from notify.channels import Outgoing
from notify.models import Delivery
from notify.notices import EVERY_WAY, Notice, Plan
from notify.outbox import put
from notify.sender import Sender
from tests.notify.samples import NOW

PERSON = Address("main", "o1")
ORDER = {
    "order": "SO1042K", "customer_name": "华强电子", "total": "1", "promised": "", "by": "小王", "at": NOW.isoformat(),
    "url": "", "audience": "customer", "goods": "A100 20箱", "reason": "",
}  # fmt: skip


@dataclass
class Hands:
    """A clock."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class FakeChannel:
    """Remembers what was sent; ``answers`` are raised or returned first, then everything succeeds.

    Like the platform, an idempotent one shows a key once: ``shown`` is what the person sees.
    """

    name: str = "template"
    idempotent: bool = True
    answers: list[DeliveryFailed | str | Callable[[], None]] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    shown: list[Outgoing] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0
    ids: "count[int]" = field(default_factory=lambda: count(1000))

    async def send(self, outgoing: Outgoing) -> str | None:
        self.sent.append(outgoing)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.answers.pop(0) if self.answers else str(next(self.ids))
        if callable(answer):
            answer()
            answer = str(next(self.ids))
        if isinstance(answer, DeliveryFailed):
            if answer.maybe_sent:
                self._show(outgoing)
            raise answer
        self._show(outgoing)
        return answer if self.idempotent else None

    def _show(self, outgoing: Outgoing) -> None:
        if not self.idempotent or outgoing.key not in {one.key for one in self.shown}:
            self.shown.append(outgoing)
            self.news.set()


@dataclass
class Post:
    """A hub with fake channels: puts notices, sends what is due, tells where they stand."""

    clock: Hands = field(default_factory=Hands)
    template: FakeChannel = field(default_factory=FakeChannel)
    custom: FakeChannel = field(default_factory=lambda: FakeChannel("custom", idempotent=False))
    rates: dict[str, float] = field(default_factory=dict)
    causes: "count[int]" = field(default_factory=lambda: count(1))

    def sender(self, worker: str = "w1") -> Sender:
        channels = {"main": {"template": self.template, "custom": self.custom}}
        return Sender(channels, clock=self.clock, worker=worker, chance=lambda: 0.5, rates=self.rates)

    async def put(self, notice: Notice = Notice.ORDER_CANCELLED, **changes) -> Delivery:
        plan = {"to": PERSON, "facts": ORDER, "why": "test", "order": None, "channels": EVERY_WAY, **changes}
        cause = f"event:{next(self.causes)}"
        await put(cause, [Plan(notice=notice, **plan)], now=self.clock())
        return await Delivery.get(cause=cause)

    async def send(self, sender: Sender | None = None) -> int:
        sender = sender or self.sender()
        done = 0
        while sent := await sender.send_due():
            done += sent
        return done
