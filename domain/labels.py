"""What stands on parcels: a carrier and its numbers, as somebody wrote them and as they are meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import WaybillRefused
from domain.rules.waybills import WITHOUT_WAYBILL, candidates_of, carrier_of, normal, plausible


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on the parcel; ``said``: a person named the carrier. ``more`` are the waybills of further parcels."""

    carrier: str
    waybill: str | None
    said: bool
    more: tuple[str, ...] = ()


def recognised(carrier: str | None, waybill: str | None, more: Sequence[str] = ()) -> Label:
    """What is meant by a carrier and waybills as somebody wrote them; a person's word on the carrier counts."""
    if waybill is None:
        if carrier in WITHOUT_WAYBILL:
            return Label(carrier or "", None, True)
        raise WaybillRefused("", taken=False)
    number = normal(waybill)
    found = carrier or carrier_of(number)
    if found is None or not plausible(number):
        raise WaybillRefused(waybill, taken=False, maybe=candidates_of(number) if plausible(number) else ())
    others = tuple(one for one in dict.fromkeys(map(normal, more)) if one != number)
    for one in others:
        if not plausible(one) or carrier_of(one) not in (None, found):
            raise WaybillRefused(one, taken=False, maybe=candidates_of(one) if plausible(one) else ())
    return Label(found, number, carrier is not None, others)
