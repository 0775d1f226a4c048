"""What people ask about how they are told."""

from dataclasses import dataclass
from datetime import time, timedelta

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class WishNotices(Command):
    """通知设置, 通知设置 3 关: how I am told of each kind, perhaps one set anew to on, digest or off."""

    number: int | None = None
    way: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WishDigest(Command):
    """汇总时间 17:30: when what is gathered for me is told; without a time, what was gathered last."""

    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WishQuiet(Command):
    """免打扰 22:00-8:00 休息日: when I am not to be disturbed; ``off`` ends all of it, nothing at all shows it."""

    start: time | None = None
    end: time | None = None
    rest_days: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteOrder(Command):
    """静音 1042 直到发货: quiet about one order; ``until`` is sent, morning, trouble or off, or ``span`` a length."""

    order_no: str | None = None
    until: str | None = None
    span: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyUntold(Command):
    """为什么没通知我 1042: what was not told to me at once, and why."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWay(Command):
    """通道 3, 通道 邮件 li@shop.example, 通道 企微应用 LiSi: where I hear alerts first; nothing named shows them.

    通道 恢复 webhook: a way that was shut is open again, for everybody.
    """

    number: int | None = None
    way: str | None = None
    address: str | None = None
    resume: bool = False
