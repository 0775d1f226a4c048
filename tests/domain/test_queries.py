"""What people may find: their own orders by number or last digits, and an order as it is now."""

from datetime import timedelta

import pytest

from domain import lane, ordering, reviewing, shipping
from domain.errors import OrderNotFound, OrderUnclear
from domain.models import OrderNumber
from domain.orderform import order_json
from domain.queries import find_order, order_view
from domain.seeing import seen_by, visible
from domain.values import SYSTEM
from tests.shop import NOW, TOMORROW, Cast, a_product, an_order, goods, line, on

WAYBILL = "SF1234567890123"


async def skipped(count: int, why: str) -> None:
    """Numbers that became no order."""
    await OrderNumber.bulk_create(OrderNumber(asked_by=f"{why} {n}") for n in range(count))


async def test_an_order_is_found_by_its_number_and_by_its_last_digits(cast: Cast):
    await a_product(stock=100)
    number = (await an_order(cast.wang)).number
    for text in (number, number[2:], "1001", "01", "1", "so1001", " 1001H "):
        assert await find_order(text, cast.wang) == number


@pytest.mark.parametrize("text", ["1001K", "SO1001K", "9", "1002", "99999", "A100", "", "10011"])
async def test_what_is_no_order_is_not_found(cast: Cast, text: str):
    await a_product(stock=100)
    await an_order(cast.wang)
    with pytest.raises(OrderNotFound):
        await find_order(text, cast.wang)


async def test_digits_that_fit_several_orders_are_unclear(cast: Cast):
    await a_product(stock=100)
    numbers = []
    for n in range(3):
        numbers.append((await an_order(cast.wang)).number)
        await skipped(9, f"after {n}")
    assert [number[2:-1] for number in numbers] == ["1001", "1011", "1021"]
    with pytest.raises(OrderUnclear) as unclear:
        await find_order("1", cast.wang)
    assert unclear.value.numbers == tuple(reversed(numbers))
    assert await find_order("11", cast.wang) == numbers[1]
    assert await find_order("1001", cast.wang) == numbers[0]


async def test_last_digits_are_looked_for_among_the_orders_one_may_see(cast: Cast):
    await a_product(stock=100)
    mine = (await an_order(cast.wang)).number
    await skipped(99, "a gap")
    theirs = (await an_order(cast.other, customer="C003")).number
    assert (mine[2:-1], theirs[2:-1]) == ("1001", "1101")
    assert await find_order("01", cast.wang) == mine
    assert await find_order("01", cast.other) == theirs
    with pytest.raises(OrderUnclear):
        await find_order("01", cast.chen)


async def test_who_may_see_which_orders(cast: Cast):
    await a_product(stock=100)
    mine = (await an_order(cast.wang)).number
    theirs = (await an_order(cast.other, customer="C003")).number
    both = {mine, theirs}
    expected = {
        "wang": {mine}, "boss": {mine}, "receiver": {mine}, "payer": {mine}, "li": {mine}, "other": {theirs},
        "chen": both, "manager": both, "qiang": both, "cai": both, "lu": set(),
    }  # fmt: skip
    for who, numbers in expected.items():
        actor = getattr(cast, who)
        assert set(await visible(actor).values_list("number", flat=True)) == numbers, who
        condition, values = seen_by(actor)
        assert {row[0] for row in await lane.rows(f'SELECT number FROM "order" WHERE {condition}', *values)} == numbers
        for number in both:
            if number in numbers:
                assert await find_order(number, actor) == number
            else:
                with pytest.raises(OrderNotFound):
                    await find_order(number, actor)
    assert await visible(SYSTEM).count() == 2


async def test_an_order_as_it_is_now(cast: Cast):
    await a_product("A100", stock=120)
    await a_product("B200", stock=100)
    number = (await an_order(cast.wang, line(qty=4, unit="箱"), line("B200", 10), delivery=on(TOMORROW))).number
    await shipping.ship(number, None, WAYBILL, [goods(base=100)], by=cast.qiang, now=NOW + timedelta(hours=1))
    view = await order_view(number)
    assert (view.customer, view.state, view.verdict, view.done) == ("C001", "accepted", "passed", False)
    assert (view.axes.allocation, view.axes.fulfilment, view.axes.delivery) == ("partial", "partial", "none")
    assert (view.goods, view.rest) == ("A100 4箱、B200 10个", "A100 2箱、B200 10个")
    assert [(row.reserved, row.shipped) for row in view.lines] == [(20, 100), (10, 0)]
    assert [(parcel.waybill, parcel.state) for parcel in view.shipments] == [(WAYBILL, "handed_over")]
    assert [entry.event for entry in view.history] == [
        "OrderAccepted",
        "StockFellShort",
        "ShortageOffered",
        "OrderShipped",
    ]
    assert [reason.code for reason in view.reasons] == ["short"]
    with pytest.raises(OrderNotFound):
        await order_view("SO9999Z")


async def test_the_form_for_other_programs(cast: Cast):
    await a_product(stock=1000)
    number = (await an_order(cast.li, line(qty=2, unit="箱", price="700", per="箱"), delivery=on(TOMORROW))).number
    await reviewing.approve(number, by=cast.chen, now=NOW)
    await shipping.ship(number, None, WAYBILL, None, by=cast.qiang, now=NOW)
    form = order_json(await order_view(number))
    assert set(form) == {
        "number", "customer", "state", "placed_at", "placed_by", "channel", "requested_date", "promised_date",
        "currency", "total", "review", "axes", "lines", "shipments", "history",
    }  # fmt: skip
    assert (form["placed_at"], form["requested_date"], form["total"]) == (
        "2026-11-24T10:00:00Z",
        "2026-11-25",
        "1400.00",
    )
    assert form["review"] == {
        "verdict": "held",
        "reasons": [{"code": "price_below_floor", "sku": "A100"}],
        "rules": 0,
    }
    assert form["lines"] == [
        {
            "sku": "A100", "name": "A100货", "qty": "2", "unit": "箱", "base_qty": "100", "unit_price": "700",
            "price_source": "manual", "price_facts": {"by": "老李", "usual": "925", "ratio": "50"},
            "reserved": "0", "shipped": "100", "delivered": "0", "cancelled": "0",
        }
    ]  # fmt: skip
    [parcel] = form["shipments"]
    assert (parcel["waybill"], parcel["carrier"], parcel["state"], parcel["events"]) == (
        WAYBILL,
        "顺丰",
        "handed_over",
        [],
    )
    assert {entry["event"] for entry in form["history"]} == {
        "OrderHeld",
        "ApprovalGiven",
        "OrderAccepted",
        "OrderShipped",
    }
    assert all(set(entry) == {"at", "event", "by", "text"} for entry in form["history"])


async def test_a_cancelled_order_is_done(cast: Cast):
    await a_product(stock=10)
    number = (await an_order(cast.wang)).number
    await ordering.cancel_order(number, "", by=cast.wang, now=NOW)
    view = await order_view(number)
    assert view.done
    assert view.rest == ""
