"""The rules that managers set, those of the review and of alerts: each has a number, perhaps a threshold; pure."""

from collections.abc import Mapping, Sequence
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

WATCHES: tuple[Kind, ...] = (
    Kind("stock_short"),
    Kind("order_held", "hours", Setting(value=Decimal(2)), Decimal("0.5"), Decimal(168)),
    Kind("no_first_scan", "hours", Setting(value=Decimal(24)), Decimal(1), Decimal(168)),
    Kind("carrier_silent", "hours", Setting(value=Decimal(48)), Decimal(1), Decimal(720)),
    Kind("parcel_unknown"),
    Kind("parcel_lost"),
    Kind("parcel_troubled"),
    Kind("delivery_overdue", "days", Setting(value=Decimal(0)), Decimal(0), Decimal(60)),
    Kind("purchase_late", "days", Setting(value=Decimal(0)), Decimal(0), Decimal(60)),
    Kind("work_late"),
    Kind("channel_shut", "minutes", Setting(value=Decimal(0)), Decimal(0), Decimal(1440)),
    Kind("quota_near", "percent", Setting(value=Decimal(80)), Decimal(50), Decimal(99)),
    Kind("notice_unfit"),
    # Trouble of which nothing was heard for three days is history: longer than two would hide it.
    Kind("customer_unreached", "hours", Setting(value=Decimal(0)), Decimal(0), Decimal(48)),
    Kind("lot_expiring", "days", Setting(value=Decimal(30)), Decimal(0), Decimal(3650)),
    Kind("count_waiting", "hours", Setting(value=Decimal(24)), Decimal(1), Decimal(168)),
    Kind("silence_floor", "hours", Setting(value=Decimal(12)), Decimal(1), Decimal(720)),
    Kind("escalate", "minutes", Setting(value=Decimal(30)), Decimal(5), Decimal(1440)),
    Kind("repeat", "hours", Setting(value=Decimal(24)), Decimal(1), Decimal(168)),
)
"""The limits of alerts by number, in the order of the rules of alerts, then those that hold for several of them; one
without a unit is told at once."""

_BY_CODE = {kind.code: kind for kind in (*KINDS, *WATCHES)}


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


def numbered(number: int, kinds: Sequence[Kind] = KINDS) -> Kind | None:
    """The rule of a number."""
    return kinds[number - 1] if 1 <= number <= len(kinds) else None


MINUTES = {"minutes": 1, "hours": 60, "days": 1440}


def counted(kind: Kind, value: Decimal, unit: str | None) -> Decimal:
    """A threshold as the rule counts it, when it was said in another unit of time."""
    if unit is None or kind.unit not in MINUTES:
        return value
    return value * MINUTES[unit] / MINUTES[kind.unit]


def counted_in(kind: Kind, value: Decimal, unit: str | None) -> Decimal:
    """A threshold as the rule counts it; one less than the rule takes when the unit is none that it could count."""
    if unit is None or unit == kind.unit:
        return value
    both = unit in MINUTES and kind.unit in MINUTES
    return value * MINUTES[unit] / MINUTES[kind.unit] if both else kind.least - 1


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
