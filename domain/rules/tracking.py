"""How the status of a parcel may move; pure. What the codes of a carrier service mean stands with its connector."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

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
WRONG = frozenset({*TROUBLED, *RETURN, ParcelState.CANCELLED})
"""What somebody of ours has to look at."""
FEWEST = 10
"""From so many journeys on one knows what is usual."""
USUAL = 0.9


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


def lane_of(carrier: str, city: str | None) -> str:
    """Who carries a parcel where to: parcels of one lane are alike in how often one hears of them."""
    return f"{carrier}>{city}"[:64] if city else carrier[:64]


def longest_gap(times: Sequence[datetime]) -> timedelta | None:
    """The longest time between two scans that follow each other; None with fewer than two."""
    ordered = sorted(times)
    return max((later - earlier for earlier, later in pairwise(ordered)), default=None)


def usual_gap(gaps: Sequence[timedelta]) -> timedelta | None:
    """What nine of ten journeys stay under; None when too few are known."""
    if len(gaps) < FEWEST:
        return None
    return sorted(gaps)[ceil(USUAL * len(gaps)) - 1]
