"""Kits: priced as one, promised, reserved, sent and given back as their parts, and always whole."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from bench.statements import statements
from domain import (
    amending,
    claiming,
    closing,
    counting,
    importing,
    kits,
    ordering,
    picking,
    prioritising,
    receiving,
    returning,
    shipping,
    slips,
    stocking,
)
from domain.amendplan import Wish
from domain.buying import needs
from domain.commands import Change, Fault, Op
from domain.errors import ImportRefused, NotAllowed, PackRefused, QuantityRefused
from domain.history import whereabouts
from domain.kiterrors import KitHasNoStock, KitIsWhole, KitRefused
from domain.models import Order, OrderLine, Product, PurchaseRequest, StockMove
from domain.models.returns import ClaimKind
from domain.offering import stock_of
from domain.queries import order_view
from domain.repromising import repromise
from domain.stocking import Counted
from tests.shop import NOW, Cast, a_draft, a_product, an_order, balance, check_the_books, goods, line, the_cast

TWO = Decimal(2)
PARTS = [("A100", TWO), ("B200", Decimal(1))]


@pytest.fixture
async def cast(db: str) -> Cast:
    """K100 is two A100 and one B200: 20 and 8 of them lie there, so 8 whole kits."""
    cast = await the_cast()
    await a_product("A100", stock=20)
    await a_product("B200", stock=8, lead_days=10)
    await Product.create(sku="K100", name="套装", base_unit="套", units={}, list_price=Decimal(100))
    await kits.set_kit("K100", PARTS, by=cast.manager)
    return cast


def kits_of(qty: int | str) -> Any:
    return line("K100", qty, "套")


async def held() -> tuple[int, int]:
    """What is reserved of the parts; the books are right."""
    await check_the_books()
    return int((await balance("A100"))[1]), int((await balance("B200"))[1])


async def amended(cast: Cast, number: str, *ops: Change) -> amending.Amended:
    version = (await Order.get(number=number)).version
    return await amending.amend(number, Wish(ops), version=version, by=cast.manager, now=NOW)


def to(qty: int) -> Change:
    return Change(Op.SET, "K100", Decimal(qty), "套", Decimal(qty))


async def test_a_kit_is_priced_as_itself_and_takes_its_parts(cast: Cast):
    quote = await ordering.quote(a_draft(kits_of(5)), by=cast.manager, now=NOW)
    assert (quote.total, quote.lines[0].free, quote.lines[0].price_unit) == (500, 8, "套")
    placed = await an_order(cast.manager, kits_of(5))
    assert (placed.total, placed.short, placed.goods) == (500, (), "K100 5套")
    assert await held() == (10, 5)
    (row,) = await OrderLine.all()
    assert [(p.sku, p.name, p.unit, p.qty) for p in row.kit] == [
        ("A100", "A100货", "个", 2),
        ("B200", "B200货", "个", 1),
    ]


async def test_what_is_short_of_one_part_is_reserved_in_whole_kits_and_asked_for_by_part(cast: Cast):
    placed = await an_order(cast.manager, kits_of(10))
    assert await held() == (16, 8)
    assert [(s.sku, s.missing, s.unit) for s in placed.short] == [("B200", 2, "个")]
    asked = {row.sku: row.qty for row in await PurchaseRequest.filter(state="open")}
    assert asked == {"A100": 4, "B200": 2}
    assert [(need.sku, need.qty) for need in await needs()] == [("B200", 2)]
    promised = placed.promised
    assert promised is not None
    assert promised.isoformat() == "2026-12-07", "ten days for the part that lacks"
    await repromise(NOW)
    assert (await Order.get()).promised_date == promised
    # Somebody takes what was left of the other part: now both lack, and neither twice.
    await an_order(cast.manager, line("A100", 3))
    assert {need.sku: need.qty for need in await needs()} == {"A100": 3, "B200": 2}
    await stocking.receive_stock("B200", Decimal(1), by=cast.qiang, now=NOW)
    assert await held() == (19, 8), "one part alone makes no kit"
    await stocking.receive_stock("A100", Decimal(9), by=cast.qiang, now=NOW)
    assert await held() == (21, 9)
    await stocking.receive_stock("B200", Decimal(5), by=cast.qiang, now=NOW)
    assert await held() == (23, 10)
    assert not await PurchaseRequest.filter(state="open")


async def test_single_goods_and_kits_of_one_order_are_told_apart(cast: Cast):
    await an_order(cast.manager, kits_of(8), line("A100", 6))
    assert await held() == (20, 7), "the single ones first, then seven whole kits"


async def test_sent_as_parts_told_as_kit_and_never_half(cast: Cast):
    placed = await an_order(cast.manager, kits_of(10))
    number = placed.number
    for wrong in (goods("A100", 2), goods("K100", "1.5")):
        with pytest.raises(KitIsWhole):
            await shipping.ship(number, "顺丰", "SF1234567890123", [wrong], by=cast.qiang, now=NOW)
    picked = await picking.pick(number, by=cast.qiang, now=NOW)
    assert [(row.sku, row.qty, [(p.sku, p.qty) for p in row.parts]) for row in picked.rows] == [
        ("K100", "8套", [("A100", "16个"), ("B200", "8个")])
    ]
    with pytest.raises(KitIsWhole):
        await picking.pack(number, 1, [goods("B200", 3)], by=cast.qiang, now=NOW)
    await picking.pack(number, 1, [goods("K100", 3)], by=cast.qiang, now=NOW)
    sent = await shipping.ship(number, "顺丰", "SF1234567890123", None, by=cast.qiang, now=NOW)
    assert (sent.goods, sent.rest) == ("K100 3套", "K100 7套")
    assert await held() == (10, 5)
    assert {row.sku: row.qty for row in await StockMove.filter(kind="issue")} == {"A100": -6, "B200": -3}
    slip = await slips.slip_of(number, "1")
    assert slip is not None
    assert [(r.sku, r.ordered, r.before, r.now, r.rest, r.part) for r in slip.rows] == [
        ("K100", "10套", "", "3套", "7套", False),
        ("A100", "20个", "", "6个", "14个", True),
        ("B200", "10个", "", "3个", "7个", True),
    ]
    await closing.close_short(number, "", by=cast.manager, now=NOW)
    assert await held() == (0, 0)
    assert (await Order.get()).total == 300


async def test_cancelled_and_changed_kits_put_their_parts_back_exactly(cast: Cast):
    placed = await an_order(cast.manager, kits_of(5))
    done = await amended(cast, placed.number, to(3))
    assert (done.total, await held()) == (300, (6, 3))
    done = await amended(cast, placed.number, to(9))
    assert (done.total, await held()) == (900, (16, 8))
    assert [(s.sku, s.missing) for s in done.short] == [("B200", 1)]
    await amended(cast, placed.number, to(8))
    assert not await PurchaseRequest.filter(state="open")
    await ordering.cancel_order(placed.number, "", by=cast.manager, now=NOW)
    assert await held() == (0, 0)


async def test_a_kit_that_joins_an_order_later_takes_its_parts(cast: Cast):
    placed = await an_order(cast.manager, line("A100", 2))
    await amended(cast, placed.number, Change(Op.ADD, "K100", TWO, "套", TWO))
    assert await held() == (6, 2)


async def test_what_was_ordered_stays_when_the_recipe_changes(cast: Cast):
    first = await an_order(cast.manager, kits_of(2))
    await kits.set_kit("K100", [("B200", Decimal(3))], by=cast.manager)
    await an_order(cast.manager, kits_of(1))
    assert await held() == (4, 5)
    await amended(cast, first.number, to(1))
    assert await held() == (2, 4)
    await shipping.ship(first.number, "顺丰", "SF1234567890123", None, by=cast.qiang, now=NOW)
    assert await held() == (0, 3)
    assert [one.qty for one in (await order_view(first.number)).lines] == [1]


async def test_goods_that_a_count_does_not_find_are_taken_from_whole_kits(cast: Cast):
    await an_order(cast.manager, kits_of(8))
    await an_order(cast.manager, line("B200", 1))
    assert await held() == (16, 8)
    outcome = await counting.count_stock(Counted("A100", Decimal(13)), "c1", by=cast.manager, now=NOW)
    assert [(loss.qty, loss.unit) for loss in outcome.losses] == [(2, "套")]
    assert await held() == (12, 7), "what the broken kits leave of the other part goes to who waits for it"


async def test_how_many_kits_there_are_is_the_scarcest_part(cast: Cast):
    (row,) = await stock_of(["K100"])
    assert (row.on_hand, row.free, row.reserved) == (8, 8, 0)
    await an_order(cast.manager, kits_of(3), line("A100", 10))
    (row,) = await stock_of(["K100"])
    assert (row.on_hand, row.free) == (8, 2)


REFUSED: list[tuple[str, list[tuple[str, str]], str]] = [
    ("K100", [], "empty"),
    ("K100", [("X9", "1")], "unknown"),
    ("X9", [("A100", "1")], "unknown"),
    ("K100", [("A100", "1"), ("A100", "2")], "twice"),
    ("K100", [("A100", "0")], "amount"),
    ("K100", [("A100", "-1")], "amount"),
    ("K100", [("A100", "0.0001")], "amount"),
    ("K100", [("K100", "1")], "itself"),
    ("C300", [("K100", "1")], "nested"),
    ("A100", [("C300", "1")], "stocked"),
    ("B200", [("C300", "1")], "stocked"),
]


async def test_what_cannot_be_a_kit_is_refused_and_nothing_changes(cast: Cast):
    await a_product("C300")
    for sku, parts, why in REFUSED:
        with pytest.raises(KitRefused) as no:
            await kits.set_kit(sku, [(part, Decimal(qty)) for part, qty in parts], by=cast.manager)
        assert (no.value.why, sku) == (why, sku)
    await counting.count_stock(Counted("B200", Decimal(0)), "c0", by=cast.manager, now=NOW)
    with pytest.raises(KitRefused, match="part"):
        await kits.set_kit("B200", [("C300", Decimal(1))], by=cast.manager)
    with pytest.raises(NotAllowed):
        await kits.set_kit("K100", PARTS, by=cast.qiang)
    await an_order(cast.manager, line("C300", 1))
    with pytest.raises(KitRefused, match="ordered"):
        await kits.set_kit("C300", PARTS, by=cast.manager)
    assert [part.sku for part in await kits.kit("K100")] == ["A100", "B200"]


async def test_what_was_a_part_once_may_become_a_kit(cast: Cast):
    for sku in ("C300", "D400"):
        await a_product(sku)
    await kits.set_kit("K100", [("C300", TWO)], by=cast.manager)
    with pytest.raises(KitRefused, match="part"):
        await kits.set_kit("C300", [("D400", TWO)], by=cast.manager)
    await kits.set_kit("K100", PARTS, by=cast.manager)
    assert [part.sku for part in await kits.kit("C300")] == []
    assert [part.sku for part in await kits.set_kit("C300", [("D400", TWO)], by=cast.manager)] == ["D400"]


async def test_a_kit_is_judged_by_what_is_in_it_however_large_the_shop(cast: Cast):
    found = []
    for more in (0, 40):
        for count in range(more):
            await Product.create(sku=f"P{count}", name="件", base_unit="个", units={}, list_price=TWO)
            await Product.create(sku=f"K2{count}", name="套", base_unit="套", units={}, list_price=TWO)
            await kits.set_kit(f"K2{count}", [(f"P{count}", TWO)], by=cast.manager)
        async with statements() as seen:
            await kits.set_kit("K100", PARTS, by=cast.manager)
        assert [text for text in seen if 'FROM "product"' in text and "WHERE" not in text] == []
        found.append(len(seen))
    assert found[0] == found[1]


async def test_a_kit_has_no_stock_of_its_own_and_no_halves(cast: Cast):
    with pytest.raises(KitHasNoStock):
        await stocking.receive_stock("K100", TWO, by=cast.qiang, now=NOW)
    with pytest.raises(KitHasNoStock):
        await counting.count_stock(Counted("K100", TWO), "c1", by=cast.manager, now=NOW)
    with pytest.raises(PackRefused):
        await an_order(cast.manager, kits_of("1.5"))
    assert await held() == (0, 0)


async def test_kits_from_files(cast: Cast):
    row: dict[str, Any] = {"sku": "K200", "name": "大套装", "base_unit": "套", "list_price": 180}

    async def read(**more: Any) -> None:
        await importing.import_products({"products": [row | more]}, now=NOW)

    for bad in (
        {"kit": [{"sku": "A100"}]}, {"kit": "A100"}, {"kit": [{"sku": "K100", "qty": 1}]},
        {"kit": [{"sku": "A100", "qty": 1}], "stock": 5}, {"kit": [{"sku": "X9", "qty": 1}]},
    ):  # fmt: skip
        with pytest.raises(ImportRefused):
            await read(**bad)
    assert not await Product.filter(sku="K200")
    await read(kit=[{"sku": "A100", "qty": 3}])
    await read()
    assert [(part.sku, part.qty) for part in await kits.kit("K200")] == [("A100", 3)]
    with pytest.raises(ImportRefused):
        await importing.import_stock({"stock": [{"sku": "K200", "qty": 1}]}, now=NOW)
    await read(kit=[])
    assert await kits.kit("K200") == ()


async def test_what_comes_back_of_a_kit_are_its_parts(cast: Cast):
    placed = await an_order(cast.wang, kits_of(4))
    await shipping.ship(placed.number, "顺丰", "SF1234567890123", None, by=cast.qiang, now=NOW)
    with pytest.raises(QuantityRefused):
        await receiving.receive_goods(placed.number, [goods("K100", "1.5")], "", [], by=cast.wang, now=NOW)
    await receiving.receive_goods(placed.number, None, "", [], by=cast.wang, now=NOW)
    for wrong in (goods("A100", 1), goods("K100", "0.5")):
        with pytest.raises(KitIsWhole):
            await claiming.ask_return(placed.number, ClaimKind.RETURN, [wrong], "多了", by=cast.wang, now=NOW)
    some = [goods("K100", 3)]
    asked = await claiming.ask_return(placed.number, ClaimKind.RETURN, some, "多了", by=cast.wang, now=NOW)
    await claiming.decide(asked.claim, None, by=cast.li, now=NOW)
    with pytest.raises(KitIsWhole):
        await returning.take_back(asked.claim, [Fault("broken", Decimal("0.5"), "套")], by=cast.qiang, now=NOW)
    back = await returning.take_back(asked.claim, [Fault("broken", Decimal(1), "套")], by=cast.qiang, now=NOW)
    assert (back.good, back.scrapped, back.credit) == ("K100 2套", "K100 1套", 300)
    await check_the_books()
    assert (await balance("A100"), await balance("B200")) == ((16, 0), (6, 0))


async def test_what_is_said_of_a_part_on_receipt_is_a_claim_of_the_kits_it_touches(cast: Cast):
    number = (await an_order(cast.manager, kits_of(3))).number
    await shipping.ship(number, "自提", None, None, by=cast.qiang, now=NOW)
    faults = [Fault("broken", Decimal(7), None, "A100")]
    with pytest.raises(QuantityRefused):
        await receiving.receive_goods(number, None, None, faults, by=cast.receiver, now=NOW)
    faults = [Fault("broken", Decimal(3), "个", "A100"), Fault("short", Decimal(1), None, "B200")]
    got = await receiving.receive_goods(number, None, "A100破3 B200少1", faults, by=cast.receiver, now=NOW)
    assert got.claims == (("R1", ClaimKind.SHORT, "K100 1套"), ("R2", ClaimKind.BROKEN, "K100 2套"))
    assert got.remark == "A100破3 B200少1"
    assert (await OrderLine.get()).delivered == 2


async def test_whole_kits_change_hands_for_an_order_that_comes_first(cast: Cast):
    first = (await an_order(cast.wang, kits_of(8), line("A100", 2))).number
    second = (await an_order(cast.wang, kits_of(3))).number
    swap = await prioritising.preview(second, by=cast.manager, now=NOW)
    assert swap.gains == (("K100", 3, "套"),)
    assert [(one.order, one.sku, one.qty) for one in swap.losers] == [(first, "K100", 3)]
    assert [one.after.isoformat() for one in swap.losers] == ["2026-12-07"], "ten days for the part that lacks"
    before = await held()
    await prioritising.prioritise(second, swap.seal, by=cast.manager, now=NOW)
    assert await held() == before
    held_by = {row.order_id: row.reserved for row in await OrderLine.filter(sku="K100")}
    assert list(held_by.values()) == [5, 3]


async def test_a_part_is_found_where_its_kits_are(cast: Cast):
    await an_order(cast.wang, kits_of(2), line("A100", 3))
    number = (await an_order(cast.wang, kits_of(1))).number
    await shipping.ship(number, "顺丰", "SF1234567890123", None, by=cast.qiang, now=NOW)
    rows = await whereabouts(cast.wang, "A100", now=NOW, limit=5)
    assert [(row.kit, row.ordered, row.shipped) for row in rows] == [
        ("K100", "1套", "1套"), ("", "3个", ""), ("K100", "2套", ""),
    ]  # fmt: skip
    assert [row.kit for row in await whereabouts(cast.wang, "K100", now=NOW, limit=5)] == ["", ""]


async def test_orders_that_wait_for_another_part_cost_nothing_when_goods_come_in(cast: Cast):
    found = {}
    await an_order(cast.manager, kits_of(8))
    for count in (1, 9):
        for _ in range(count):
            await an_order(cast.manager, kits_of(1))
        async with statements() as seen:
            await stocking.receive_stock("A100", Decimal(1), by=cast.qiang, now=NOW)
        found[count] = len(seen)
    assert found[1] == found[9]
    await stocking.receive_stock("B200", Decimal(3), by=cast.qiang, now=NOW)
    assert await held() == (22, 11)


async def test_kits_and_single_goods_at_once_are_never_oversold(cast: Cast):
    wanted = [(kits_of(2),), (line("B200", 1), kits_of(1)), (line("A100", 3), line("B200", 1))] * 3
    await asyncio.gather(*(an_order(cast.manager, *lines) for lines in wanted))
    a, b = await held()
    assert a <= 20
    assert b <= 8
    short = [row for row in await OrderLine.all() if row.short > 0]
    assert short
    assert not any(row.sku == "A100" for row in short) or a == 20
    assert not any(row.sku == "B200" for row in short) or b == 8
    assert not any(row.sku == "K100" for row in short) or a >= 19 or b == 8
