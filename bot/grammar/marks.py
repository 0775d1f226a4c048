"""What was recognised in a message: marks over stretches of its text, each stretch marked once."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, TypeVar

from bot.grammar.dates import Mention

MASK = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A recognised stretch; ``letter`` stands for it in the skeleton of the message."""

    letter: ClassVar[str] = "?"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductMark(Mark):
    """A product, or the several that a word may mean; ``ids`` is empty for one that the catalog does not know."""

    letter: ClassVar[str] = "P"
    ids: tuple[str, ...] = ()
    text: str = ""
    key: str = ""

    @property
    def sku(self) -> str | None:
        """The product, if exactly one is meant."""
        return self.ids[0] if len(self.ids) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMark(Mark):
    """A customer by name, or the several that a name may mean."""

    letter: ClassVar[str] = "C"
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMark(Mark):
    """An order number as it was written."""

    letter: ClassVar[str] = "N"
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoMark(Mark):
    """The customer's own number for an order, in capitals; ``named`` when a word for it stood before it."""

    letter: ClassVar[str] = "O"
    text: str = ""
    named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMark(Mark):
    """A date or a degree of hurry."""

    letter: ClassVar[str] = "D"
    mention: Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityMark(Mark):
    """A quantity; ``qty`` None means that it was vague, ``unit`` is the spelling used."""

    letter: ClassVar[str] = "Q"
    qty: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMark(Mark):
    """A unit price."""

    letter: ClassVar[str] = "M"
    price: Decimal = Decimal(0)
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMark(Mark):
    """Where to deliver."""

    letter: ClassVar[str] = "A"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMark(Mark):
    """Who receives."""

    letter: ClassVar[str] = "H"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMark(Mark):
    """A telephone number."""

    letter: ClassVar[str] = "F"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkMark(Mark):
    """What shall be noted."""

    letter: ClassVar[str] = "R"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxMark(Mark):
    """With tax (incl) or without (excl)."""

    letter: ClassVar[str] = "X"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierMark(Mark):
    """A carrier's short name."""

    letter: ClassVar[str] = "K"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaybillMark(Mark):
    """A carrier's tracking number."""

    letter: ClassVar[str] = "W"
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseMark(Mark):
    """Figures that are no quantity: durations, totals, discounts, serial numbers."""

    letter: ClassVar[str] = "Z"


M = TypeVar("M", bound=Mark)


@dataclass(slots=True)
class Canvas:
    """A text on which stretches are marked one after the other; what is marked is hidden from later spotters."""

    text: str
    marks: list[Mark] = field(default_factory=list)
    _chars: list[str] = field(init=False)
    _masked: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._chars = list(self.text)

    @property
    def masked(self) -> str:
        """The text with every marked character hidden."""
        if self._masked is None:
            self._masked = "".join(self._chars)
        return self._masked

    def add(self, mark: Mark) -> bool:
        """Mark a stretch, unless some of it is taken."""
        if mark.start >= mark.end or MASK in self._chars[mark.start : mark.end]:
            return False
        self.marks.append(mark)
        self._chars[mark.start : mark.end] = MASK * (mark.end - mark.start)
        self._masked = None
        return True

    def swap(self, old: Mark, new: Mark) -> None:
        """Put a longer mark in the place of one."""
        self.marks[self.marks.index(old)] = new
        self._chars[new.start : new.end] = MASK * (new.end - new.start)
        self._masked = None

    def of(self, kind: type[M]) -> list[M]:
        """All marks of one kind, in order of the text."""
        return sorted((mark for mark in self.marks if isinstance(mark, kind)), key=lambda mark: mark.start)
