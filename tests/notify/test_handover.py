"""Duty that changes hands: who is told what is open, once, and nobody when nothing is."""

from datetime import datetime, timedelta
from typing import Any

from domain.models import Contact, Identity, JobRun, Leave, Shift, Staff
from domain.rules.lifecycle import OrderState
from notify.alerts.acting import acknowledge
from notify.alerts.rules import Thresholds
from notify.alerts.watch import watch
from notify.handover import hand_over, open_things
from notify.models import Alert, Delivery, DeliveryState
from notify.notices import Notice
from tests.notify.company import a_parcel, actor, ago, an_order, company, openid
from tests.notify.samples import NOW


async def turn(name: str, start: datetime = NOW, hours: int = 12) -> Shift:
    staff = await Staff.get(name=name)
    return await Shift.create(
        staff=staff, day=start.date(), start_at=start, end_at=start + timedelta(hours=hours), by="x"
    )


async def an_alert() -> str:
    await a_parcel(await an_order(), shipped=ago(hours=25))
    await watch(Thresholds(), now=NOW)
    return f"A{(await Alert.get()).id}"


async def told() -> list[tuple[str, dict[str, Any]]]:
    rows = await Delivery.filter(notice=Notice.HANDOVER).order_by("id")
    return [(row.openid.removeprefix("o-"), row.facts) for row in rows]


async def test_who_takes_over_is_told_once_what_is_open_and_from_whom(db):
    await company()
    number = await an_alert()
    await Staff.filter(name="采妹").update(roles=["warehouse"])
    await turn("采妹", NOW - timedelta(hours=12))
    await turn("阿强")
    assert await hand_over(NOW - timedelta(minutes=1)) == 0
    assert await hand_over(NOW) == 1
    assert await hand_over(NOW + timedelta(minutes=1)) == 0
    ((who, facts),) = await told()
    assert (who, facts["open"], facts["alerts"], facts["givers"]) == ("阿强", 1, 1, "采妹")
    assert facts["firsts"][0].startswith(f"{number} 订单 1042K")


async def test_nothing_open_is_no_message_not_even_when_something_comes_up_after(db):
    await company()
    row = await turn("阿强")
    assert await hand_over(NOW) == 0
    await an_alert()
    assert await hand_over(NOW + timedelta(minutes=5)) == 0
    assert await told() == []
    assert [one.period for one in await JobRun.filter(job="handover")] == [row.id]


async def test_who_goes_on_or_is_away_or_has_no_phone_takes_over_nothing(db):
    await company()
    await an_alert()
    await turn("阿强", NOW - timedelta(hours=12))
    await turn("阿强")
    await turn("采妹")
    away = await Staff.get(name="采妹")
    day = NOW.date()
    await Leave.create(
        staff=away, first_day=day, last_day=day, start_at=ago(hours=9), end_at=NOW + timedelta(hours=9),
        asked_by="采妹", asked_at=NOW,
    )  # fmt: skip
    await turn("陈姐")
    await Identity.filter(openid=openid("陈姐")).update(following=False)
    assert await hand_over(NOW) == 0
    assert await told() == []


async def test_a_house_that_stood_still_tells_a_little_late_and_not_for_ever(db):
    await company()
    await an_alert()
    await turn("阿强", ago(hours=2))
    await turn("陈姐", ago(minutes=119))
    assert await hand_over(NOW) == 1
    assert [who for who, _ in await told()] == ["陈姐"]


async def test_what_is_open_is_what_is_ones_own(db):
    await company()
    number = await an_alert()
    await an_order("SO1043M", state=OrderState.AWAITING_APPROVAL)
    wang = await Contact.get(name="小王")
    for n, state in enumerate((DeliveryState.UNSURE, DeliveryState.HELD)):
        await Delivery.create(
            cause=f"c{n}", account="main", openid=openid("小王"), notice=Notice.ORDER_SHIPPED, channel="template",
            channels=["template"], facts={"audience": "customer"}, why="x", state=state, settled_at=NOW,
            created_at=NOW, next_at=NOW,
        )  # fmt: skip
    await Identity.filter(contact=wang).update(last_inbound_at=ago(hours=1))

    async def open_for(name: str) -> tuple[int, int, list[str]]:
        found = await open_things(await actor(name), now=NOW)
        return found["alerts"], found["decisions"], found["names"]

    assert await open_for("老张") == (1, 1, ["华强电子 小王"])
    assert await open_for("陈姐") == (1, 1, ["华强电子 小王"])
    assert await open_for("阿强") == (1, 0, [])
    assert await open_for("老李") == (0, 0, ["华强电子 小王"])
    assert (await open_things(await actor("采妹"), now=NOW))["open"] == 0
    await acknowledge(number, by=await actor("阿强"), now=NOW)
    assert (await open_for("老张"))[0] == 0
