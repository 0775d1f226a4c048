"""What commands are made of: lines, changes and particulars as they were said, and the root of them all."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.values import DeliveryWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The root of all commands."""

    clarify: tuple[str, ...] = ()


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
    """What may be said about an order beside its lines; ``address`` ``"@last"`` means the usual one.

    ``po`` is the customer's own number for it.
    """

    delivery: DeliveryWish | None = None
    address: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    remark: str | None = None
    tax: str | None = None
    carrier: str | None = None
    po: str | None = None


NO_DETAILS = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bargain:
    """What was said about the price of a whole order (整单优惠).

    ``rate`` is the part of the price that is left, 0.9 after the ``words`` 打9折, only where it was plainly given;
    ``others`` are words that no price follows; ``off`` takes back what was said before.
    """

    rate: Decimal | None = None
    words: str = ""
    others: tuple[str, ...] = ()
    off: bool = False


NO_BARGAIN = Bargain()


@dataclass(frozen=True, slots=True)
class Fault:
    """破1, 少2个: so much is broken or short; of ``sku`` when it was named."""

    kind: str
    qty: Decimal
    unit: str | None = None
    sku: str | None = None
