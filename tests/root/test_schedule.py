"""The clock-driven jobs: each once per period whoever leads, some at every process, none by one that was deposed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import schedule
from domain import photographing, subscribing, tracking
from domain.fencing import Deposed, under
from domain.leading import LEASE, Leader, claim
from domain.models import Claim, ClaimPhoto, Earmark, JobRun, Product, ShortageOffer, Stock, StockLot
from domain.models.returns import ClaimKind, ClaimState
from domain.models.shipments import ParcelState
from domain.photonews import tell_of_photos
from domain.rules.wishes import Way, Wishes
from domain.values import Address
from notify.alerts.rules import Thresholds
from notify.models import Alert
from notify.notices import Notice, Plan
from notify.outbox import put
from schedule import Job, Schedule, jobs
from tests.digest import digest
from tests.domain.test_leading import Ticks, term_of
from tests.harness import Errors
from tests.notify.company import a_line, a_parcel, a_request, an_order, company

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Street:
    """Processes on one database and one clock, and what their jobs did."""

    def __init__(self, *names: str) -> None:
        self.ticks = Ticks()
        self.ran: list[tuple[str, str, datetime]] = []
        self.processes = {name: self._process(name) for name in names}

    def now(self) -> datetime:
        return START + timedelta(seconds=self.ticks.at - 1000)

    def _process(self, name: str) -> Schedule:
        async def leads(now: datetime) -> None:
            self.ran.append(("alerts", name, now))

        async def beats(now: datetime) -> None:
            self.ran.append(("heartbeat", name, now))

        made = (Job("alerts", 60, leads), Job("heartbeat", 10, beats, everywhere=True))
        return Schedule(made, self.now, Leader(name, self.ticks))

    async def look(self, *names: str) -> None:
        """What the ticker does, at these processes at once."""
        for job in range(2):
            await asyncio.gather(*(s._run(s._jobs[job]) for name in names if (s := self.processes[name])))

    async def pass_time(self, seconds: int, *names: str) -> None:
        for _ in range(seconds // 5):
            await self.look(*names)
            self.ticks.at += 5

    def alerts(self) -> list[tuple[str, int]]:
        """Who ran it, in which minute."""
        return [(name, int((at - START).total_seconds()) // 60) for job, name, at in self.ran if job == "alerts"]


async def test_a_job_runs_once_a_period_at_the_leader_and_a_sign_of_life_everywhere(db: str):
    street = Street("a", "b", "c")
    await street.pass_time(300, "a", "b", "c")
    leader = next(name for name, one in street.processes.items() if one.leads)
    assert street.alerts() == [(leader, minute) for minute in range(5)]
    assert {name for job, name, _ in street.ran if job == "heartbeat"} == {"a", "b", "c"}
    assert await JobRun.filter(ended_at__isnull=False).count() == 5


async def test_another_leads_when_the_leader_is_gone_and_no_period_runs_twice(db: str):
    street = Street("a", "b")
    await street.pass_time(60, "a", "b")
    first = next(name for name, one in street.processes.items() if one.leads)
    second = ({"a", "b"} - {first}).pop()
    await street.pass_time(120, second)
    # It wakes up again and believes nothing of the old days.
    await street.pass_time(60, first, second)
    minutes = [minute for _, minute in street.alerts()]
    assert minutes == sorted(set(minutes))
    assert set(minutes) == {0, 1, 2, 3}
    assert street.alerts()[0][0] == first
    assert street.alerts()[-1][0] == second


async def test_who_stops_gives_the_lead_to_the_next(db: str):
    street = Street("a", "b")
    await street.look("a")
    await street.processes["a"].stop()
    street.ticks.at += 5
    await street.look("b")
    assert (street.processes["a"].leads, street.processes["b"].leads) == (False, True)


async def test_a_job_that_fails_does_not_count_and_is_tried_in_the_next_period(db: str):
    ticks, tried, done = Ticks(), [], []

    async def fails(now: datetime) -> None:
        tried.append(now)
        raise ValueError

    made = Schedule((Job("bad", 60, fails),), lambda: START, Leader("a", ticks), lambda name, _: done.append(name))
    await made._run(made._jobs[0])
    await made._run(made._jobs[0])
    assert (len(tried), done) == (1, [])
    assert await JobRun.all().values_list("ended_at", flat=True) == [None]


async def test_a_job_at_work_ends_before_the_process_does(db: str, errors: Errors):
    begun, done = asyncio.Event(), []

    async def work(_: datetime) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        done.append("whole")

    made = Schedule((Job("slow", 60, work, everywhere=True),), lambda: START, Leader("a", Ticks()))
    made.start()
    await begun.wait()
    await made.stop()
    assert done == ["whole"]
    assert not errors.seen


async def test_a_job_that_does_not_end_is_left(db: str, errors: Errors, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schedule, "ENDING_SECONDS", 0.05)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(_: datetime) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    made = Schedule((Job("stuck", 60, work, everywhere=True),), lambda: START, Leader("a", Ticks()))
    made.start()
    await begun.wait()
    await made.stop()
    await asyncio.wait_for(ended.wait(), 1)
    assert not errors.seen


async def test_a_paused_leader_that_goes_on_in_the_middle_of_a_job_leaves_no_trace(db: str):
    """Each job finds work to do, is overtaken by another leader before it writes, and changes nothing."""
    await _work_for_every_job()
    ticks = Ticks()
    leader, other = Leader("a", ticks), Leader("b", ticks)
    old = await term_of(leader)
    await claim("alerts", 1, term=old, now=START - timedelta(days=3))
    await other.stand()
    ticks.at += LEASE
    assert await other.stand() == old + 1
    led = [job for job in _jobs() if not job.everywhere]
    assert {job.name for job in led} == {
        *("alerts", "carriers", "digests", "earmarks", "lots", "photos", "promises", "pushes", "shortages", "tidy"),
    }
    before = await digest(without=())
    for job in led:
        with under(old), pytest.raises(Deposed):
            await job.work(START)
        assert await digest(without=()) == before, job.name
    # The same work under the term that lasts is done.
    for job in led:
        with under(old + 1):
            await job.work(START)
        now = await digest(without=())
        assert now != before, job.name
        before = now


async def _work_for_every_job() -> None:
    await company()
    order = await an_order(placed_at=START - timedelta(days=9))
    lost = {"state": ParcelState.HANDED_OVER, "watched": "wanted", "watch_next_at": START}
    await a_parcel(order, shipped=START - timedelta(days=9), **lost)
    await a_request(await a_line(await an_order("SO1043M")))
    of_claim: dict[str, Any] = {
        "kind": ClaimKind.BROKEN,
        "state": ClaimState.ASKED,
        "asked_by": "小王",
        "asked_at": START,
    }
    claim_of = await Claim.create(order_id=order.id, **of_claim)
    sent: dict[str, Any] = {"account": "main", "openid": "o-小王", "medium": "m", "asked_at": START, "next_at": START}
    await ClaimPhoto.create(claim_id=claim_of.id, **sent)
    asked: dict[str, Any] = {"choices": ["send", "wait"], "fallback": "send", "deadline": START - timedelta(hours=1)}
    await ShortageOffer.create(order_number="SO1043M", **asked)
    await Alert.create(rule="order_held", subject="gone", live="order_held:gone", raised_at=START)
    await tracking.keep_push("kuaidi100", "no such token", "{}", True, now=START)
    await Stock.create(sku="E100", on_hand=5, reserved=5)
    await Earmark.create(draft="gone", owner=1, sku="E100", qty=5, until=START - timedelta(hours=1))
    await Product.create(sku="L100", name="胶水", base_unit="支", list_price=1, lots=True)
    await Stock.create(sku="L100", on_hand=5, by_lot=True)
    old: dict[str, Any] = {"expires_on": (START - timedelta(days=2)).date(), "received_at": START}
    await StockLot.create(sku="L100", warehouse="MAIN", code="K1", on_hand=5, **old)
    gathered = Wishes({"news": Way.DIGEST})
    plan = Plan(Address("main", "o-小王"), Notice.ANNOUNCEMENT, {"text": "", "by": ""}, "test", wishes=gathered)
    await put("test:1", [plan], now=START - timedelta(days=2))


def _jobs() -> tuple[Job, ...]:
    async def link(_: str) -> str:
        return ""

    async def nothing(*_: object) -> int:
        return 0

    async def watch_parcels(now: datetime) -> None:
        for parcel in await subscribing.due_watches(now=now):
            await subscribing.note_watched(parcel.shipment, "ok", now=now)

    async def fetch_photos(now: datetime) -> int:
        return len(await photographing.due_photos(now=now)) + await tell_of_photos(now=now)

    rest: dict[str, Any] = {
        "fetch_photos": fetch_photos,
        "wake": lambda: None,
        "prune": nothing,
        "resume": nothing,
        "beat": nothing,
    }
    return jobs(Thresholds(), link=link, watch_parcels=watch_parcels, **rest)
