"""Deliveries as operators see them."""

from datetime import timedelta

import pytest

from domain.errors import DeliveryFailed
from notify.listing import deliveries, life_of, pending, prune, retry_delivery
from notify.models import Delivery, DeliveryState
from tests.notify.fakes import Post
from tests.notify.samples import NOW
from tests.notify.test_retry import code


@pytest.fixture
def post(db) -> Post:
    return Post()


async def test_a_list_says_where_each_one_stands_and_why(post: Post):
    await post.put(order="SO1042K")
    await post.put()
    post.template.answers = [code(47003)]
    await post.send()
    newest, oldest = await deliveries()
    assert (oldest.state, oldest.code, oldest.why, oldest.attempts) == (
        DeliveryState.HELD, "47003 content", "test", 1,
    )  # fmt: skip
    assert newest.state is DeliveryState.SENT
    assert [row.id for row in await deliveries("held")] == [oldest.id]
    assert [row.id for row in await deliveries(order="SO1042K")] == [oldest.id]
    assert await deliveries("given_up") == []


async def test_given_up_is_sent_again_on_request_with_a_key_of_its_own(post: Post):
    row = await post.put()
    post.template.answers = [code(47003)]
    await post.send()
    post.clock.forward(hours=30)
    assert await retry_delivery(row.id, now=post.clock())
    assert not await retry_delivery(999, now=post.clock())
    await post.send()
    await row.refresh_from_db()
    assert row.state is DeliveryState.SENT
    assert len({one.key for one in post.template.sent}) == 2
    assert not await retry_delivery(row.id, now=post.clock())


async def test_figures_count_what_waits(post: Post):
    assert (await pending()).oldest is None
    await post.put()
    await post.put()
    post.template.answers = [code(-1)]
    await post.send()
    figures = await pending()
    assert figures.by_state == {"failed": 1, "sent": 1}
    assert (figures.oldest, figures.open_alerts) == (NOW, 0)


async def test_old_ends_are_dropped_and_what_waits_is_kept(post: Post):
    await post.put()
    await post.send()
    await post.put()
    assert await prune(now=NOW + timedelta(days=89)) == 0
    assert await prune(now=NOW + timedelta(days=91)) == 1
    assert [row.state for row in await Delivery.all()] == [DeliveryState.DUE]


async def test_the_life_of_a_notice_is_told_from_the_decision_to_the_end(post: Post):
    row = await post.put()
    post.template.answers = [code(-1), DeliveryFailed("timeout", maybe_sent=True, kind="ambiguous")]
    await post.send()
    waiting = await life_of(row.id)
    assert [(one.what, one.why) for one in waiting] == [
        ("planned", "test"), ("try", "-1"), ("failed", "-1 transient"),
    ]  # fmt: skip
    for _ in range(2):
        post.clock.forward(seconds=40)
        await post.send()
    life = await life_of(row.id)
    assert [one.why for one in life[1:-1]] == ["-1", "timeout, outcome unknown", "0"]
    assert (life[-1].what, life[-1].channel) == ("sent", "template")
    assert [one.at for one in life] == sorted(one.at for one in life)
    assert await life_of(row.id + 1) == []
