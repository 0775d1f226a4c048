"""Commands of whoever works in the shop: decide, dispatch, see to alerts, invite."""

from dataclasses import dataclass
from datetime import timedelta

from domain.commands.parts import Command, Wanted


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
class ConfirmShipment(Command):
    """confirm_shipment (发货): an order, or some of its lines, went out; others in the same box, or in more boxes."""

    order_no: str | None = None
    carrier: str | None = None
    tracking_no: str | None = None
    lines: tuple[Wanted, ...] = ()
    with_orders: tuple[str, ...] = ()
    more_waybills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShipping(Command):
    """待发货: what waits for dispatch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReview(Command):
    """待审核: what waits for a decision."""


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
class Invite(Command):
    """邀请 [客户] 姓名 [角色]: make a one-time binding code for a contact."""

    name: str
    customer: str | None = None
    role: str | None = None
