"""What people complain about in other systems (docs/complaints.md), where no other test says it in so many words."""

from decimal import Decimal

import pytest

from domain import closing, shipping
from domain.amending import amend, try_amendment
from domain.amendplan import Wish
from domain.commands import Change, Op
from domain.errors import NothingToShip
from tests.shop import NOW, Cast, a_product, an_order, balance, goods, line, lines_of


async def test_a_later_order_cannot_take_what_is_reserved(cast: Cast):
    await a_product("A100", stock=10)
    first = await an_order(cast.wang, line(qty=10))
    later = await an_order(cast.wang, line(qty=4))
    assert [short.missing for short in later.short] == [4]
    (short,) = await lines_of(later.number)
    with pytest.raises(NothingToShip):
        await shipping.ship(later.number, None, "SF1234567890123", None, by=cast.qiang, now=NOW)
    (kept,) = await lines_of(first.number)
    assert (kept.reserved, short.reserved) == (10, 0)


async def test_what_a_half_sent_order_still_holds_goes_to_who_waits(cast: Cast):
    await a_product("A100", stock=10)
    first = await an_order(cast.wang, line(qty=10))
    later = await an_order(cast.wang, line(qty=4))
    await shipping.ship(first.number, None, "SF1234567890123", (goods(base=3),), by=cast.qiang, now=NOW)
    await closing.close_short(first.number, "", by=cast.wang, now=NOW)
    (waiting,) = await lines_of(later.number)
    assert (waiting.reserved, waiting.short) == (4, 0)
    assert await balance() == (7, 4)


async def test_an_order_that_holds_the_last_piece_is_sent_with_it(cast: Cast):
    await a_product("A100", stock=10)
    placed = await an_order(cast.wang, line(qty=10))
    await shipping.ship(placed.number, None, "SF1234567890123", None, by=cast.qiang, now=NOW)
    assert await balance() == (0, 0)


async def test_another_price_leaves_every_reservation_alone(cast: Cast):
    await a_product("A100", stock=10)
    first = await an_order(cast.wang, line(qty=6))
    later = await an_order(cast.wang, line(qty=6))
    before = [(row.reserved, row.short) for one in (first, later) for row in await lines_of(one.number)]
    wish = Wish((Change(Op.PRICE, "A100", price=Decimal(17)),))
    seen = await try_amendment(first.number, wish, by=cast.li, now=NOW)
    await amend(first.number, wish, version=seen.version, by=cast.li, now=NOW)
    assert [(row.reserved, row.short) for one in (first, later) for row in await lines_of(one.number)] == before
    (row,) = await lines_of(first.number)
    assert row.amount == 102
