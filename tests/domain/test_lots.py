"""Lots kept to the balance: whatever comes, goes, is counted or expires, at once or one after the other."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain import claiming, counting, importing, lotting, receiving, returning, shipping, stocking
from domain.errors import Refusal
from domain.loterrors import LotDiffers, LotNeeded, LotOver, LotsExpired, LotsInUse, LotUnwanted
from domain.models import OrderLine, Product, ShipmentLine, Stock, StockLot, StockMove
from domain.models.returns import ClaimKind
from domain.rules.lots import Batch
from domain.stockerrors import StockRefused
from domain.stocking import Counted
from tests.shop import NOW, TODAY, Cast, a_product, an_order, balance, goods, line

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SOON, LATE = TODAY + timedelta(days=5), TODAY + timedelta(days=90)


async def in_lots(cast: Cast, **goods: tuple[int, date | None]) -> None:
    """A100 in these lots."""
    await a_product("A100")
    await lotting.want_lots("A100", True, by=cast.qiang, now=NOW)
    for code, (qty, until) in goods.items():
        await come(cast, code, qty, until)


async def come(cast: Cast, code: str, qty: int, until: date | None = None) -> stocking.Booked:
    lot = Batch(code, until)
    return await stocking.take_in(Counted("A100", Decimal(qty), lot=lot), f"c:{code}:{qty}", by=cast.qiang, now=NOW)


async def left() -> dict[str, int]:
    return {row.code: int(row.on_hand) for row in await StockLot.all().order_by("id")}


async def test_many_parcels_at_once_take_each_piece_of_a_lot_once(cast: Cast):
    await in_lots(cast, LATE=(30, LATE), SOON=(20, SOON))
    placed = [await an_order(cast.wang, line(qty=5)) for _ in range(10)]

    async def sent(n: int, number: str) -> None:
        await shipping.ship(number, "自提", None, None, by=cast.qiang, now=NOW, cause=f"s:{n}")

    async def taken() -> None:
        # More comes in, and somebody takes away what nobody holds, meanwhile.
        booked = await come(cast, "LATE", 7)
        await stocking.reverse_move(booked.move, by=cast.qiang, now=NOW)

    await asyncio.gather(*(sent(n, one.number) for n, one in enumerate(placed)), taken())
    assert await balance() == (0, 0)
    assert await left() == {"LATE": 0, "SOON": 0}
    issued = await StockMove.filter(kind="issue")
    assert {code: sum(int(-row.qty) for row in issued if row.lot == code) for code in ("SOON", "LATE")} == {
        "SOON": 20,
        "LATE": 30,
    }
    kept = [(one["code"], one["qty"]) for row in await ShipmentLine.all() for one in row.lots or ()]
    assert sorted(kept) == sorted((row.lot, f"{-row.qty:f}") for row in issued)


@SQLITE
async def test_what_comes_in_names_its_lot_and_one_day_only(cast: Cast):
    await in_lots(cast, L1=(10, LATE))
    await a_product("B200")
    for wrong, error in (
        (Counted("A100", Decimal(1)), LotNeeded),
        (Counted("A100", Decimal(1), lot=Batch("L1", SOON)), LotDiffers),
        (Counted("A100", Decimal(1), lot=Batch("L2", TODAY - timedelta(days=1))), LotOver),
        (Counted("B200", Decimal(1), lot=Batch("L1")), LotUnwanted),
    ):
        with pytest.raises(error):
            await stocking.take_in(wrong, None, by=cast.qiang, now=NOW)
    await stocking.take_in(Counted("A100", Decimal(1), lot=Batch("L1")), None, by=cast.qiang, now=NOW)
    assert await left() == {"L1": 11}
    with pytest.raises(LotNeeded):
        await stocking.set_stock([Counted("A100", Decimal(3))], by=cast.qiang, now=NOW)
    assert await stocking.set_stock([Counted("A100", Decimal(11))], by=cast.qiang, now=NOW) == 0


@SQLITE
async def test_lots_are_carried_between_warehouses_once(cast: Cast):
    await in_lots(cast, LATE=(10, LATE), SOON=(4, SOON))
    goods = Counted("A100", Decimal(6))
    first = await stocking.transfer(goods, "NORTH", "t:1", by=cast.qiang, now=NOW)
    again = await stocking.transfer(goods, "NORTH", "t:1", by=cast.qiang, now=NOW)
    assert (first.repeated, again.repeated, int(again.goods.qty)) == (False, True, 6)
    rows = await StockLot.filter(warehouse="NORTH").order_by("code")
    assert [(row.code, int(row.on_hand), row.expires_on) for row in rows] == [("LATE", 2, LATE), ("SOON", 4, SOON)]
    with pytest.raises(StockRefused):
        await stocking.transfer(Counted("A100", Decimal(9)), "NORTH", "t:2", by=cast.qiang, now=NOW)


@SQLITE
async def test_what_expires_leaves_the_shelf_and_its_orders_get_other_goods(cast: Cast):
    await in_lots(cast, SOON=(10, SOON), LATE=(10, LATE))
    first = await an_order(cast.wang, line(qty=8))
    last = await an_order(cast.wang, line(qty=8))
    later = NOW + timedelta(days=6)
    await shipping.ship(last.number, "自提", None, None, by=cast.qiang, now=later)
    with pytest.raises(LotsExpired):
        await shipping.ship(first.number, "自提", None, None, by=cast.qiang, now=later)
    assert await lotting.expire_lots(NOW + timedelta(days=5)) == 0, "the last day is still a good one"
    assert await lotting.expire_lots(later) == 1
    assert await lotting.expire_lots(later) == 0
    assert [(int(row.shipped), int(row.reserved)) for row in await OrderLine.all().order_by("id")] == [(0, 2), (8, 0)]
    soon = await StockLot.get(code="SOON")
    assert (soon.on_hand, soon.expired) == (0, 10)
    with pytest.raises(LotsInUse):
        await lotting.want_lots("A100", False, by=cast.qiang, now=later)
    counted = Counted("A100", Decimal(0), lot=Batch("SOON"))
    done = await counting.count_stock(counted, "n:1", by=cast.qiang, now=later)
    assert (done.state, int(done.before)) == ("booked", 10)
    await soon.refresh_from_db()
    assert soon.expired == 0
    assert not (await lotting.want_lots("A100", False, by=cast.qiang, now=later)).wanted


@SQLITE
async def test_a_count_is_of_one_lot(cast: Cast):
    await in_lots(cast, L1=(10, LATE), L2=(5, None))
    with pytest.raises(LotNeeded):
        await counting.count_stock(Counted("A100", Decimal(9)), "n:1", by=cast.qiang, now=NOW)
    for cause, code, qty in (("n:2", "L1", 7), ("n:3", "L3", 2), ("n:3", "L3", 2)):
        await counting.count_stock(Counted("A100", Decimal(qty), lot=Batch(code)), cause, by=cast.qiang, now=NOW)
    assert await left() == {"L1": 7, "L2": 5, "L3": 2}
    assert await balance() == (14, 0)


@SQLITE
async def test_a_catalogue_may_ask_for_lots_and_what_lay_there_is_one(cast: Cast):
    row = {"sku": "D400", "name": "胶水", "base_unit": "支", "list_price": 3, "stock": 12}
    await importing.import_products({"products": [row]}, now=NOW)
    await importing.import_products({"products": [row | {"lots": True}]}, now=NOW)
    assert await left() == {"期初": 12}
    assert (await Product.get(sku="D400")).lots
    await importing.import_products({"products": [row]}, now=NOW)
    assert (await Stock.get(sku="D400")).by_lot, "a file that does not say leaves it as it is"
    with pytest.raises(Refusal):
        await importing.import_products({"products": [row | {"lots": "yes"}]}, now=NOW)
    await importing.import_products({"products": [row | {"lots": False}]}, now=NOW)
    assert await left() == {}


@SQLITE
async def test_what_comes_back_is_in_its_lot_or_in_one_that_lasts_no_longer_than_any_it_may_be_of(cast: Cast):
    await in_lots(cast, SOON=(10, SOON), LATE=(10, LATE))
    for qty, lots in ((4, {"SOON": 10, "LATE": 10}), (14, {"SOON": 0, "LATE": 6, "R2": 14})):
        number = (await an_order(cast.wang, line(qty=qty))).number
        await shipping.ship(number, "送货", None, None, by=cast.qiang, now=NOW)
        await receiving.receive_goods(number, None, None, by=cast.wang, now=NOW)
        asked = await claiming.ask_return(number, ClaimKind.RETURN, [goods(base=qty)], "多了", by=cast.wang, now=NOW)
        await claiming.decide(asked.claim, None, by=cast.li, now=NOW)
        await returning.take_back(asked.claim, [], by=cast.qiang, now=NOW)
        assert await left() == lots
    assert (await StockLot.get(code="R2")).expires_on == SOON
