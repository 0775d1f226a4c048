"""Who leaves takes their words with them; what the company did stays in the books."""

from bot.models import Dialogue, InboundMessage, Progress
from domain.models import Contact, Customer, Order
from domain.values import Address
from tests.harness import LI, WANG, Chat

SECRET = "送到福田区保密路9号，电话13900001111"


async def test_who_unfollows_leaves_no_words(chat: Chat):
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    await chat.say(WANG, f"下单 A100 5箱 {SECRET}")
    await chat.say(LI, "查订单")
    chat.skip_all()
    await chat.account.unfollow(WANG.openid)
    await chat.settle()
    rows = await InboundMessage.filter(progress=Progress.SETTLED)
    own = [row for row in rows if row.key.startswith(f"m:{WANG.openid}:")]
    assert len(own) == 3
    assert all((row.content, row.answer) == ({}, "success") for row in own)
    assert any(row.content.get("text") == "查订单" for row in rows), "others keep theirs"
    assert "保密路" not in str([row.content for row in rows] + [row.answer for row in rows])
    assert not await Dialogue.filter(openid=WANG.openid).exists()
    assert [(contact.name, contact.active) for contact in await Contact.filter(customer__code="C001")] == [("", False)]
    assert (await Order.get()).placed_by == WANG.name, "the order is the company's"


async def test_the_name_goes_too_when_the_company_was_let_go_before(chat: Chat):
    await Customer.filter(code="C001").update(active=False)
    await chat.account.unfollow(WANG.openid)
    await chat.settle()
    assert [contact.name for contact in await Contact.filter(customer__code="C001")] == [""]


async def test_an_openid_that_contains_another_is_somebody_else(chat: Chat):
    from bot.kept import blank

    await chat.say(LI, "查订单")
    chat.skip_all()
    await blank(Address("main", LI.openid[:-1]))
    assert all(row.content for row in await InboundMessage.all())
