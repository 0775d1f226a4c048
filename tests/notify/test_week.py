"""A week of a simulated company: nobody is told twice about one thing, and nothing that is wrong stays unseen."""

import pytest

from notify.models import Alert
from tests.notify.week import START, TICK, Trouble, Week, Word, silent_ones, told_twice, unseen


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_is_told_twice_and_nothing_stays_unseen(db: str) -> None:
    week = Week(seed=7)
    await week.run()
    words, alerts = await week.words(), await Alert.all()
    assert told_twice(words, week.acts) == []
    assert unseen(week.troubles, alerts, week.now) == []
    assert silent_ones(alerts, week.now) == []
    assert [one for one in alerts if not one.why] == []
    # It was a week in which everything happened.
    assert {"first", "unacknowledged", "snooze_over", "passed", "still_true"} <= {one.why for one in words}
    assert any(not one.told for one in alerts)
    assert len(week.log) > 200


def test_the_judges_can_find_fault() -> None:
    word = Word(START, "阿强", 1, "ALERT_RAISED", "first")
    again = Word(START + TICK, "阿强", 1, "ALERT_RAISED", "repeated")
    assert told_twice([word, again], []) == [(word, again)]
    assert told_twice([word, again], [(START, 1)]) == []
    trouble = Trouble("order_held", "SO1K", START)
    assert unseen([trouble], [], START + 2 * TICK) == [trouble]
    assert unseen([trouble], [], START + TICK) == []
    quiet = Alert(rule="order_held", subject="SO1K", raised_at=START)
    assert silent_ones([quiet], START) == [quiet]
