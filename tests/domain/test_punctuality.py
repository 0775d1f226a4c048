"""Which promised days were kept: counted by the database, order by order as a person would."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from domain.commands import Report
from domain.figures import figures
from domain.models import Customer, Order, OrderLine, Shipment
from domain.models.orders import OrderState
from domain.punctuality import Punctuality, punctuality
from domain.values import Role
from tests.shop import NOW, a_customer, a_member

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 11, 25, 15, 59, 59, 999_999, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
CASES: list[tuple[OrderState, date | None, tuple[datetime | None, ...], tuple[int, int]]] = [
    (OrderState.CLOSED, WEDNESDAY, (NOON,), (1, 1)),
    (OrderState.CLOSED, WEDNESDAY, (LAST_MOMENT,), (1, 1)),
    (OrderState.CLOSED, WEDNESDAY, (MIDNIGHT,), (0, 1)),
    (OrderState.CLOSED, WEDNESDAY, (NOON, MIDNIGHT), (0, 1)),
    (OrderState.CLOSED, THURSDAY, (NOON,), (1, 1)),
    (OrderState.ACCEPTED, WEDNESDAY, (NOON,), (0, 1)),
    (OrderState.ACCEPTED, WEDNESDAY, (), (0, 1)),
    (OrderState.ACCEPTED, THURSDAY, (), (0, 0)),
    (OrderState.ON_HOLD, WEDNESDAY, (), (0, 1)),
    (OrderState.SHORT_CLOSED, WEDNESDAY, (NOON,), (1, 1)),
    (OrderState.SHORT_CLOSED, THURSDAY, (NOON, None), (0, 0)),
    (OrderState.SHORT_CLOSED, WEDNESDAY, (NOON, None), (0, 1)),
    (OrderState.CANCELLED, WEDNESDAY, (), (0, 0)),
    (OrderState.AWAITING_APPROVAL, None, (), (0, 0)),
]
"""Without another first day the last was the first; kept, and due, on Thursday."""
_serial = count(1)


async def an_order_that(
    state: OrderState, last: date | None, *arrivals: datetime | None, first: date | None = None, sku: str = "A100"
) -> OrderLine:
    """An order of one line with its parcels, and when each arrived."""
    n = next(_serial)
    order = await Order.create(
        number=f"SO{n}", asked_by=f"t:{n}", customer=await Customer.get(code="C001"), placed_by="小王", state=state,
        review={}, promised_date=last, first_promised=first, ship_to={}, total=Decimal(1), placed_at=NOW,
    )  # fmt: skip
    for place, at in enumerate(arrivals):
        await Shipment.create(
            number=f"P{n}-{place}", order=order, carrier="顺丰", hook_token=f"{n}-{place}", salt="", shipped_by="阿强",
            shipped_at=NOW, delivered_at=at,
        )  # fmt: skip
    return await OrderLine.create(
        order=order, position=0, sku=sku, name=sku, qty=1, unit="个", base_unit="个", ratio=1, base_qty=1,
        unit_price=1, price_unit="个", price_source="list", amount=1,
    )  # fmt: skip


async def counted() -> tuple[tuple[int, int], tuple[int, int]]:
    """Kept and due by the last day, kept and due by the first, on Thursday."""
    found = await punctuality("1 = 1", (), today=THURSDAY)
    return (found.last_kept, found.last_due), (found.first_kept, found.first_due)


async def test_a_day_is_kept_missed_or_still_open(db: str):
    await a_customer("C001")
    for state, last, arrivals, kept in CASES:
        await an_order_that(state, last, *arrivals)
        assert await counted() == (kept, kept), (state, last, arrivals)
        await Shipment.all().delete()
        await Order.all().delete()


async def test_by_the_first_day_and_by_the_last_and_of_some_goods_only(db: str):
    await a_customer("C001")
    manager = await a_member("经理", Role.MANAGER)
    assert await punctuality("1 = 1", (), today=THURSDAY) == Punctuality(Decimal(0), 0, 0, Decimal(0), 0, 0)
    await an_order_that(OrderState.CLOSED, WEDNESDAY, NOON, first=TUESDAY)
    await an_order_that(OrderState.CLOSED, WEDNESDAY, NOON, sku="B200")
    await an_order_that(OrderState.ACCEPTED, THURSDAY, first=TUESDAY, sku="B200")
    called_off = await an_order_that(OrderState.CLOSED, WEDNESDAY, MIDNIGHT, sku="B200")
    await OrderLine.filter(id=called_off.id).update(cancelled=Decimal(1))
    assert await counted() == ((2, 3), (1, 4))

    async def told(*skus: str) -> tuple[Decimal, int]:
        found = await figures(Report(metric="on_time", skus=skus), manager, now=MIDNIGHT)
        return found.value, found.count

    assert await told() == (Decimal("66.7"), 3)
    assert await told("B200") == (Decimal(100), 1)
    assert await told("A100", "B200") == (Decimal(100), 2)
    assert await told("C300") == (Decimal(0), 0)
