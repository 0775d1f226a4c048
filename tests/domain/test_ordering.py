"""From draft to order: quoted without a trace, placed once, cancelled whole; refused by everybody who may not."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain import ordering
from domain.errors import (
    CustomerNotFound,
    DatePassed,
    NotAllowed,
    NothingOrdered,
    OrderNotFound,
    PriceRefused,
    ProductNotFound,
    QuantityRefused,
    StepRefused,
    UnitUnknown,
)
from domain.models import Customer, Event, OrderNumber, Product, PurchaseRequest, UnitSynonym
from domain.policy import Policy, set_policy
from domain.rules.numbering import well_formed
from domain.values import DeliveryKind, DeliveryWish
from tests.shop import (
    NOW,
    TODAY,
    TOMORROW,
    Cast,
    Order,
    a_draft,
    a_product,
    an_order,
    balance,
    events_of,
    line,
    lines_of,
    on,
    shelved,
)


async def test_an_order_is_numbered_priced_reserved_and_told(cast: Cast):
    await a_product("A100", stock=2000)
    await a_product("B200", stock=100, list_price=Decimal(22), units={"箱": "24"})
    placed = await an_order(cast.wang, line("A100", 20, "箱"), line("B200", 2, "箱"), delivery=on(TOMORROW))
    assert placed.number == "SO1001H" == well_formed(placed.number)
    assert placed.state == "accepted"
    assert (placed.goods, placed.total) == ("A100 20箱、B200 2箱", Decimal("19556.00"))
    assert placed.promised == TOMORROW
    assert (placed.reasons, placed.short, placed.repeated) == ((), (), False)
    assert await balance("A100") == (2000, 1000)
    assert [row.reserved for row in await lines_of(placed.number)] == [1000, 48]
    assert await events_of(placed.number) == ["OrderAccepted"]
    order = await Order.get(number=placed.number).select_related("rep")
    assert order.rep is not None
    assert (order.placed_by, order.contact_id, order.rep.name) == ("小王", cast.wang.contact, "老李")
    assert order.ship_to["address"] == "华强北路1号"


async def test_a_quote_leaves_no_trace(cast: Cast):
    await a_product(stock=100)
    quote = await ordering.quote(a_draft(line(qty=3, unit="箱")), by=cast.wang, now=NOW)
    [quoted] = quote.lines
    assert (quoted.base_qty, quoted.unit_price, quoted.amount, quoted.free) == (150, Decimal("18.5"), 2775, 100)
    assert quote.promised == date(2026, 12, 2)
    assert [reason.code for reason in quote.reasons] == ["short"]
    assert await balance() == (100, 0)
    assert not await Order.all().count()
    assert not await Event.all().count()
    assert not await OrderNumber.all().count()


async def test_the_same_draft_becomes_one_order_however_often_it_is_placed(cast: Cast):
    await a_product(stock=100)
    draft = a_draft(line(qty=10))
    answers = await asyncio.gather(*(ordering.place_order(draft, by=cast.wang, now=NOW) for _ in range(8)))
    assert len({placed.number for placed in answers}) == 1
    assert sorted(placed.repeated for placed in answers) == [False] + [True] * 7
    again = await ordering.place_order(draft, by=cast.wang, now=NOW + timedelta(days=3))
    assert again.repeated
    assert (again.goods, again.total, again.promised) == (answers[0].goods, answers[0].total, answers[0].promised)
    assert await Order.all().count() == 1
    assert await balance() == (100, 10)
    assert await events_of(again.number) == ["OrderAccepted"]


async def test_an_order_that_could_not_be_placed_any_more_is_still_found(cast: Cast):
    await a_product(stock=100)
    draft = a_draft(line(qty=10), delivery=on(TOMORROW))
    first = await ordering.place_order(draft, by=cast.wang, now=NOW)
    await Product.filter(sku="A100").update(active=False)
    again = await ordering.place_order(draft, by=cast.wang, now=NOW + timedelta(days=9))
    assert (again.number, again.repeated) == (first.number, True)
    with pytest.raises(DatePassed):
        await ordering.place_order(a_draft(delivery=on(TOMORROW)), by=cast.wang, now=NOW + timedelta(days=9))


async def test_a_repeated_order_tells_again_what_is_short(cast: Cast):
    await a_product(stock=4)
    draft = a_draft(line(qty=10))
    first = await ordering.place_order(draft, by=cast.wang, now=NOW)
    again = await ordering.place_order(draft, by=cast.wang, now=NOW)
    assert [(s.sku, s.missing) for s in again.short] == [(s.sku, s.missing) for s in first.short] == [("A100", 6)]


async def test_what_is_there_is_reserved_and_the_rest_is_bought(cast: Cast):
    await a_product(stock=30, lead_days=5)
    placed = await an_order(cast.wang, line(qty=50), delivery=on(TOMORROW))
    assert placed.state == "accepted"
    [short] = placed.short
    assert (short.sku, short.missing, short.unit, short.expected) == ("A100", 20, "个", "2026-11-30")
    assert placed.promised == date(2026, 11, 30)
    [request] = await PurchaseRequest.all()
    assert (request.number, request.qty, request.order_number, request.state) == (
        short.request,
        20,
        placed.number,
        "open",
    )
    assert await balance() == (30, 30)
    assert await events_of(placed.number) == ["OrderAccepted", "StockFellShort", "ShortageOffered"]


async def test_of_one_product_on_two_lines_the_second_gets_what_is_left(cast: Cast):
    await a_product(stock=60)
    placed = await an_order(cast.wang, line(qty=1, unit="箱"), line(qty=30))
    assert [row.reserved for row in await lines_of(placed.number)] == [50, 10]
    assert [short.missing for short in placed.short] == [20]


async def test_stock_of_several_warehouses_serves_one_line(cast: Cast):
    await a_product(stock=30)
    await shelved("A100", 25, warehouse="NORTH")
    placed = await an_order(cast.wang, line(qty=50))
    assert not placed.short
    assert await balance() == (55, 50)


async def test_fifty_buyers_of_ten_units_never_oversell(cast: Cast):
    await a_product(stock=10)
    placed = await asyncio.gather(*(an_order(cast.wang, line(qty=1)) for _ in range(50)))
    assert len({one.number for one in placed}) == 50
    assert sum(not one.short for one in placed) == 10
    assert await balance() == (10, 10)
    assert await PurchaseRequest.all().count() == 40


async def test_orders_of_many_products_in_any_order_do_not_block_each_other(cast: Cast):
    skus = ["A", "B", "C"]
    for sku in skus:
        await a_product(sku, stock=20)
    mixed = [skus, skus[::-1], [skus[1], skus[0], skus[2]]] * 5
    placed = await asyncio.gather(*(an_order(cast.wang, *(line(sku, 2) for sku in order)) for order in mixed))
    assert sum(len(one.short) for one in placed) == 3 * 5
    for sku in skus:
        assert await balance(sku) == (20, 20)


@pytest.mark.parametrize("who", ["receiver", "payer", "chen", "qiang", "cai", "lu"])
async def test_who_may_not_order_is_refused(cast: Cast, who: str):
    await a_product(stock=10)
    with pytest.raises(NotAllowed):
        await an_order(getattr(cast, who))
    assert not await Order.all().count()


@pytest.mark.parametrize(("who", "customer"), [("wang", "C003"), ("li", "C003"), ("wang", "C999"), ("manager", "C999")])
async def test_a_customer_that_is_not_ones_own_does_not_exist(cast: Cast, who: str, customer: str):
    await a_product(stock=10)
    with pytest.raises(CustomerNotFound):
        await an_order(getattr(cast, who), customer=customer)


async def test_a_customer_who_is_gone_does_not_exist(cast: Cast):
    await a_product(stock=10)
    await Customer.filter(code="C001").update(active=False)
    with pytest.raises(CustomerNotFound):
        await an_order(cast.li)


async def test_a_rep_and_a_manager_order_for_a_customer(cast: Cast):
    await a_product(stock=10)
    for who in (cast.li, cast.manager):
        order = await Order.get(number=(await an_order(who)).number).select_related("rep")
        assert order.rep is not None
        assert (order.placed_by, order.placed_by_staff_id, order.contact_id) == (who.name, who.staff, None)
        assert order.rep.name == "老李"


async def test_what_cannot_be_ordered_is_refused_with_the_reason(cast: Cast):
    await a_product(stock=10)
    await a_product("OLD", stock=10, active=False)
    bad = {
        ProductNotFound: [a_draft(line("X9")), a_draft(line("OLD"))],
        UnitUnknown: [a_draft(line(unit="托"))],
        NothingOrdered: [ordering.OrderDraft("k", "C001", (), a_draft().details)],
        DatePassed: [a_draft(delivery=on(TODAY - timedelta(days=1)))],
        QuantityRefused: [
            a_draft(line(qty=qty, unit=unit))
            for qty, unit in (
                ("0", "个"), ("-5", "个"), ("100000", "个"), ("2000", "箱"), ("0.0001", "个"), ("NaN", "个"),
                ("Infinity", "个"), ("1E+30", "个"),
            )
        ],
    }  # fmt: skip
    for refusal, drafts in bad.items():
        for draft in drafts:
            with pytest.raises(refusal):
                await ordering.place_order(draft, by=cast.wang, now=NOW)
            with pytest.raises(refusal):
                await ordering.quote(draft, by=cast.wang, now=NOW)
    assert not await Order.all().count()
    assert await balance() == (10, 0)


async def test_the_largest_quantity_is_taken(cast: Cast):
    await a_product(stock=0)
    assert (await an_order(cast.wang, line(qty=99_999))).total == Decimal("1849981.50")


async def test_an_amount_that_fits_no_unit_is_kept_in_base_units(cast: Cast):
    await a_product("C300", base_unit="米", units={"米": "1", "箱": "305"}, stock=1000, list_price=Decimal("1.3"))
    placed = await an_order(cast.wang, line("C300", str(Decimal(710) / 305), "箱"))
    [row] = await lines_of(placed.number)
    assert (row.qty, row.unit, row.base_qty, row.ratio) == (710, "米", 710, 1)
    assert placed.total == 923


async def test_a_dozen_is_twelve_of_what_is_counted_and_nothing_of_what_is_measured(cast: Cast):
    await UnitSynonym.create(unit="打", factor="12")
    await UnitSynonym.create(unit="斤", factor="0.5", of="公斤")
    await a_product(stock=100)
    await a_product("R1", base_unit="公斤", units={"公斤": "1"}, stock=100)
    [row] = await lines_of((await an_order(cast.wang, line(qty="1.5", unit="打"))).number)
    assert (row.base_qty, row.ratio) == (18, 12)
    [row] = await lines_of((await an_order(cast.wang, line("R1", 3, "斤"))).number)
    assert row.base_qty == Decimal("1.5")
    for sku, unit in (("R1", "打"), ("A100", "斤")):
        with pytest.raises(UnitUnknown):
            await an_order(cast.wang, line(sku, 1, unit))


async def test_the_ratio_of_the_unit_is_frozen_on_the_line(cast: Cast):
    await a_product(stock=1000)
    placed = await an_order(cast.wang, line(qty=2, unit="箱"))
    await Product.filter(sku="A100").update(units={"箱": "60"}, list_price=Decimal(99))
    [row] = await lines_of(placed.number)
    assert (row.ratio, row.base_qty, row.amount) == (50, 100, 1850)


async def test_a_rep_names_a_price_per_unit(cast: Cast):
    await a_product(stock=1000)
    placed = await an_order(cast.li, line(qty=2, unit="箱", price="850", per="箱"))
    [row] = await lines_of(placed.number)
    assert (row.unit_price, row.price_unit, row.price_source, row.amount) == (850, "箱", "manual", 1700)
    assert placed.state == "accepted"


async def test_a_price_without_a_unit_is_that_of_the_line(cast: Cast):
    await a_product(stock=1000)
    assert (await an_order(cast.li, line(qty=2, unit="箱", price="900"))).total == 1800


@pytest.mark.parametrize(("price", "floor"), [("15.9999", Decimal(16)), ("18", None)])
async def test_a_price_below_the_floor_is_held_for_a_person(cast: Cast, price: str, floor: Decimal | None):
    await a_product(stock=100, floor_price=floor)
    placed = await an_order(cast.li, line(qty=10, price=price))
    assert placed.state == "awaiting_approval"
    assert [reason.code for reason in placed.reasons] == ["price_below_floor"]
    assert placed.promised is None
    assert await balance() == (100, 0)
    assert await events_of(placed.number) == ["OrderHeld"]


@pytest.mark.parametrize("price", ["0", "-1", "0.00001", "NaN", "1E+12"])
async def test_what_is_no_price_is_refused(cast: Cast, price: str):
    await a_product(stock=100, floor_price=None)
    with pytest.raises(PriceRefused):
        await an_order(cast.li, line(price=price))


async def test_a_customer_names_no_price(cast: Cast):
    await a_product(stock=100)
    for price in ("1", "18.5", "99"):
        with pytest.raises(PriceRefused):
            await an_order(cast.wang, line(price=price))


async def test_a_blocked_customer_is_held(cast: Cast):
    await a_product(stock=100)
    await Customer.filter(code="C001").update(blocked=True)
    assert [r.code for r in (await an_order(cast.wang)).reasons] == ["customer_blocked"]


async def test_without_any_place_to_send_it_is_held(cast: Cast):
    await a_product(stock=100)
    await Customer.filter(code="C001").update(ship_to={}, city=None)
    assert [r.code for r in (await an_order(cast.wang)).reasons] == ["incomplete"]
    assert (await an_order(cast.wang, address="南山区1号", contact_phone="13900139000")).state == "accepted"


async def test_far_more_than_usual_is_held(cast: Cast):
    await a_product(stock=5000)
    for _ in range(3):
        await an_order(cast.wang, line(qty=10))
    assert (await an_order(cast.wang, line(qty=50))).state == "accepted"
    placed = await an_order(cast.wang, line(qty=4000))
    assert [reason.code for reason in placed.reasons] == ["unusual_quantity"]


async def test_above_the_limit_of_the_shop_is_held(cast: Cast):
    await a_product(stock=5000)
    set_policy(Policy(approval_above=Decimal(1000)))
    try:
        assert (await an_order(cast.wang, line(qty=54))).state == "accepted"
        assert [r.code for r in (await an_order(cast.wang, line(qty=55))).reasons] == ["above_limit"]
    finally:
        set_policy(Policy())


async def test_wanted_today_is_held_for_somebody_to_say(cast: Cast):
    await a_product(stock=100)
    placed = await an_order(cast.wang, delivery=on(TODAY))
    assert [reason.code for reason in placed.reasons] == ["date_too_soon"]


@pytest.mark.parametrize(
    ("wish", "promised", "requested"),
    [
        (None, date(2026, 11, 26), None),
        (DeliveryWish(DeliveryKind.ASAP), date(2026, 11, 26), None),
        (on(TOMORROW), TOMORROW, TOMORROW),
        (on(date(2026, 12, 20)), date(2026, 12, 20), date(2026, 12, 20)),
        (DeliveryWish(DeliveryKind.BY, TOMORROW), TOMORROW, TOMORROW),
        (DeliveryWish(DeliveryKind.BY, date(2026, 12, 1)), date(2026, 11, 26), date(2026, 12, 1)),
        (
            DeliveryWish(DeliveryKind.RANGE, start=date(2026, 11, 27), end=date(2026, 11, 29)),
            date(2026, 11, 27),
            date(2026, 11, 29),
        ),
    ],
)
async def test_the_day_is_named_by_the_wish(cast: Cast, wish, promised: date, requested: date | None):
    await a_product(stock=100)
    order = await Order.get(number=(await an_order(cast.wang, delivery=wish)).number)
    assert (order.promised_date, order.requested_date, order.delivery_wish) == (promised, requested, wish)


async def test_the_day_is_the_one_in_the_shop(cast: Cast):
    await a_product(stock=100)
    late = NOW.replace(hour=17)  # 01:00 of the next day in Shanghai
    with pytest.raises(DatePassed):
        await an_order(cast.wang, delivery=on(TODAY), now=late)


async def test_a_cancelled_order_gives_everything_back(cast: Cast):
    await a_product(stock=30)
    placed = await an_order(cast.wang, line(qty=50))
    cancelled = await ordering.cancel_order(placed.number, "不要了", by=cast.wang, now=NOW)
    assert (cancelled.number, cancelled.goods) == (placed.number, "A100 50个")
    assert await balance() == (30, 0)
    [row] = await lines_of(placed.number)
    assert (row.reserved, row.cancelled, row.open) == (0, 50, 0)
    assert [request.state for request in await PurchaseRequest.all()] == ["cancelled"]
    order = await Order.get(number=placed.number)
    assert (order.state, order.reason, order.decided_by) == ("cancelled", "不要了", "小王")
    assert (await events_of(placed.number))[-1] == "OrderCancelled"


async def test_what_a_cancelled_order_held_goes_to_the_next_in_line(cast: Cast):
    await a_product(stock=10)
    first = await an_order(cast.wang, line(qty=10))
    second = await an_order(cast.wang, line(qty=6))
    third = await an_order(cast.other, line(qty=6), customer="C003")
    await ordering.cancel_order(first.number, "", by=cast.wang, now=NOW)
    assert [(await lines_of(one.number))[0].reserved for one in (second, third)] == [6, 4]
    requests = {request.order_number: (request.state, request.qty) for request in await PurchaseRequest.all()}
    assert requests[second.number][0] == "done"
    assert requests[third.number] == ("open", 2)


async def test_a_second_cancellation_is_refused(cast: Cast):
    await a_product(stock=10)
    placed = await an_order(cast.wang)
    await ordering.cancel_order(placed.number, "", by=cast.wang, now=NOW)
    with pytest.raises(StepRefused):
        await ordering.cancel_order(placed.number, "", by=cast.wang, now=NOW)
    assert (await events_of(placed.number)).count("OrderCancelled") == 1


async def test_of_many_cancellations_at_once_one_counts(cast: Cast):
    await a_product(stock=10)
    placed = await an_order(cast.wang, line(qty=10))
    tries = (ordering.cancel_order(placed.number, "", by=cast.wang, now=NOW) for _ in range(6))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, ordering.Cancelled) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StepRefused) for outcome in outcomes) == 5


async def test_a_held_order_is_cancelled_by_its_customer(cast: Cast):
    await a_product(stock=10)
    held = await an_order(cast.li, line(price="1"))
    await ordering.cancel_order(held.number, "", by=cast.wang, now=NOW)
    assert (await Order.get(number=held.number)).state == "cancelled"


@pytest.mark.parametrize(("who", "refusal"), [
    ("receiver", NotAllowed), ("payer", NotAllowed), ("qiang", NotAllowed), ("lu", NotAllowed),
    ("other", OrderNotFound),
])  # fmt: skip
async def test_who_may_not_cancel_is_refused(cast: Cast, who: str, refusal: type[Exception]):
    await a_product(stock=10)
    placed = await an_order(cast.wang)
    with pytest.raises(refusal):
        await ordering.cancel_order(placed.number, "", by=getattr(cast, who), now=NOW)
    assert (await Order.get(number=placed.number)).state == "accepted"


async def test_a_missing_order_sounds_like_a_foreign_one(cast: Cast):
    await a_product(stock=10)
    foreign = (await an_order(cast.wang)).number
    with pytest.raises(OrderNotFound) as theirs:
        await ordering.cancel_order(foreign, "", by=cast.other, now=NOW)
    with pytest.raises(OrderNotFound) as missing:
        await ordering.cancel_order("SO9999Z", "", by=cast.other, now=NOW)
    assert vars(theirs.value) == {"number": foreign}
    assert vars(missing.value) == {"number": "SO9999Z"}


async def test_two_lines_of_a_product_are_as_unusual_as_one(cast: Cast):
    await a_product(stock=5000)
    for _ in range(3):
        await an_order(cast.wang, line(qty=10))
    placed = await an_order(cast.wang, line(qty=40), line(qty=40))
    assert [reason.code for reason in placed.reasons] == ["unusual_quantity"]
