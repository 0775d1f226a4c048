"""What people have set: quiet hours over midnight, rest days, public holidays, by table and by property."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.wishes import NOTHING_SET, Way, Wishes, wishes_of
from domain.rules.workdays import is_workday

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = Wishes(quiet=(time(22), time(8)))
NOON = Wishes(quiet=(time(12), time(13, 30)))
REST = Wishes(rest_days=True)
BOTH = Wishes(quiet=(time(22), time(8)), rest_days=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("wishes", "now", "until"),
    [
        (NOTHING_SET, "11-24T03:00", None),
        (NIGHT, "11-24T21:59", None),
        (NIGHT, "11-24T22:00", "11-25T08:00"),
        (NIGHT, "11-25T00:00", "11-25T08:00"),
        (NIGHT, "11-25T07:59", "11-25T08:00"),
        (NIGHT, "11-25T08:00", None),
        (NIGHT, "11-27T23:00", "11-28T08:00"),
        (NOON, "11-24T11:59", None),
        (NOON, "11-24T12:00", "11-24T13:30"),
        (NOON, "11-24T13:30", None),
        (REST, "11-27T23:59", None),
        (REST, "11-28T10:00", "11-30T00:00"),
        (REST, "10-01T10:00", "10-08T00:00"),
        (REST, "10-10T10:00", None),
        (BOTH, "11-27T23:00", "11-30T08:00"),
        (BOTH, "11-28T10:00", "11-30T08:00"),
        (BOTH, "02-14T23:00", "02-24T08:00"),
    ],
)
def test_quiet_until(wishes: Wishes, now: str, until: str | None):
    found = wishes.quiet_until(at(now), ZONE)
    assert found == (at(until) if until else None)
    assert found is None or found.tzinfo is UTC


CLOCK = st.times().map(lambda one: one.replace(second=0, microsecond=0))
ANY = st.builds(
    Wishes, quiet=st.none() | st.tuples(CLOCK, CLOCK).filter(lambda two: two[0] != two[1]), rest_days=st.booleans()
)
MOMENTS = st.integers(0, 60 * 24 * 700).map(lambda minutes: at("01-01T00:00") + timedelta(minutes=minutes))


@given(ANY, MOMENTS)
def test_nobody_is_disturbed_and_nothing_waits_for_ever(wishes: Wishes, now: datetime):
    until = wishes.quiet_until(now, ZONE)
    if until is None:
        assert not wishes.rest_days or is_workday(now.date())
        return
    assert now < until <= now + timedelta(days=14)
    assert wishes.quiet_until(until, ZONE) is None


@pytest.mark.parametrize(("now", "evening"), [("11-24T17:59", 24), ("11-24T18:00", 25), ("11-24T23:30", 25)])
def test_what_is_gathered_waits_for_the_next_evening(now: str, evening: int):
    assert NOTHING_SET.next_digest(at(now), ZONE) == datetime.combine(date(2026, 11, evening), time(18), ZONE)


def test_settings_survive_their_column():
    kept = Wishes({"parcels": Way.DIGEST, "claims": Way.OFF}, time(9, 30), (time(22), time(8)), rest_days=True)
    assert wishes_of(kept.kept()) == kept
    assert wishes_of(None) == wishes_of({}) == NOTHING_SET
