"""A week of a simulated company: what went wrong, who was told why, what they did.

``python -m tests.notify.week`` reads it out. Chance has a seed and the clock is moved: a week takes seconds.
"""

import asyncio
import contextlib
import heapq
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from rich.console import Console

from domain.database import close_database, migrate, open_database
from domain.errors import AlertNotFound, AlertTaken
from domain.models import Order, OrderLine, Shipment
from domain.models.shipments import ParcelState
from domain.rules.lifecycle import OrderState
from notify.alerts import acting
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.channels import Outgoing
from notify.models import Alert, Delivery
from notify.notices import Notice
from notify.sender import Sender
from templates import zone
from tests.notify.company import STAFF, a_line, a_parcel, actor, an_order, company
from tests.notify.fakes import FakeChannel

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""A Monday, eight in the morning in the shop."""
DAYS = 7
TICK = timedelta(minutes=30)
LIMITS = Thresholds()
TO_ACT = frozenset({Notice.ALERT_RAISED, Notice.ALERT_ESCALATED})
_WEEKDAYS = "一二三四五六日"
Step = Callable[[], Awaitable[None]]


@dataclass
class Trouble:
    """Something that is wrong, as the world knows it: which rule must find it, about which order, from when until."""

    rule: str
    order: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Word:
    """One word to one person about one alert, and why it was said."""

    at: datetime
    who: str
    alert: int
    notice: str
    why: str


@dataclass
class Week:
    """The company on its way through the week; ``acts`` are when something was done about an alert."""

    seed: int
    now: datetime = START
    log: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    acts: list[tuple[datetime, int]] = field(default_factory=list)
    _phones: FakeChannel = field(default_factory=FakeChannel)
    _agenda: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _read: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    async def run(self) -> None:
        """Live through it, half an hour at a time."""
        await company()
        sender = Sender({"main": {"template": self._phones}}, clock=lambda: self.now, worker="week")
        for _ in range(int(timedelta(days=DAYS) / TICK)):
            while self._agenda and self._agenda[0][0] <= self.now:
                await heapq.heappop(self._agenda)[2]()
            if 8 <= self.now.astimezone(zone()).hour < 18 and self._chance.random() < 0.24:
                await self._order()
            await watch(LIMITS, now=self.now)
            while await sender.send_due():
                pass
            self._hear()
            self.now += TICK

    async def words(self) -> list[Word]:
        """All that was said about alerts to those who must act, oldest first; a message about many counts for each."""
        rows = await Delivery.filter(notice__in=sorted(TO_ACT)).order_by("id")
        return [
            Word(row.created_at, row.openid.removeprefix("o-"), int(number[1:]), row.notice, row.why.split(":")[1])
            for row in rows
            for number in (row.facts["alert"], *row.facts.get("numbers", ()))
        ]

    def _note(self, text: str) -> None:
        local = self.now.astimezone(zone())
        self.log.append(f"周{_WEEKDAYS[local.weekday()]} {local:%H:%M} {text}")

    def _at(self, hours: float, step: Step) -> None:
        heapq.heappush(self._agenda, (self.now + timedelta(hours=hours), next(self._numbers), step))

    async def _order(self) -> None:
        number = f"SO{3000 + next(self._numbers)}K"
        if self._chance.random() < 0.4:
            await self._held(number)
        else:
            await self._parcel(number)

    async def _held(self, number: str) -> None:
        await an_order(number, state=OrderState.AWAITING_APPROVAL, placed_at=self.now)
        self._note(f"订单 {number} 等审核")
        trouble = self._trouble("order_held", number, self.now + LIMITS.held)

        async def decided() -> None:
            await Order.filter(number=number).update(state=OrderState.REJECTED)
            self._over(trouble, f"订单 {number} 审了")

        self._at(self._chance.uniform(0.5, 30), decided)

    async def _parcel(self, number: str) -> None:
        promised = self.now.astimezone(zone()).date() + timedelta(days=2)
        order = await an_order(number, promised_date=promised, placed_at=self.now)
        await a_line(order, shipped=100)
        parcel = await a_parcel(order, shipped=self.now)
        self._note(f"订单 {number} 发货")
        unscanned = self._trouble("no_first_scan", number, self.now + LIMITS.parcels.first_scan)
        midnight = datetime.combine(promised + timedelta(days=1), datetime.min.time(), zone()).astimezone(UTC)
        late = self._trouble("delivery_overdue", number, midnight)
        mine = Shipment.filter(id=parcel.id)

        async def scanned() -> None:
            await mine.update(state=ParcelState.COLLECTED, first_scan_at=self.now, last_news_at=self.now)
            self._over(unscanned, f"订单 {number} 揽收")
            silent = self._trouble("carrier_silent", number, self.now + LIMITS.parcels.silence)

            async def delivered() -> None:
                await mine.update(state=ParcelState.DELIVERED, delivered_at=self.now, last_news_at=self.now)
                await OrderLine.filter(order_id=order.id).update(delivered=100_000)
                silent.until = self.now
                self._over(late, f"订单 {number} 送到")

            self._at(self._chance.uniform(5, 80), delivered)

        self._at(self._chance.uniform(1, 40), scanned)

    def _trouble(self, rule: str, number: str, since: datetime) -> Trouble:
        self.troubles.append(trouble := Trouble(rule, number, since))
        return trouble

    def _over(self, trouble: Trouble, text: str) -> None:
        trouble.until = self.now
        self._note(text)

    def _hear(self) -> None:
        shown, self._read = self._phones.shown[self._read :], len(self._phones.shown)
        for one in shown:
            who = one.to.openid.removeprefix("o-")
            self._note(f"　→ {who}：{one.voice('text').splitlines()[0]}")
            if one.notice in TO_ACT:
                self._at(self._chance.uniform(0.1, 1.5), self._answering(who, one))

    def _answering(self, who: str, one: Outgoing) -> Step:
        async def answer() -> None:
            for number in (str(one.facts["alert"]), *one.facts.get("numbers", ())):
                await self._act(who, number)

        return answer

    async def _act(self, who: str, number: str) -> None:
        roll, by = self._chance.random(), await actor(who)
        colleague = self._chance.choice([name for name in STAFF if name != who])
        with contextlib.suppress(AlertNotFound, AlertTaken):
            if roll < 0.5:
                await acting.acknowledge(number, by=by, now=self.now)
                said = f"收到 {number}"
            elif roll < 0.6:
                await acting.snooze(number, timedelta(hours=2), by=by, now=self.now)
                said = f"{number} 2小时"
            elif roll < 0.65:
                await acting.dismiss(number, by=by, now=self.now)
                said = f"{number} 误报"
            elif roll < 0.75:
                await acting.pass_on(number, colleague, by=by, now=self.now)
                said = f"{number} 转 {colleague}"
            else:
                return
            self.acts.append((self.now, int(number[1:])))
            self._note(f"　{who} 说：{said}")


def told_twice(words: list[Word], acts: list[tuple[datetime, int]]) -> list[tuple[Word, Word]]:
    """Two words to one person about one thing, with less than a day and no act about it between them."""
    before: dict[tuple[str, int], Word] = {}
    found = []
    for word in words:
        key = (word.who, word.alert)
        last = before.get(key)
        if last is not None and word.at - last.at < LIMITS.repeat and not _acted(acts, last, word):
            found.append((last, word))
        before[key] = word
    return found


def _acted(acts: list[tuple[datetime, int]], last: Word, word: Word) -> bool:
    return any(alert == word.alert and last.at <= at <= word.at for at, alert in acts)


def unseen(troubles: list[Trouble], alerts: list[Alert], end: datetime) -> list[Trouble]:
    """What was wrong for longer than one look takes, and became no alert at the first look."""
    raised = {(one.rule, one.order_number, one.raised_at) for one in alerts}
    return [
        one
        for one in troubles
        if (one.until or end) > one.since + TICK
        and not any(
            rule == one.rule and order == one.order and timedelta() <= at - one.since < TICK
            for rule, order, at in raised
        )
    ]


def silent_ones(alerts: list[Alert], end: datetime) -> list[Alert]:
    """Live alerts that nobody has in hand, of which nobody was told within a day, and which nothing else explains."""
    return [
        one
        for one in alerts
        if one.state == "open"
        and not one.why.startswith("inhibited:")
        and (one.told_at is None or end - one.told_at > LIMITS.repeat + TICK)
    ]


async def _read_out() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{Path(folder) / 'week.sqlite3'}"
        await migrate(url)
        await open_database(url)
        try:
            week = Week(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
            await week.run()
            words, alerts = await week.words(), await Alert.all()
        finally:
            await close_database()
    tell = Console(width=160, highlight=False, markup=False).print
    for line in week.log:
        tell(line)
    hidden = sum(not one.told for one in alerts)
    tell(f"{len(alerts)} alerts, {len(words)} words, {len(week.acts)} answers, {hidden} hidden")
    for name, found in (
        ("told twice", told_twice(words, week.acts)),
        ("unseen", unseen(week.troubles, alerts, week.now)),
        ("silent", silent_ones(alerts, week.now)),
    ):
        tell(f"{name}: {found}")
    tell(f"reasons: {sorted({one.why for one in words} | {one.why for one in alerts})}")


if __name__ == "__main__":
    asyncio.run(_read_out())
