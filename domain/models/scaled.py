"""Exact decimals kept as whole numbers, so that sums and comparisons in SQL are exact on every database."""

from decimal import Decimal
from typing import Any

from tortoise import Model, fields


class ScaledDecimal(fields.Field[Decimal], Decimal):  # type: ignore[misc]
    """A decimal with a fixed number of places, stored as BIGINT; arithmetic in SQL works on the scaled number."""

    SQL_TYPE = "BIGINT"
    places = 0

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> int | None:  # noqa: ARG002
        """Scale up; a plain int from an ``F`` expression is scaled already and never comes through here."""
        return None if value is None else scaled(Decimal(value), self.places)

    def to_python_value(self, value: Any) -> Decimal | None:
        """Scale down what the database gave; a Decimal assigned in code is kept."""
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value).scaleb(-self.places)


class QuantityField(ScaledDecimal):
    """A quantity in thousandths of a unit."""

    places = 3


class MoneyField(ScaledDecimal):
    """An amount in hundredths of the currency."""

    places = 2


class PriceField(ScaledDecimal):
    """A unit price in ten-thousandths of the currency: a screw may cost 0.035."""

    places = 4


class RatioField(ScaledDecimal):
    """Base units in one sales unit, to six places."""

    places = 6


def scaled(value: Decimal, places: int) -> int:
    """The whole number that stands for ``value``; a finer value than ``places`` is refused."""
    number = value.scaleb(places)
    if number != number.to_integral_value():
        raise ValueError(f"{value} is finer than {places} places")
    return int(number)


def grains(quantity: Decimal) -> int:
    """A quantity as it is stored, for use in ``F`` expressions."""
    return scaled(quantity, QuantityField.places)


def ungrained(stored: int) -> Decimal:
    """The quantity that a stored number stands for."""
    return Decimal(stored).scaleb(-QuantityField.places)


def uncents(stored: int) -> Decimal:
    """The amount that a stored number stands for."""
    return Decimal(stored).scaleb(-MoneyField.places)
