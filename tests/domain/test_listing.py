"""Orders in lists, what customers usually take, and the figures that staff ask for; all within what one may see."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain import awaiting, figures, listing, offering, ordering, receiving, shipping, usage
from domain.commands import Report
from domain.errors import CustomerNotFound
from domain.models import Customer
from domain.values import SYSTEM, Period
from tests.shop import NOW, TODAY, TOMORROW, Cast, a_draft, a_product, an_order, goods, line, on

D = Decimal


def numbers(rows: list[listing.OrderRow]) -> list[str]:
    return [row.number for row in rows]


async def test_orders_under_way(cast: Cast):
    await a_product("A100", stock=100)
    await a_product("B200", stock=100)
    first = (await an_order(cast.wang, line("A100"))).number
    second = (await an_order(cast.wang, line("B200"), line("A100"))).number
    theirs = (await an_order(cast.other, line("B200"), customer="C003")).number
    over = (await an_order(cast.wang)).number
    await ordering.cancel_order(over, "", by=cast.wang, now=NOW)
    assert numbers(await listing.open_orders(cast.wang)) == [second, first]
    assert numbers(await listing.open_orders(cast.li)) == [second, first]
    assert numbers(await listing.open_orders(cast.chen)) == [theirs, second, first]
    assert numbers(await listing.open_orders(cast.chen, customer="C003")) == [theirs]
    assert numbers(await listing.open_orders(cast.chen, skus=["B200"])) == [theirs, second]
    assert numbers(await listing.open_orders(cast.chen, limit=1)) == [theirs]
    assert await listing.open_orders(cast.lu) == []
    [row] = await listing.open_orders(cast.other)
    assert (row.customer, row.customer_name, row.goods, row.total) == ("C003", "C003", "B200 1个", D("18.5"))


async def test_what_waits_for_a_decision_oldest_first(cast: Cast):
    await a_product(stock=100)
    held = [(await an_order(cast.li, line(price="1"))).number for _ in range(2)]
    await an_order(cast.wang)
    rows = await awaiting.orders_to_review(cast.chen)
    assert numbers(rows) == held
    assert [reason.code for reason in rows[0].reasons] == ["price_below_floor"]
    assert await awaiting.orders_to_review(cast.other) == []


async def test_what_can_be_shipped_by_promised_day(cast: Cast):
    await a_product(stock=20)
    late = (await an_order(cast.wang, line(qty=5), delivery=on(date(2026, 12, 24)))).number
    soon = (await an_order(cast.wang, line(qty=5), delivery=on(TOMORROW))).number
    partly = (await an_order(cast.wang, line(qty=15))).number
    await an_order(cast.wang, line(qty=5))
    assert numbers(await listing.orders_to_ship(cast.qiang)) == [soon, partly, late]
    await shipping.ship(soon, "自提", None, None, by=cast.qiang, now=NOW)
    assert numbers(await listing.orders_to_ship(cast.qiang)) == [partly, late]


async def test_what_is_on_the_way_until_somebody_signs(cast: Cast):
    await a_product(stock=20)
    number = (await an_order(cast.wang, line(qty=5))).number
    assert await listing.orders_on_the_way(cast.wang) == []
    await shipping.ship(number, None, "SF1234567890123", [goods(base=2)], by=cast.qiang, now=NOW)
    assert numbers(await listing.orders_on_the_way(cast.wang)) == [number]
    assert await listing.orders_on_the_way(cast.other) == []
    await receiving.receive_goods(number, None, None, by=cast.wang, now=NOW)
    assert await listing.orders_on_the_way(cast.wang) == []


async def test_the_last_order_that_stood(cast: Cast):
    await a_product(stock=20)
    assert await listing.last_order_of("C001") is None
    first = (await an_order(cast.wang)).number
    second = (await an_order(cast.wang)).number
    await ordering.cancel_order(second, "", by=cast.wang, now=NOW)
    assert await listing.last_order_of("C001") == first


async def figure(cast: Cast, metric: str, who: str = "manager", **more) -> figures.Figures:
    return await figures.figures(Report(metric=metric, **more), getattr(cast, who), now=NOW)


async def test_figures_of_the_day_and_of_a_period(cast: Cast):
    await a_product("A100", stock=100)
    await a_product("B200", stock=0, list_price=D(10))
    yesterday = NOW - timedelta(days=1)
    await an_order(cast.wang, line(qty=2), now=yesterday)
    number = (await an_order(cast.wang, line(qty=4), line("B200", 3))).number
    await an_order(cast.other, line(qty=10), customer="C003")
    await an_order(cast.li, line(price="1"))
    gone = (await an_order(cast.wang, line(qty=9))).number
    await ordering.cancel_order(gone, "", by=cast.wang, now=NOW)
    await shipping.ship(number, "自提", None, None, by=cast.qiang, now=NOW)
    sales = await figure(cast, "sales")
    assert (sales.value, sales.count, sales.period) == (D("290.00"), 3, Period(TODAY, TODAY))
    both_days = Period(TODAY - timedelta(days=1), TODAY)
    assert (await figure(cast, "sales", period=both_days)).value == D("327.00")
    assert (await figure(cast, "sales", who="li")).value == D("105.00")
    assert (await figure(cast, "sales", customer="C003")).value == D("185.00")
    of_product = await figure(cast, "sales", skus=("B200",), period=both_days)
    assert (of_product.value, of_product.count, of_product.rows) == (D("30.00"), 1, (("B200", D(3)),))
    assert (await figure(cast, "orders", period=both_days)).count == 4
    assert (await figure(cast, "shipments")).value == 1
    assert (await figure(cast, "shipments", customer="C003")).value == 0
    assert (await figure(cast, "shipments", period=Period(both_days.start, both_days.start))).value == 0
    assert (await figure(cast, "pending_approval")).value == 1
    assert (await figure(cast, "pending_shipment")).value == 2
    top = await figure(cast, "top_products", period=both_days)
    assert [name for name, _ in top.rows] == ["A100 A100货", "B200 B200货"]
    assert (await figure(cast, "low_stock")).value == 1


async def test_a_day_of_the_shop_ends_at_its_midnight(cast: Cast):
    await a_product(stock=100)
    first = NOW.replace(day=23, hour=16)
    for moment in (first - timedelta(minutes=1), first, first + timedelta(hours=23, minutes=59), first.replace(day=24)):
        await an_order(cast.wang, now=moment)
    assert (await figure(cast, "orders")).count == 2


async def test_what_a_customer_usually_takes(cast: Cast):
    await a_product("A100", stock=1000)
    await a_product("B200", stock=1000)
    for qty in (10, 20, 30):
        await an_order(cast.wang, line(qty=qty))
    await an_order(cast.wang, line("B200", 2, "箱"))
    found = await usage.usuals("C001")
    assert [(one.sku, one.qty, one.unit, one.times) for one in found] == [("A100", 30, "个", 3), ("B200", 2, "箱", 1)]
    assert await usage.usuals("C003") == []
    ids = dict(await Customer.filter(code__in=["C001", "C003"]).values_list("code", "id"))
    assert await usage.usual_quantities(ids["C001"], ["A100", "B200"]) == {"A100": D(20)}
    assert await usage.usual_quantities(ids["C003"], ["A100", "B200"]) == {}


async def test_the_same_order_twice_is_noticed(cast: Cast):
    await a_product("A100", stock=1000)
    await a_product("B200", stock=1000)
    first = await an_order(cast.wang, line("A100", 2), line("B200", 3))
    same = a_draft(line("B200", 3), line("A100", 2))
    assert await usage.twin_of(same, now=NOW + timedelta(minutes=10)) == first.number
    assert await usage.twin_of(same, now=NOW + timedelta(minutes=10, seconds=1)) is None
    assert await usage.twin_of(a_draft(line("A100", 2)), now=NOW) is None
    assert await usage.twin_of(a_draft(line("A100", 2), line("B200", 3), customer="C003"), now=NOW) is None
    await ordering.cancel_order(first.number, "", by=cast.wang, now=NOW)
    assert await usage.twin_of(same, now=NOW) is None


async def test_offers(cast: Cast):
    await a_product("A100", stock=10)
    await a_product("OLD", stock=10, active=False)
    await an_order(cast.wang, line(qty=4))
    [stock] = await offering.stock_of(["A100", "OLD", "X"])
    assert (stock.sku, stock.on_hand, stock.reserved, stock.free) == ("A100", 10, 4, 6)
    [price] = await offering.prices_of({"A100": D(1), "OLD": D(1)}, "C001", today=TODAY)
    assert (price.priced.unit_price, price.units) == (D("18.5"), {"个": 1, "箱": 50})
    assert [row.sku for row in await offering.products_on_sale(limit=5)] == ["A100"]


async def test_a_customer_is_found_by_who_may_know_of_them(cast: Cast):
    assert await offering.find_customer("C001", cast.li) == "C001"
    for text, actor in (("C003", cast.li), ("C003", cast.wang), ("C999", cast.manager), ("C001", cast.lu)):
        with pytest.raises(CustomerNotFound) as no:
            await offering.find_customer(text, actor)
        assert vars(no.value) == {"text": text}
    assert SYSTEM.is_stranger
