"""What staff can say about goods: counted, carried, come in, bought, made; values like those of ``domain.commands``."""

from dataclasses import dataclass
from datetime import date

from domain.commands import Command, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class CountStock(Command):
    """盘点 [仓库] A100 [L2301] 380: so much lies there, of one lot where the product lies in lots."""

    lines: tuple[Wanted, ...] = ()
    warehouse: str | None = None
    lot: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideCount(Command):
    """同意盘点 12 / 驳回盘点 12 理由; ``reason`` is set for a no; no number means the one that waits."""

    count: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn(Command):
    """入库 A100 200 [仓库] [批号 L2301 有效期 2027-06-30]: goods came in without a purchase order."""

    lines: tuple[Wanted, ...] = ()
    warehouse: str | None = None
    lot: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLots(Command):
    """批次 [A100]: what is left of each lot of a product, or what expires next."""

    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLots(Command):
    """批次 A100 开 / 批次 A100 关: whether goods of a product come in by lots."""

    sku: str
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStock(Command):
    """调拨 A100 100 [从 主仓] 到 北仓."""

    lines: tuple[Wanted, ...] = ()
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseMove(Command):
    """冲销 57: take an entry of the stock ledger back."""

    move: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWarehouse(Command):
    """新仓库 北仓."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPurchases(Command):
    """采购单 [P17]: what has to be bought and what is coming, or one purchase order."""

    purchase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyGoods(Command):
    """采购 B200 500: ordered from its supplier, whether anybody waits for it or not."""

    lines: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePurchase(Command):
    """到货 P17 [A100 200] [批号 L2301 有效期 2027-06-30] [到 北仓]: what came of a purchase order, where it lies.

    A line without a product is a quantity of whatever is open of it; without lines all of it came. ``purchase`` None
    means the one that has these goods.
    """

    purchase: str | None = None
    lines: tuple[Wanted, ...] = ()
    warehouse: str | None = None
    lot: str | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePurchase(Command):
    """P17 改到 12-05, P17 晚两天: the supplier names another day, or by how many days it is ``later``."""

    purchase: str
    day: date | None = None
    later: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePurchase(Command):
    """关闭 P17: nothing more is coming."""

    purchase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSupplier(Command):
    """供应商 A100 华南电子: who we buy it from."""

    sku: str | None
    supplier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetKit(Command):
    """套装 K100 = A100×2 + B200×1: what is in one of a kit from now on."""

    sku: str | None
    lines: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPromises(Command):
    """交期 1042: every day that was told for an order."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritise(Command):
    """优先 1042: goods of others for this order, after a look at who loses what."""

    order_no: str | None = None
