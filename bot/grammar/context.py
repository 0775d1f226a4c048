"""The state of the dialogue before a message: who speaks, the open draft, the question asked last."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of the open draft; ``text`` when its product is not settled yet."""

    sku: str | None
    qty: Decimal | None = None
    unit: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that is being put together and has not been submitted."""

    customer: str | None = None
    lines: tuple[DraftLine, ...] = ()

    def line(self, sku: str | None) -> DraftLine | None:
        """The line of a product."""
        return next((line for line in self.lines if line.sku is not None and line.sku == sku), None)


@dataclass(frozen=True, slots=True)
class Pending:
    """The question asked last: confirm_order, ask_qty, ask_product, ask_customer, ask_date, ask_address, ask_unit,
    ask_order_no, approval, and the product's own ask_code and confirm_identity.

    ``candidates`` are the ids behind numbered choices, ``options`` the choices as they were worded.
    """

    kind: str
    sku: str | None = None
    candidates: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    order_no: str | None = None
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything beside the text that decides its meaning; ``role`` is customer or any role of staff."""

    role: str = "customer"
    customer: str | None = None
    draft: Draft | None = None
    pending: Pending | None = None
    focus_sku: str | None = None
    last_order: str | None = None

    @property
    def staff(self) -> bool:
        """Whether the speaker works for the shop."""
        return self.role != "customer"

    def asks(self, kind: str) -> bool:
        """Whether this is the open question."""
        return self.pending is not None and self.pending.kind == kind
