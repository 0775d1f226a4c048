"""What was bought, where a product stands, what is new, how far an order has come: the same on either database."""

from decimal import Decimal

from domain import claiming, picking, receiving, returning, shipping
from domain.commands import Fault
from domain.history import history, whereabouts
from domain.models.returns import ClaimKind
from domain.news import catch_up
from domain.progress import progress_of
from domain.values import Period
from tests.shop import NOW, TODAY, Cast, a_product, an_order, balance, goods, line, shelved

MONTH = Period(TODAY.replace(day=1), TODAY)


async def test_a_period_counts_what_stood_and_is_seen_by_whom_it_concerns(cast: Cast):
    await a_product(stock=1000)
    await a_product("B200", stock=1000)
    await an_order(cast.wang, line(qty=4, unit="箱"), line("B200", 10))
    await an_order(cast.wang, line("B200", 5))
    await an_order(cast.other, line(qty=7), customer="C003")
    found = await history(cast.wang, MONTH, skus=["A100"], limit=4)
    assert (found.count, [(one.sku, one.qty, one.unit) for one in found.goods]) == (1, [("A100", Decimal(200), "个")])
    assert (await history(cast.wang, MONTH, limit=4)).count == 2
    assert (await history(cast.manager, MONTH, limit=1)).count == 3
    assert len((await history(cast.manager, MONTH, limit=1)).rows) == 1
    assert (await history(cast.manager, MONTH, customer="C003", limit=4)).count == 1


async def test_a_product_is_followed_over_orders(cast: Cast):
    await a_product(stock=1000)
    first = (await an_order(cast.wang, line(qty=4, unit="箱"))).number
    second = (await an_order(cast.wang, line(qty=2, unit="箱"))).number
    await shipping.ship(first, None, "SF1234567890123", [goods(base=150)], by=cast.qiang, now=NOW)
    rows = await whereabouts(cast.wang, "A100", now=NOW, limit=5)
    assert [(row.order, row.shipped, row.rest) for row in rows] == [(second, "", "2箱"), (first, "3箱", "1箱")]
    assert (rows[1].carrier, rows[1].waybill) == ("顺丰", "SF1234567890123")
    assert await whereabouts(cast.other, "A100", now=NOW, limit=5) == []


async def test_news_is_told_once(cast: Cast):
    await a_product(stock=1000)
    number = (await an_order(cast.wang, line(qty=4))).number
    assert [one[0].kind for one in (await catch_up(cast.li, now=NOW)).orders] == ["OrderAccepted"]
    await shipping.ship(number, "送货", None, None, by=cast.qiang, now=NOW)
    news = await catch_up(cast.li, now=NOW)
    assert ([one[0].kind for one in news.orders], news.since) == (["OrderShipped"], NOW)
    assert (await catch_up(cast.li, now=NOW)).orders == ()
    assert (await catch_up(cast.other, now=NOW)).orders == ()


async def test_progress_from_the_shelf_to_the_claim_and_back_on_the_shelf(cast: Cast):
    await a_product(stock=0)
    await shelved("A100", 200, warehouse="NORTH")
    number = (await an_order(cast.wang, line(qty=4, unit="箱"))).number
    await picking.pick(number, by=cast.qiang, now=NOW)
    assert (await progress_of(number)).picking == "picking"
    await picking.pack(number, 2, [goods(base=150)], by=cast.qiang, now=NOW)
    seen = await progress_of(number)
    assert (seen.picking, seen.boxes) == ("packed", 2)
    await shipping.ship(number, "送货", None, None, by=cast.qiang, now=NOW)
    await receiving.receive_goods(number, None, "破1", [Fault("broken", Decimal(1))], by=cast.wang, now=NOW)
    asked = await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=100)], "多了", by=cast.wang, now=NOW)
    await claiming.decide(asked.claim, None, by=cast.li, now=NOW)
    back = await returning.take_back(asked.claim, [Fault("broken", Decimal(1), "箱")], by=cast.qiang, now=NOW)
    assert (back.good, back.scrapped, back.credit) == ("A100 1箱", "A100 1箱", Decimal(1850))
    claims = (await progress_of(number)).claims
    assert [(one.kind, one.state, one.goods) for one in claims] == [
        ("broken", "asked", "A100货 1箱"),
        ("return", "settled", "A100货 2箱"),
    ]
    # What came back went to the box that was still missing, or stays free.
    on_hand, reserved = await balance()
    assert (on_hand, reserved) == (100, 50)
