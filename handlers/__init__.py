"""One file per thing that people talk about: each turns a command into a use-case call and a reply."""

from collections.abc import Sequence

from bot.router import Router
from handlers import (
    alerting,
    amending,
    announcing,
    answering,
    booking,
    buying,
    choosing,
    claiming,
    crediting,
    enquiring,
    fulfilling,
    helping,
    joining,
    lotting,
    muting,
    naming,
    negotiating,
    ordering,
    parcels,
    photographing,
    platform,
    producing,
    promising,
    repeating,
    reviewing,
    rostering,
    ruling,
    sharing,
    slips,
    stocking,
    wishing,
)
from notify.alerts.rules import Thresholds

ROOMS = (
    amending, announcing, answering, booking, helping, joining, naming, ordering,
    claiming, parcels, platform, repeating, reviewing, rostering, stocking, lotting, buying, promising,
    ruling, crediting,
    negotiating, producing, wishing, muting, photographing,
)  # fmt: skip


def fill(
    router: Router,
    *,
    link: sharing.Link = sharing.no_link,
    slip: slips.SlipLink = slips.no_slip,
    past: enquiring.Past = enquiring.no_past,
    thresholds: Thresholds | None = None,
    ways: Sequence[str] = (),
) -> Router:
    """The router with every handler of the product in it; ``link``, ``slip`` and ``past`` make addresses of pages.

    ``thresholds`` are those by which alerts are found, ``ways`` where staff may hear them besides WeChat.
    """
    for room in ROOMS:
        room.register(router)
    sharing.register(router, link)
    slips.register(router, slip)
    enquiring.register(router, past)
    fulfilling.register(router, past)
    alerting.register(router, thresholds or Thresholds())
    choosing.register(router, ways)
    return router
