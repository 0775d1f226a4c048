"""What a carrier service's codes mean for a parcel, and how its state may move; pure.

The codes are those of 快递100 ("快递状态" with resultv2=4): three digits refine one. The same number means other things
at other services, so every service has its own table.
"""

from enum import StrEnum


class ParcelState(StrEnum):
    """The unified status of a parcel, in the order in which a good journey passes it, then the bad ends."""

    HANDED_OVER = "handed_over"
    COLLECTED = "collected"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    PROBLEM = "problem"
    RETURNING = "returning"
    RETURNED = "returned"


FINAL = frozenset({ParcelState.DELIVERED, ParcelState.RETURNED})

KUAIDI100 = {
    "0": ParcelState.IN_TRANSIT,
    "1": ParcelState.COLLECTED,
    "10": ParcelState.IN_TRANSIT,
    "11": ParcelState.IN_TRANSIT,
    "12": ParcelState.IN_TRANSIT,
    "13": ParcelState.IN_TRANSIT,
    "1001": ParcelState.IN_TRANSIT,
    "1002": ParcelState.IN_TRANSIT,
    "1003": ParcelState.IN_TRANSIT,
    "101": ParcelState.HANDED_OVER,
    "102": ParcelState.HANDED_OVER,
    "2": ParcelState.PROBLEM,
    "3": ParcelState.DELIVERED,
    "4": ParcelState.RETURNED,
    "401": ParcelState.PROBLEM,
    "5": ParcelState.OUT_FOR_DELIVERY,
    "6": ParcelState.RETURNING,
    "7": ParcelState.IN_TRANSIT,
    "8": ParcelState.IN_TRANSIT,
    "14": ParcelState.RETURNING,
}

_RANK = {state: rank for rank, state in enumerate(ParcelState)}
_JOURNEY = frozenset(list(ParcelState)[:4])


def state_of(code: str) -> ParcelState:
    """The state behind a code of 快递100: a fine code that is unknown counts as its first digit."""
    known = KUAIDI100.get(code)
    if known is None:
        known = KUAIDI100.get(code[:2] if code.startswith("14") else code[:1])
    return known or ParcelState.IN_TRANSIT


def moved(present: ParcelState, news: ParcelState) -> ParcelState:
    """The state after a scan: an end is never left, a good journey never goes back, trouble may come and pass."""
    if present in FINAL:
        return present
    if present in _JOURNEY and news in _JOURNEY:
        return max(present, news, key=_RANK.__getitem__)
    if present is ParcelState.RETURNING and news in _JOURNEY:
        return present
    return news
