"""What people who mind the money ask for: credit, terms, customers that are stopped, payments.

``customer`` is a code; None when the message named nobody that we know, whose words are then ``named``.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCredit(Command):
    """额度 宏达: what they may owe, what they owe, what of it is overdue."""

    customer: str | None = None
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReceivables(Command):
    """应收: who owes us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCreditLimit(Command):
    """额度 宏达 50000; without a ``limit`` they may owe anything."""

    customer: str | None = None
    named: str = ""
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCreditDays(Command):
    """账期 宏达 30天: how long after dispatch they may take to pay; without ``days`` for ever."""

    customer: str | None = None
    named: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCustomer(Command):
    """停单 宏达 原因: their orders are held from now on."""

    customer: str | None = None
    named: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockCustomer(Command):
    """恢复 宏达."""

    customer: str | None = None
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePayment(Command):
    """收款 宏达 5000 备注: money that came in."""

    customer: str | None = None
    named: str = ""
    amount: Decimal | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackPayment(Command):
    """撤销收款 12: it was noted by mistake."""

    payment: int
