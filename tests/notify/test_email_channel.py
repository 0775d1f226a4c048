"""An alert goes by e-mail to whom chose it, is asked again when the server says later, and goes by WeChat otherwise."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from connect.mail.letters import Server
from connect.mail.postman import Postman
from domain.choosing import choose_way, keep_mailbox, mailbox_of
from domain.models import Staff
from domain.rules.lifecycle import OrderState
from domain.values import Address
from domain.wisherrors import MailboxRefused
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.channels.email import EmailChannel
from notify.models import Delivery, DeliveryState
from notify.sender import Sender
from simulator import Clock
from simulator.mail import MailServer
from tests.notify.company import ago, an_order, company, openid
from tests.notify.fakes import FakeChannel
from tests.notify.samples import NOW


@dataclass
class Desk:
    """陈姐 reads alerts in her mail; the phone is the other way."""

    mail: MailServer
    channel: EmailChannel
    clock: Clock
    phone: FakeChannel = field(default_factory=FakeChannel)

    async def alert(self) -> Delivery:
        await an_order(state=OrderState.AWAITING_APPROVAL, placed_at=ago(hours=3))
        await watch(Thresholds(), now=NOW)
        return await self.work()

    async def work(self) -> Delivery:
        sender = Sender(
            {"main": {"email": self.channel, "template": self.phone}},
            clock=self.clock, worker=f"w{self.clock().timestamp()}", chance=lambda: 0.5,
        )  # fmt: skip
        while await sender.send_due():
            pass
        return await Delivery.get(openid=openid("陈姐"))


@pytest.fixture
async def desk(db: str) -> AsyncIterator[Desk]:
    await company()
    await choose_way("S002", "email")
    await keep_mailbox("S002", "chen@shop.example")
    mail, clock = MailServer(), Clock(lambda: NOW)
    server = Server("127.0.0.1", await mail.start(), "alerts@shop.example", "none")
    yield Desk(mail, EmailChannel(Postman(server, "跟单"), mailbox_of, clock), clock)
    await mail.close()


async def test_an_alert_is_an_e_mail_with_the_words_of_the_chat(desk: Desk):
    row = await desk.alert()
    assert (row.state, row.channel, row.channels) == (DeliveryState.SENT, "email", ["email", "template", "custom"])
    (mail,) = desk.mail.taken
    assert str(mail["To"]) == "chen@shop.example"
    assert "1042K" in str(mail["Subject"])
    assert mail.get_content().strip().endswith("请在公众号里回复。")
    assert desk.phone.shown == []


async def test_later_is_asked_twice_more_and_then_the_phone_rings(desk: Desk):
    desk.mail.answer("RCPT", *["450 4.2.0 later"] * 3)
    row = await desk.alert()
    assert (row.state, row.last_code) == (DeliveryState.FAILED, "email:450 busy")
    for seconds in (5, 30):
        desk.clock.forward(timedelta(seconds=seconds))
        row = await desk.work()
    assert (row.state, row.channel, len(desk.phone.shown)) == (DeliveryState.SENT, "template", 1)
    assert [one["code"] for one in row.tries] == ["email:450"] * 3 + ["0"]


async def test_later_is_enough_once(desk: Desk):
    desk.mail.answer("RCPT", "450 4.2.0 later")
    await desk.alert()
    desk.clock.forward(timedelta(seconds=6))
    row = await desk.work()
    assert (row.state, row.channel, desk.phone.shown) == (DeliveryState.SENT, "email", [])


@pytest.mark.parametrize(("said", "code"), [("550 5.1.1 no such user", "email:550"), ("drop", "email:no_answer")])
async def test_what_bounces_goes_by_the_phone_at_once_with_the_reason_kept(desk: Desk, said: str, code: str):
    desk.mail.answer("RCPT", said)
    row = await desk.alert()
    assert (row.state, row.channel, len(desk.phone.shown)) == (DeliveryState.SENT, "template", 1)
    assert [one["code"] for one in row.tries] == [code, "0"]


async def test_who_has_no_address_or_has_left_is_sent_nothing(desk: Desk):
    assert await mailbox_of(Address("main", openid("陈姐"))) == "chen@shop.example"
    assert await mailbox_of(Address("main", openid("老李"))) == ""
    assert await mailbox_of(Address("main", openid("小王"))) == ""
    with pytest.raises(MailboxRefused):
        await keep_mailbox("S001", "li@shop.example\r\nBcc: x@y.example")
    await choose_way("S002", "email")
    await Staff.filter(code="S002").update(email="")
    row = await desk.alert()
    assert (row.channel, row.tries[0]["code"], desk.mail.taken) == ("template", "email:no_address", [])
