"""What people at work ask for beside orders: leave, the duty roster."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeLeave(Command):
    """请假 明天到周五: leave for oneself, or for ``who`` when a manager says so; ``part`` am or pm is half a day."""

    who: str | None = None
    first: date | None = None
    last: date | None = None
    part: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLeave(Command):
    """销假: the leave that runs or comes next is over, or that of a ``day``."""

    who: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLeave(Command):
    """谁请假: who is away on a day and after it; ``mine`` only one's own."""

    day: date | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDuty(Command):
    """今天谁值班: the roster of a day, and without a day who is at work now; ``team`` a role's word."""

    day: date | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDuty(Command):
    """排班 阿强 周六 8点到20点: a turn of duty on each of these days."""

    who: str | None = None
    first: date | None = None
    last: date | None = None
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDuty(Command):
    """取消排班 阿强 周六."""

    who: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn(Command):
    """1042 转 小王: a colleague decides in my place."""

    order_no: str | None = None
    who: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLevels(Command):
    """审批级别 5万以上经理: who decides from which amount on; without levels they are shown."""

    levels: tuple[tuple[Decimal, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce(Command):
    """公告 仓库: 明天盘点; ``audience`` is a role, staff, customers, customer:CODE, or empty when it is not clear."""

    audience: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnnouncements(Command):
    """公告: the newest ones for me."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTodos(Command):
    """待办: everything that waits for me."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHandover(Command):
    """交班: what is open, for who takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissAlert(Command):
    """A7 误报: nothing is wrong; quiet while it lasts."""

    alert: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassAlert(Command):
    """A7 转 阿强: a colleague takes care of it."""

    alert: str
    who: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules(Command):
    """预警规则: all of them; 规则 测试 3: what one of them finds now; 预警规则 3 48小时: its limit set anew.

    ``unit`` is days, hours, minutes or percent when one was said; ``usual`` sets what counts where nobody set anything,
    ``past`` asks who set what.
    """

    number: int | None = None
    value: Decimal | None = None
    unit: str | None = None
    usual: bool = False
    past: bool = False
