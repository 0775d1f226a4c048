"""Sends a text to a room, once, without following redirects."""

from collections.abc import Callable
from datetime import datetime

import aiohttp

from connect.workchat.forms import Letter, Room, failed, judge, request_of
from connect.workchat.guard import Refused, guarded, may_call

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=3)
LARGEST = 64 << 10


class Porter:
    """Carries letters: to rooms inside over the common session, to all others over one that reaches only outside."""

    def __init__(self, session: aiohttp.ClientSession, clock: Callable[[], datetime]) -> None:
        self._inside = session
        self._clock = clock
        self._outside: aiohttp.ClientSession | None = None

    async def carry(self, room: Room, letter: Letter) -> None:
        """Send, or raise ``DeliveryFailed``: also when nobody knows, for a word to staff is rather told twice."""
        if not room.inside and not may_call(room.url):
            raise failed(room.kind, "refused_address")
        request = request_of(room, letter, self._clock())
        session = self._inside if room.inside else self._public()
        try:
            async with session.post(
                request.url, data=request.body, headers=request.headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                status, body = response.status, await response.content.read(LARGEST)
        except aiohttp.ClientConnectorError as error:
            refused = isinstance(error.os_error, Refused)
            raise failed(room.kind, "refused_address" if refused else "no_connection") from None
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            raise failed(room.kind, "no_answer") from None
        judge(room.kind, status, body)

    async def close(self) -> None:
        """Close what was opened here."""
        if self._outside is not None:
            await self._outside.close()

    def _public(self) -> aiohttp.ClientSession:
        if self._outside is None:
            self._outside = aiohttp.ClientSession(connector=guarded(), cookie_jar=aiohttp.DummyCookieJar())
        return self._outside
