"""How the status of a parcel may move; pure. What the codes of a carrier service mean stands with its connector."""

from domain.values import ParcelState as ParcelState

FINAL = frozenset({ParcelState.DELIVERED, ParcelState.RETURNED, ParcelState.CANCELLED})
"""Where a journey ends; only a return may follow, and nothing follows that."""
MOVING = frozenset(
    {
        ParcelState.COLLECTED,
        ParcelState.IN_TRANSIT,
        ParcelState.ARRIVED_CITY,
        ParcelState.OUT_FOR_DELIVERY,
        ParcelState.CUSTOMS,
        ParcelState.FORWARDED,
    }
)
"""On its way, so that the next news should come soon."""
TROUBLED = frozenset({ParcelState.PROBLEM, ParcelState.DELIVERY_FAILED})
RETURN = frozenset({ParcelState.RETURNING, ParcelState.RETURNED})


def moved(present: ParcelState, news: ParcelState) -> ParcelState:
    """The status after a scan that is newer than all before it.

    An end is left for a return only, a return goes on until somebody signs, what is under way is not handed over again.
    """
    if present in FINAL:
        return news if news in RETURN and present is not ParcelState.RETURNED else present
    if present is ParcelState.RETURNING and news not in FINAL:
        return present
    if news is ParcelState.HANDED_OVER:
        return present
    return news
