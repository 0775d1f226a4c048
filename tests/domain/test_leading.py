"""Who leads: one at a time, by signs of life that no clock is needed for, and no word of a deposed one counts."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain.fencing import Deposed, under
from domain.lane import Script, insert
from domain.leading import LEASE, TRUST, Leader, claim, end, forget_runs
from domain.models import JobRun, Leadership, Mark
from domain.transaction import transact, transact_script

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Ticks:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


async def stand_for(seconds: float, ticks: Ticks, *leaders: Leader) -> None:
    """So much time, in which these processes look every second."""
    until = ticks.at + seconds
    while ticks.at < until:
        for leader in leaders:
            await leader.stand()
        ticks.at += 1


async def term_of(leader: Leader) -> int:
    term = await leader.stand()
    assert term is not None
    return term


async def write(name: str) -> None:
    async def work() -> None:
        await Mark.create(name=name, value="", at=NOW)

    await transact(work)


async def write_fast(name: str) -> None:
    def script() -> Script[None]:
        yield insert(Mark, [{"name": name, "value": "", "at": NOW}])

    await transact_script(script)


WRITES = pytest.mark.parametrize("write", [write, write_fast])


async def test_the_first_leads_and_goes_on_leading(db: str, ticks: Ticks):
    first, second = Leader("first", ticks), Leader("second", ticks)
    await stand_for(3 * LEASE, ticks, first, second)
    assert (first.term, second.term) == (1, None)
    row = await Leadership.get()
    assert (row.holder, row.term) == ("first", 1)
    assert row.beat > 0


async def test_of_many_at_once_one_leads(db: str, ticks: Ticks):
    many = [Leader(f"p{n}", ticks) for n in range(8)]
    for _ in range(2):
        await asyncio.gather(*(leader.stand() for leader in many))
        assert [leader.term for leader in many if leader.term] == [1]
        ticks.at += 3


async def test_who_is_dead_is_followed_after_the_lease_and_not_sooner(db: str, ticks: Ticks):
    first, second = Leader("first", ticks), Leader("second", ticks)
    await stand_for(5, ticks, first, second)
    await stand_for(LEASE - 6, ticks, second)
    assert second.term is None
    await stand_for(10, ticks, second)
    assert second.term == 2


async def test_who_cannot_be_sure_any_more_stops_before_another_may_begin(db: str, ticks: Ticks):
    first, second = Leader("first", ticks), Leader("second", ticks)
    await stand_for(2, ticks, first, second)
    began = ticks.at
    while second.term is None:
        await second.stand()
        ticks.at += 0.5
        assert first.term is None or second.term is None
    assert TRUST < LEASE <= ticks.at - began + 2


async def test_a_look_that_took_long_is_no_proof_that_nobody_lives(db: str, ticks: Ticks):
    one, two = Leader("one", ticks), Leader("two", ticks)
    await one.stand()
    looking = asyncio.create_task(two.stand())
    await asyncio.sleep(0)
    ticks.at += TRUST
    await looking
    ticks.at += LEASE - TRUST + 1
    assert await two.stand() is None
    ticks.at += LEASE
    assert await two.stand() is not None


async def test_who_wakes_up_late_is_told_so_and_may_lead_again_later(db: str, ticks: Ticks):
    first, second = Leader("first", ticks), Leader("second", ticks)
    await stand_for(2, ticks, first, second)
    await stand_for(60, ticks, second)
    assert await first.stand() is None
    assert second.term == 2
    await second.resign()
    await stand_for(3, ticks, first)
    assert first.term == 3


async def test_given_back_it_is_taken_at_once(db: str, ticks: Ticks):
    first, second = Leader("first", ticks), Leader("second", ticks)
    await stand_for(2, ticks, first, second)
    await first.resign()
    ticks.at += 2
    assert await second.stand() == 2
    await first.resign()
    assert (await Leadership.get()).holder == "second"


async def test_a_process_that_is_alone_waits_for_nobody_and_gives_no_signs(db: str, ticks: Ticks):
    await Leader("gone", ticks).stand()
    alone = Leader("next", ticks, alone=True)
    assert await alone.stand() == 2
    ticks.at += 10 * LEASE
    assert await alone.stand() == 2
    assert (await Leadership.get()).beat == 0


@WRITES
async def test_what_a_deposed_leader_writes_is_not_kept(db: str, ticks: Ticks, write: Callable[[str], Awaitable[None]]):
    first, second = Leader("first", ticks), Leader("second", ticks)
    assert await first.stand() == 1
    with under(1):
        await write("in time")
        await stand_for(LEASE + 4, ticks, second)
        with pytest.raises(Deposed):
            await write("too late")
    await write("of no term")
    with under(2):
        await write("of the next")
    assert await Mark.all().order_by("id").values_list("name", flat=True) == ["in time", "of no term", "of the next"]


async def test_nobody_takes_over_in_the_middle_of_a_write(db: str, ticks: Ticks):
    """What begins under a term is committed before the next one begins: there is nothing in between."""
    first = Leader("first", ticks)
    term = await term_of(first)
    begun, seen = asyncio.Event(), []

    async def slow() -> None:
        begun.set()
        await Mark.create(name="slow", value="", at=NOW)
        # Another process would have to wait for us here.
        seen.extend([(await Leadership.get()).term for _ in range(20)])
        await Mark.filter(name="slow").update(value="done")

    async def overthrow() -> None:
        await begun.wait()
        await Leadership.filter(term=term).update(term=99)
        assert (await Mark.get(name="slow")).value == "done"

    with under(term):
        job = asyncio.create_task(transact(slow))
    await asyncio.gather(job, overthrow())
    assert set(seen) == {term}


async def test_a_period_is_claimed_once_and_an_unfinished_one_inherited_once(db: str, ticks: Ticks):
    leader = Leader("first", ticks)
    term = await term_of(leader)
    assert await claim("alerts", 7, term=term, now=NOW)
    assert not await claim("alerts", 7, term=term, now=NOW)
    assert await claim("alerts", 8, term=term, now=NOW)
    assert await claim("tidy", 7, term=term, now=NOW)
    await end("alerts", 7, term=term, now=NOW)
    await leader.resign()
    term = await term_of(Leader("second", ticks))
    assert not await claim("alerts", 7, term=term, now=NOW)
    assert await claim("alerts", 8, term=term, now=NOW)
    assert not await claim("alerts", 8, term=term, now=NOW)


async def test_a_deposed_leader_claims_and_ends_nothing(db: str, ticks: Ticks):
    leader = Leader("first", ticks)
    old = await term_of(leader)
    assert await claim("alerts", 7, term=old, now=NOW)
    await leader.resign()
    await Leader("second", ticks).stand()
    with pytest.raises(Deposed):
        await claim("alerts", 8, term=old, now=NOW)
    with pytest.raises(Deposed):
        await end("alerts", 7, term=old, now=NOW)
    assert await JobRun.all().values_list("period", "ended_at") == [(7, None)]


async def test_periods_of_days_ago_are_forgotten(db: str, ticks: Ticks):
    term = await term_of(Leader("first", ticks))
    await claim("alerts", 1, term=term, now=NOW - timedelta(days=3))
    await claim("alerts", 2, term=term, now=NOW)
    assert await forget_runs(now=NOW) == 1
    assert await JobRun.all().values_list("period", flat=True) == [2]
