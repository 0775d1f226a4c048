"""The rules of the automatic review as they are set: each has a number, perhaps a threshold, and may be off; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.values import plain


@dataclass(frozen=True, slots=True)
class Setting:
    """How one rule is set; ``value`` is its threshold, None for a rule without one or one that was never given."""

    on: bool = True
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule that there is: its code is that of its reason, ``unit`` what its threshold counts, empty without one.

    ``usual`` is how it is set before anybody set it, ``least`` and ``most`` what its threshold may be.
    """

    code: str
    unit: str = ""
    usual: Setting = field(default_factory=Setting)
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(0)


KINDS: tuple[Kind, ...] = (
    Kind("incomplete"),
    Kind("above_limit", "yuan", Setting(on=False), Decimal(1), Decimal(1_000_000_000)),
    Kind("unusual_quantity", "times", Setting(value=Decimal(5)), Decimal("1.1"), Decimal(1000)),
    Kind("price_below_floor"),
    Kind("customer_blocked"),
    Kind("date_too_soon", "days", Setting(value=Decimal(1)), Decimal(1), Decimal(60)),
    Kind("look_alike", "minutes", Setting(value=Decimal(10)), Decimal(1), Decimal(43_200)),
    Kind("over_credit", "percent", Setting(value=Decimal(100)), Decimal(1), Decimal(1000)),
    Kind("overdue", "days_late", Setting(value=Decimal(0)), Decimal(0), Decimal(365)),
    Kind("above_rep_limit", "percent", Setting(value=Decimal(10)), Decimal(0), Decimal(100)),
    # Off until set: the read-back names the honest day, and whoever says yes to it has agreed.
    Kind("date_impossible", "days_late", Setting(on=False, value=Decimal(0)), Decimal(0), Decimal(60)),
    Kind("duplicate_po"),
    # Holds no order but goods: how long they are kept for what was read back.
    Kind("keep_goods", "minutes", Setting(on=False, value=Decimal(15)), Decimal(1), Decimal(1440)),
)
"""The rules by number, counted from 1; a new one is put at the end, for people know them by their numbers."""

_BY_CODE = {kind.code: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules in force; ``version`` 0 is how they are before anybody set one, ``settings`` what was set."""

    version: int = 0
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def setting(self, code: str) -> Setting:
        """How a rule is set."""
        return self.settings.get(code) or _BY_CODE[code].usual

    def counts(self, code: str) -> bool:
        """Whether a rule is on."""
        return self.setting(code).on

    def threshold(self, code: str) -> Decimal | None:
        """The threshold of a rule; None when it is off or has none."""
        found = self.setting(code)
        return found.value if found.on else None


USUAL = Rulebook()


def numbered(number: int) -> Kind | None:
    """The rule of a number."""
    return KINDS[number - 1] if 1 <= number <= len(KINDS) else None


MINUTES = {"minutes": 1, "hours": 60, "days": 1440}


def counted(kind: Kind, value: Decimal, unit: str | None) -> Decimal:
    """A threshold as the rule counts it, when it was said in another unit of time."""
    if unit is None or kind.unit not in MINUTES:
        return value
    return value * MINUTES[unit] / MINUTES[kind.unit]


def changed(kind: Kind, now: Setting, *, value: Decimal | None, on: bool | None) -> Setting | None:
    """A rule as it would be: with a threshold it is on. None for a threshold that it cannot have, or lacks."""
    if value is not None and not (kind.unit and kind.least <= value <= kind.most):
        return None
    then = Setting(True, value) if value is not None else replace(now, on=now.on if on is None else on)
    return None if then.on and kind.unit and then.value is None else then


def stored(settings: Mapping[str, Setting]) -> dict[str, Any]:
    """Settings as they are kept."""
    return {
        code: {"on": one.on, "value": None if one.value is None else plain(one.value)} for code, one in settings.items()
    }


def read(rows: Mapping[str, Any]) -> dict[str, Setting]:
    """Settings as they were kept; rules that are gone are left out."""
    return {code: Setting(bool(row["on"]), _number(row["value"])) for code, row in rows.items() if code in _BY_CODE}


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
