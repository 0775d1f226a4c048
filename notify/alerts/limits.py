"""How long is too long now: what a manager set, and what the settings of the installation say where nobody did."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.rulemaking import Ruled, of_alerts
from domain.rules.rulebook import MINUTES, WATCHES, Rulebook, Setting
from domain.silence import Patience
from notify.alerts.rules import Thresholds

_UNITS = {kind.code: kind.unit for kind in WATCHES}
_WAITING = ("delivery_overdue", "purchase_late", "channel_shut", "customer_unreached")


def limits_of(installed: Thresholds) -> Ruled:
    """The limits of alerts as rules that a manager sets, over those of the installation."""
    return of_alerts(_usual(installed))


async def in_force(installed: Thresholds) -> Thresholds:
    """The thresholds in force at this moment, at whichever process; read anew each time, so that none is late."""
    return thresholds_of(await limits_of(installed).book(), installed)


def thresholds_of(book: Rulebook, installed: Thresholds) -> Thresholds:
    """The thresholds that these rules make; what they do not set is as it was installed."""
    return replace(
        installed,
        held=_span(book, "order_held"),
        parcels=Patience(_span(book, "no_first_scan"), _span(book, "carrier_silent"), _span(book, "silence_floor")),
        lots=_span(book, "lot_expiring"),
        counts=_span(book, "count_waiting"),
        escalate=_span(book, "escalate"),
        repeat=_span(book, "repeat"),
        waits={code: _span(book, code) for code in _WAITING},
        quota_share=float(_number(book, "quota_near")) / 100,
    )


def _usual(installed: Thresholds) -> Mapping[str, Setting]:
    parcels = installed.parcels
    spans = {
        "order_held": installed.held,
        "no_first_scan": parcels.first_scan,
        "carrier_silent": parcels.silence,
        "silence_floor": parcels.floor,
        "lot_expiring": installed.lots,
        "count_waiting": installed.counts,
        "escalate": installed.escalate,
        "repeat": installed.repeat,
    }
    return {code: Setting(value=_counted(code, span)) for code, span in spans.items()}


def _counted(code: str, span: timedelta) -> Decimal:
    minutes = Decimal(str(span / timedelta(minutes=1)))
    return minutes / MINUTES[_UNITS[code]]


def _span(book: Rulebook, code: str) -> timedelta:
    return timedelta(minutes=float(_number(book, code) * MINUTES[_UNITS[code]]))


def _number(book: Rulebook, code: str) -> Decimal:
    return book.threshold(code) or Decimal(0)
