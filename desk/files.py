"""What an import file may hold, and who takes it in."""

from collections.abc import Callable, Coroutine
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.importing import Imported


class Kind(StrEnum):
    """What an import file holds."""

    PRODUCTS = "products"
    CUSTOMERS = "customers"
    STAFF = "staff"
    STOCK = "stock"
    ROSTER = "roster"
    PRICES = "prices"
    ORDERS = "orders"
    RECIPES = "recipes"


_ROOMS = {Kind.PRICES: "domain.pricing", Kind.ORDERS: "domain.intake", Kind.RECIPES: "domain.recipes"}


def importer(kind: Kind) -> "Callable[..., Coroutine[Any, Any, Imported]]":
    """The use-case that takes such a file in; loaded only now, for a command that imports nothing stays quick."""
    work: Any = getattr(import_module(_ROOMS.get(kind, "domain.importing")), f"import_{kind.value}")
    return work  # type: ignore[no-any-return]
