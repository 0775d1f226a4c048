"""What people ask for, as typed values: the vocabulary between understanding a message and doing something about it.

A command holds only what the message itself said; a missing slot is None or empty. ``clarify`` names what must be asked
before it may be carried out (customer, product, qty, unit, date, order_no, lines). Nothing here checks permissions.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from domain.values import DeliveryWish, Period


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line as it was said: ``qty`` in ``unit``, ``base_qty`` in the product's base unit; ``text`` its words."""

    sku: str | None
    qty: Decimal | None = None
    unit: str | None = None
    base_qty: Decimal | None = None
    price: Decimal | None = None
    price_unit: str | None = None
    candidates: tuple[str, ...] = ()
    text: str = ""


class Op(StrEnum):
    """How a draft or order changes: add to, set, subtract, remove, replace a product, price it, multiply."""

    ADD = "add"
    SET = "set"
    SUB = "sub"
    REMOVE = "remove"
    REPLACE = "replace"
    PRICE = "price"
    MUL = "mul"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a line; ``to`` is the new product of a replace, ``factor`` the multiplier of a mul."""

    op: Op
    sku: str | None
    qty: Decimal | None = None
    unit: str | None = None
    base_qty: Decimal | None = None
    to: str | None = None
    factor: Decimal | None = None
    price: Decimal | None = None
    price_unit: str | None = None
    candidates: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What may be said about an order beside its lines; ``address`` ``"@last"`` means the usual one."""

    delivery: DeliveryWish | None = None
    address: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    remark: str | None = None
    tax: str | None = None
    carrier: str | None = None


NO_DETAILS = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The root of all commands."""

    clarify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(Command):
    """create_order (下单): products with quantities, or a bare wish to order."""

    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    lines: tuple[Wanted, ...] = ()
    details: Details = NO_DETAILS


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder(Command):
    """modify_order (改单): of the open draft, or of the order named."""

    order_no: str | None = None
    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    ops: tuple[Change, ...] = ()
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command):
    """cancel_order (取消): the whole order or draft."""

    order_no: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOrder(Command):
    """query_order (查单): state, whereabouts, content or list of orders; ``why`` asks what holds it up."""

    order_no: str | None = None
    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    period: Period | None = None
    why: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStock(Command):
    """query_stock (查库存)."""

    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPrice(Command):
    """query_price (问价); ``qty`` in ``unit`` when the question named one; ``price_list`` is a list asked for by name.

    ``customer`` is the one whose price a member of staff asks for.
    """

    skus: tuple[str, ...] = ()
    qty: Decimal | None = None
    unit: str | None = None
    customer: str | None = None
    price_list: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(Command):
    """approve (同意) an order that waits for a decision."""

    order_no: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Command):
    """reject (驳回) an order that waits for a decision."""

    order_no: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Command):
    """report (报表): an aggregated figure; ``metric`` is one of the words of the reporting vocabulary."""

    metric: str
    period: Period | None = None
    customer: str | None = None
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmShipment(Command):
    """confirm_shipment (发货): an order, or some of its lines, went out."""

    order_no: str | None = None
    carrier: str | None = None
    tracking_no: str | None = None
    lines: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideInfo(Command):
    """provide_info: an answer to the question asked last."""

    lines: tuple[Wanted, ...] = ()
    sku: str | None = None
    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    unit: str | None = None
    order_no: str | None = None
    option: int | None = None
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """confirm (确认): yes to the question asked last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny(Command):
    """deny (不): no, or not yet, to the question asked last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(Command):
    """handoff (转人工): topic after_sales, finance or human."""

    topic: str = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help(Command):
    """help (帮助)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTalk(Command):
    """smalltalk: greeting, thanks, nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood(Command):
    """unknown: nothing that the grammar may act upon."""


# Fixed phrases of the product itself, beyond the language of orders.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(Command):
    """绑定 CODE: tie this WeChat identity to a contact or a member of staff."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbind(Command):
    """解绑: forget who this WeChat identity is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Command):
    """邀请 [客户] 姓名 [角色]: make a one-time binding code for a contact."""

    name: str
    customer: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlert(Command):
    """收到 A7: I take care of it."""

    alert: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeAlert(Command):
    """A7 2小时: remind me later; ``span`` is how much later."""

    alert: str
    span: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAlerts(Command):
    """提醒 / 告警: the open alerts that concern me."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase(Command):
    """催单 1042: ask the person in charge to hurry."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink(Command):
    """链接 1042: a link to the page of an order, to pass on."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeLinks(Command):
    """收回链接 1042: no link that was given out for the order so far opens it any more."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """破1, 少2个: so much is broken or short; of ``sku`` when it was named."""

    kind: str
    qty: Decimal
    unit: str | None = None
    sku: str | None = None


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
class GoBack(Command):
    """返回: leave the present question; the draft stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDraft(Command):
    """草稿 / 购物车: read the open draft back to me."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAliases(Command):
    """我的叫法: the names that we learnt from this customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetAlias(Command):
    """忘记 小红瓶: forget one of those names."""

    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUsuals(Command):
    """常购: what I usually take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProducts(Command):
    """商品: what there is to order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShipping(Command):
    """待发货: what waits for dispatch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReview(Command):
    """待审核: what waits for a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(Command):
    """A picture, voice, video, place or sticker that carries no words; ``kind`` is the platform's message type."""

    kind: str
