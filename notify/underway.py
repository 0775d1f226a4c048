"""The sends that are on their way: those that end are settled and others begin, however long one of them hangs."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from domain.errors import DeliveryFailed
from notify.models import Delivery
from notify.quotas import Way

MOST = 64
CROWDED = 24
"""So many sends of one way under way let only what is urgent go there too: a receiver that hangs leaves room for all
other ways."""
GLANCE = 0.25
"""Seconds after which new notices are looked for though nothing has ended."""
MOMENT = 0.02

Outcome = tuple[Delivery, str | DeliveryFailed | None]
"""What came of a send: the platform's id of the message, if it gives one, or why not."""
Send = Callable[[Delivery], Awaitable[Outcome]]


class Underway:
    """Up to ``MOST`` sends, each a task of its own."""

    def __init__(self) -> None:
        self._sends: dict[asyncio.Future[Outcome], Way] = {}

    def __len__(self) -> int:
        return len(self._sends)

    @property
    def room(self) -> int:
        """How many more may begin."""
        return MOST - len(self._sends)

    def crowded(self) -> list[Way]:
        """The ways that nothing but what is urgent may take now."""
        return [way for way, sends in Counter(self._sends.values()).items() if sends >= CROWDED]

    def begin(self, rows: Sequence[Delivery], send: Send) -> None:
        """Send these, all at once."""
        for row in rows:
            self._sends[asyncio.ensure_future(send(row))] = (row.account, row.channel)

    async def ended(self) -> list[Outcome]:
        """Wait until one has ended, though not for long; those that end within a moment of it share one commit."""
        if not self._sends:
            return []
        await asyncio.wait(self._sends, timeout=GLANCE, return_when=asyncio.FIRST_COMPLETED)
        # While the younger half is on its way, the elder is settled and others begin.
        elder = list(self._sends)[: (len(self._sends) + 1) // 2]
        await asyncio.wait(elder, timeout=MOMENT)
        over = [send for send in self._sends if send.done()]
        for send in over:
            del self._sends[send]
        return [send.result() for send in over]
