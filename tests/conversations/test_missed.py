"""A customer who cannot be reached: the rep hears of it, and the customer reads all of it at the next word."""

from simulator import Bubble
from tests.conversations.test_main_story import booked
from tests.harness import LI, QIANG, WANG, Chat, as_text


def about(bubbles: list[Bubble], words: str) -> list[str]:
    return [text for text in map(as_text, bubbles) if words in text]


async def test_a_customer_who_refuses_cards_is_reported_and_reads_everything_at_the_next_word(chat: Chat):
    number = await booked(chat)
    chat.account.person(WANG.openid).muted = True
    await chat.later(hours=50)
    chat.skip_all()

    assert "已发货" in await chat.ask(QIANG, f"发货 {number} 顺丰 SF1234567890123")
    await chat.later(minutes=10)
    await chat.later(minutes=10)
    assert len(about(chat.unread(LI), "通知没送到")) == 1
    chat.skip_all()
    assert f"小王 没收到订单 {number} 的发货通知：对方拒收通知" in await chat.ask(LI, "提醒")

    assert await chat.ask(WANG, "你好")
    missed = chat.heard(WANG)
    assert missed.startswith("之前有 1 条通知没能送到您：")
    assert "SF1234567890123" in missed
    await chat.later(minutes=10)
    assert "没收到" not in await chat.ask(LI, "提醒")
    chat.skip_all()
