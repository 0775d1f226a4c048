"""Events, people and facts for the tests of the hub."""

from datetime import UTC, datetime

from domain.creditevents import CreditSet, CustomerBlocked, CustomerUnblocked, PaymentTaken, PaymentTakenBack
from domain.dealevents import (
    ChangeRefused,
    ChangeSubmitted,
    OrderAmended,
    OrderPaused,
    OrderResumed,
    OrderShortClosed,
    ShortageOffered,
    ShortageSettled,
)
from domain.events import (
    BusinessEvent,
    CarrierUnreachable,
    CodesGuessed,
    GoodsReceived,
    HelpWanted,
    LinksRevoked,
    OrderAccepted,
    OrderCancelled,
    OrderChased,
    OrderHeld,
    OrderPlaced,
    OrderRejected,
    OrderShipped,
    ParcelMoved,
    PersonJoined,
    PersonLeft,
    PricesChanged,
    StockFellShort,
)
from domain.makeevents import WorkMoved, WorkOrdered, WorkReported, WorkStopped
from domain.officeevents import Announced, ApprovalAsked, ApprovalGiven, DutySet, LeaveEnded, LeaveTaken, LevelsSet
from domain.parcelevents import (
    ClaimDecided,
    ClaimMade,
    GoodsCameBack,
    GoodsPacked,
    ParcelQuiet,
    ParcelRelabelled,
    PhotosCame,
    PickStopped,
    ReceiptAssumed,
)
from domain.reviewevents import AlertLimitSet, RulesChanged
from domain.rules.lifecycle import OrderState
from domain.stockevents import (
    CountDecided,
    CountWaits,
    GoodsArrived,
    GoodsSwapped,
    LotExpired,
    PromiseMoved,
    PurchaseMoved,
)
from domain.telling import Affair, Listener
from domain.values import Address, Role

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def contact(identity: int, name: str, role: Role) -> Listener:
    return Listener(identity, Address("main", f"o{identity}"), name, frozenset({role}), customer="C001")


def member(identity: int, name: str, *roles: Role, customers: tuple[str, ...] = ()) -> Listener:
    return Listener(
        identity,
        Address("main", f"o{identity}"),
        name,
        frozenset(roles),
        staff=identity + 100,
        customers=frozenset(customers),
        code=f"S{identity}",
    )


WANG = contact(1, "小王", Role.BUYER)
BOSS = contact(2, "王总", Role.BOSS)
ZHANG = contact(3, "老张", Role.RECEIVER)
MONEY = contact(4, "小钱", Role.FINANCE_CONTACT)
LI = member(11, "老李", Role.SALES, customers=("C001",))
OTHER = member(12, "老赵", Role.SALES, customers=("C003",))
CHEN = member(13, "陈姐", Role.REVIEWER, Role.MANAGER)
QIANG = member(14, "阿强", Role.WAREHOUSE)
CAI = member(15, "采妹", Role.PURCHASING)
EVERYBODY = (WANG, BOSS, ZHANG, MONEY, LI, OTHER, CHEN, QIANG, CAI)


def affair(*, state: OrderState = OrderState.ACCEPTED, rep: Listener | None = LI, people=EVERYBODY) -> Affair:
    return Affair(
        customer="C001",
        customer_name="华强电子",
        state=state,
        total="18500.00",
        promised="2026-11-27",
        phone="13800138000",
        rep=rep.staff if rep else None,
        people=people,
    )


GOODS = "A100 20箱、B200 2箱"
PARCEL = {"shipment": "F1", "carrier": "顺丰", "waybill": "SF1234567890123"}
EVENTS: dict[type[BusinessEvent], BusinessEvent] = {
    type(event): event
    for event in (
        OrderPlaced(order="SO1042K"),
        OrderAccepted(order="SO1042K", goods=GOODS, total="18500.00", promised="2026-11-27"),
        OrderHeld(order="SO1042K", goods=GOODS, total="18500.00", reasons=("price_below_floor",)),
        OrderRejected(order="SO1042K", goods=GOODS, reason="价格太低"),
        OrderCancelled(order="SO1042K", goods=GOODS),
        OrderAmended(
            order="SO1042K", goods=GOODS, total="18500.00", changes=("A100 20箱→30箱",), promised="2026-11-27"
        ),
        ChangeSubmitted(order="SO1042K", changes=("A100 20箱→30箱",), by_reasons=("over_credit",)),
        ChangeRefused(order="SO1042K", changes=("A100 20箱→30箱",), outcome="rejected", reason="先付上月的"),
        OrderShortClosed(order="SO1042K", goods=GOODS, reason="不急用了"),
        OrderPaused(order="SO1042K", goods=GOODS, reason="等款"),
        OrderResumed(order="SO1042K", goods=GOODS),
        ShortageOffered(
            order="SO1042K",
            lacking="B200 10箱",
            choices=("send", "wait", "cancel"),
            fallback="send",
            deadline="2026-11-25T10:00:00+00:00",
        ),
        ShortageSettled(order="SO1042K", choice="wait", goods=GOODS, lacking="B200 10箱", promised="2026-11-30"),
        WorkOrdered(work="W12", goods="A100 200个", forecast="2026-12-01"),
        WorkMoved(work="W12", goods="A100 200个", state="running"),
        WorkReported(work="W12", goods="A100 50个", scrap="2", gained=1),
        WorkStopped(work="W12", goods="A100 200个", reason="缺人"),
        PricesChanged(lists=("VIP",), prices=3),
        OrderChased(order="SO1042K", goods=GOODS),
        StockFellShort(
            order="SO1042K",
            sku="B200",
            name="LED驱动器",
            missing="240",
            unit="个",
            request="PR1",
            expected="2026-11-30",
        ),
        OrderShipped(order="SO1042K", goods=GOODS, eta="2026-11-27", rest="B200 2箱", **PARCEL),
        ParcelMoved(order="SO1042K", state="collected", text="已收取快件", eta="2026-11-27", **PARCEL),
        ClaimMade(order="SO1042K", goods="A100 1箱", claim="R12", kind="broken", reason="压坏", credit="925.00"),
        PhotosCame(order="SO1042K", claim="R12", kind="broken", count=2),
        ClaimDecided(
            order="SO1042K", goods="A100 1箱", claim="R12", kind="return", state="approved", reason="", credit="925.00"
        ),
        GoodsCameBack(
            order="SO1042K", goods="A100 1箱", claim="R12", kind="return", scrapped="", missing="", credit="925.00"
        ),
        ReceiptAssumed(order="SO1042K", shipment="F1"),
        GoodsPacked(order="SO1042K", goods="A100 18箱", boxes=2, short="A100 2箱"),
        PickStopped(order="SO1042K", why="cancelled"),
        ParcelQuiet(order="SO1042K", kind="silent", since="2026-11-22T10:00:00+00:00", **PARCEL),
        ParcelRelabelled(order="SO1042K", before="圆通 YT1234567890123", **PARCEL),
        GoodsReceived(order="SO1042K", shipment="F1", goods=GOODS, remark="少了两箱"),
        PersonJoined(identity=14, name="阿强", roles=("warehouse",)),
        PersonLeft(),
        LeaveTaken(staff="S15", name="采妹", first="2026-11-25", last="2026-11-27", hearers=("S13",)),
        ApprovalAsked(
            order="SO1042K",
            goods=GOODS,
            total="18500.00",
            reasons=("price_below_floor",),
            approver="陈姐",
            hearers=("S13",),
        ),
        LevelsSet(levels=("0 reviewer",)),
        Announced(whom="staff", text="明天盘点", people=9),
        ApprovalGiven(order="SO1042K", step=1, of=2),
        LeaveEnded(staff="S15", name="采妹", first="2026-11-25", last="2026-11-27"),
        DutySet(staff="S14", name="阿强", first="2026-11-28", last="2026-11-28", hearers=("S14",)),
        LinksRevoked(order="SO1042K"),
        RulesChanged(version=2, rule="above_limit", was="50000", now="80000"),
        AlertLimitSet(version=1, rule="no_first_scan", was="24", now="48"),
        CreditSet(customer="C001", what="limit", was="", now="50000"),
        CustomerBlocked(customer="C001", reason="三个月没付款"),
        CustomerUnblocked(customer="C001"),
        PaymentTaken(customer="C001", payment=12, amount="5000.00"),
        PaymentTakenBack(customer="C001", payment=12, amount="5000.00"),
        CodesGuessed(tries=30),
        PromiseMoved(
            order="SO1042K", goods=GOODS, promised="2026-12-03", before="2026-11-27", later=True, reason="P17"
        ),
        GoodsArrived(purchase="P17", goods="A100 200个", gained=1),
        LotExpired(sku="A100", name="电源适配器", lot="L2301", goods="40个", orders="SO1042K"),
        GoodsSwapped(order="SO1042K", goods="A100 200个", winner="SO1043M"),
        PurchaseMoved(purchase="P17", supplier="华南电子", expected="2026-12-01"),
        CountWaits(count=12, sku="B200", name="LED驱动器", counted="100", books="340", unit="个"),
        CountDecided(count=12, sku="B200", name="LED驱动器", counted="100", unit="个", booked=True),
        HelpWanted(identity=1, name="小王", topic="after_sales", customer="C001"),
        CarrierUnreachable(order="SO1042K", code="POLL:abort", **PARCEL),
    )
}
