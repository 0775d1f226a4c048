"""Commands that ask: about orders, stock, prices and figures, and for a link or for haste."""

from dataclasses import dataclass
from decimal import Decimal

from domain.commands.parts import Command
from domain.values import Period


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
class Report(Command):
    """report (报表): an aggregated figure; ``metric`` is one of the words of the reporting vocabulary."""

    metric: str
    period: Period | None = None
    customer: str | None = None
    skus: tuple[str, ...] = ()


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
