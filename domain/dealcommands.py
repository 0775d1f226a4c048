"""What people ask of an order after it was accepted, beside changing and cancelling it."""

from dataclasses import dataclass

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseShort(Command):
    """结案 1042: what was sent stays, the rest is called off."""

    order_no: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseShortage(Command):
    """1042 先发现货, 1042 等齐, 1042 取消缺的: what becomes of goods that lack; ``option`` is a number."""

    order_no: str | None = None
    choice: str | None = None
    option: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseOrder(Command):
    """暂停 1042: nothing leaves the house for it until it is resumed."""

    order_no: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeOrder(Command):
    """恢复 1042: a paused order goes on."""

    order_no: str | None = None
