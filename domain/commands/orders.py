"""Commands of whoever orders: place, try, repeat, change, cancel, receive, and what was usual."""

from dataclasses import dataclass

from domain.commands.parts import NO_BARGAIN, NO_DETAILS, Bargain, Change, Command, Details, Fault, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(Command):
    """create_order (下单): products with quantities, or a bare wish to order."""

    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    lines: tuple[Wanted, ...] = ()
    details: Details = NO_DETAILS
    bargain: Bargain = NO_BARGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOrder(Command):
    """Dry run (试算): price, stock and date of an order that is not placed."""

    order: PlaceOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Command):
    """reorder (照旧): repeat an earlier order, with changes said in the same breath."""

    order_no: str | None = None
    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    ops: tuple[Change, ...] = ()
    times: int | None = None
    details: Details = NO_DETAILS
    bargain: Bargain = NO_BARGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder(Command):
    """modify_order (改单): of the open draft, or of the order named."""

    order_no: str | None = None
    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    ops: tuple[Change, ...] = ()
    details: Details = NO_DETAILS
    bargain: Bargain = NO_BARGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command):
    """cancel_order (取消): the whole order or draft."""

    order_no: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveGoods(Command):
    """签收 1042: the goods have arrived; ``lines`` when not everything did, ``remark`` what was said besides."""

    order_no: str | None = None
    lines: tuple[Wanted, ...] = ()
    remark: str | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """撤销: take back what I did last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDraft(Command):
    """草稿 / 购物车: read the open draft back to me."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUsuals(Command):
    """常购: what I usually take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProducts(Command):
    """商品: what there is to order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAliases(Command):
    """我的叫法: the names that we learnt from this customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetAlias(Command):
    """忘记 小红瓶: forget one of those names."""

    alias: str
