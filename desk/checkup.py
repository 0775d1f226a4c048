"""``gendan doctor``: looks at everything that the product needs, and says for each what to do about it."""

from collections.abc import Callable, Mapping
from datetime import datetime

import aiohttp

from desk import accountcheck, databasecheck, placecheck
from desk.callbackcheck import Knock, callback
from desk.finding import Finding
from notify.chart import can_draw, font_here
from settings import Settings

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)


async def examine(settings: Settings, knocks: Mapping[str, Knock], *, clock: Callable[[], datetime]) -> list[Finding]:
    """Every check, in the order in which one would mend things; ``knocks`` are pushes to each account's address."""
    now = clock()
    findings = [
        placecheck.names(),
        placecheck.accounts(settings),
        placecheck.public_url(settings),
        *placecheck.disks(settings),
        *await databasecheck.database(settings, now=now),
        placecheck.nightly(settings, now=now),
        *placecheck.webhooks(settings),
        placecheck.charts(can_draw(), font_here()),
    ]
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        findings.append(await accountcheck.clock(session, settings, clock))
        for name in settings.accounts:
            findings += await accountcheck.api(session, settings, name, clock)
            findings.append(await callback(session, settings, name, knocks[name]))
    return findings
