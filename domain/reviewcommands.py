"""What people ask about how orders are judged."""

from dataclasses import dataclass
from decimal import Decimal

from domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules(Command):
    """审核规则, 审核规则 2 5000, 审核规则 2 关: the rules of review, perhaps one set anew.

    ``unit`` is days, hours or minutes when one was said; ``past`` asks who set what.
    """

    number: int | None = None
    value: Decimal | None = None
    unit: str | None = None
    on: bool | None = None
    past: bool = False
