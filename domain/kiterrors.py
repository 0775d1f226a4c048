"""Why the business says no about kits; refusals like those of ``domain.errors``."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass
class KitRefused(Refusal):
    """A product cannot be a kit like this: ``why`` is a code, ``part`` the product that it is about."""

    sku: str
    why: str
    part: str


@dataclass
class KitHasNoStock(Refusal):
    """A kit has no stock of its own; goods come and are counted as its ``parts``."""

    sku: str
    parts: str


@dataclass
class KitIsWhole(Refusal):
    """A part of a kit was named by itself; kits are picked, sent and taken back whole."""

    number: str
    part: str
    kit: str
    unit: str
