"""What could not be told: held, shown at the next word of its person, and reported to whoever looks after them."""

from datetime import timedelta

import pytest

from domain.models import Identity
from domain.values import Address
from domain.watching import Condition
from notify import listing
from notify.alerts.troubles import unreached_customers
from notify.missed import show_missed
from notify.models import Delivery, DeliveryState
from notify.notices import CUSTOM, Notice
from notify.outbox import queue_reply
from tests.notify.company import company, openid
from tests.notify.fakes import ORDER, PERSON, Post
from tests.notify.samples import NOW
from tests.notify.test_retry import code


@pytest.fixture
def post(db) -> Post:
    return Post()


async def silent(post: Post, number: int = 1) -> list[Delivery]:
    """Notices for somebody who neither may be sent cards nor has written lately."""
    rows = [await post.put() for _ in range(number)]
    post.template.answers = [code(47003)] * number
    await post.send()
    return rows


async def writes(post: Post, **span: float) -> None:
    post.clock.forward(**span)
    changes = {"following": True, "last_inbound_at": post.clock(), "wrote_at": post.clock()}
    await Identity.update_or_create(account="main", openid="o1", defaults=changes)


async def states() -> list[str]:
    return [row.state.value for row in await Delivery.all().order_by("id")]


async def test_all_that_waited_is_shown_in_one_message_at_the_next_word(post: Post):
    await silent(post, 3)
    assert await show_missed(now=post.clock()) == 0
    assert await states() == ["held"] * 3
    await writes(post, hours=60)
    assert await show_missed(now=post.clock()) == 1
    assert await show_missed(now=post.clock()) == 0
    await post.send()
    assert await states() == ["shown"] * 3 + ["sent"]
    [said] = post.custom.shown
    assert said.notice is Notice.MISSED
    assert said.voice("text").splitlines()[0] == "之前有 3 条通知没能送到您："
    assert said.voice("text").count("11-24 18:00") == 3
    assert "a href" not in said.voice("text")


async def test_who_was_heard_before_it_was_held_is_waited_for(post: Post):
    await writes(post)
    post.custom.answers = [code(45015)]
    await post.put(channels=(CUSTOM,))
    await post.send()
    assert await states() == ["held"]
    assert await show_missed(now=post.clock()) == 0


async def test_a_long_list_comes_in_several_messages_and_nothing_is_cut(post: Post):
    for number in range(9):
        await queue_reply(f"main:m:o1:{number}", PERSON, f"第{number}条" + "字" * 100, now=NOW)
    await post.send()
    assert await states() == ["held"] * 9
    await writes(post, hours=1)
    while await show_missed(now=post.clock()):
        await post.send()
    texts = [one.voice("text") for one in post.custom.shown]
    assert len(texts) == 2
    assert all(len(text.encode()) <= 2000 for text in texts)
    assert all(sum(f"第{number}条" in text for text in texts) == 1 for number in range(9))


async def test_a_message_of_missed_ones_that_is_held_itself_is_not_wrapped_twice(post: Post):
    await silent(post, 2)
    await writes(post, hours=1)
    await show_missed(now=post.clock())
    post.custom.answers = [code(45047)]
    await post.send()
    await writes(post, hours=1)
    assert await show_missed(now=post.clock()) == 1
    await post.send()
    [said] = post.custom.shown
    assert said.voice("text").splitlines()[0] == "之前有 2 条通知没能送到您："
    assert said.voice("text").count("没能送到") == 1


async def test_what_is_held_does_not_keep_later_notices_of_its_order_waiting(post: Post):
    await post.put(order="SO1042K")
    await post.put(order="SO1042K")
    post.template.answers = [code(47003)]
    await post.send()
    assert await states() == ["held", "sent"]


async def test_who_never_comes_is_given_up_in_the_end_and_an_operator_may_send_before(post: Post):
    first, second = await silent(post, 2)
    assert await listing.retry_delivery(first.id, now=post.clock())
    await listing.prune(now=NOW + timedelta(days=15))
    await second.refresh_from_db()
    assert (second.state, second.last_code) == (DeliveryState.GIVEN_UP, "never_seen")


async def unreached(post: Post, failure: int, **changes) -> list[Condition]:
    to = Address("main", openid("小王"))
    await Identity.filter(openid=to.openid).update(last_inbound_at=NOW - timedelta(days=3))
    await post.put(to=to, order="SO1042K", facts={**ORDER, **changes})
    post.template.answers = [code(failure)]
    await post.send()
    return await unreached_customers(post.clock())


async def test_the_rep_learns_that_a_customer_was_not_reached_until_they_are_heard_from(post: Post):
    await company()
    [found] = await unreached(post, 43004)
    assert (found.customer, found.facts["who"], found.facts["code"], found.order) == (
        "华强电子", "小王", "43004", "SO1042K",
    )  # fmt: skip
    assert found.rep is not None
    assert [one.subject for one in await unreached(post, 47003)] == [found.subject]
    await Identity.filter(openid=openid("小王")).update(last_inbound_at=NOW + timedelta(seconds=1))
    assert not await unreached_customers(post.clock())


async def test_nobody_is_troubled_for_a_colleague_who_missed_something(post: Post):
    await company()
    assert not await unreached(post, 43004, audience="staff")
