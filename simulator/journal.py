"""Everything that travelled, in order, for tests and for people to read."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 50_000
"""Entries held in memory; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: who asked for what, and how it ended.

    Kinds: `api` (a call of ours), `push` (one attempt at our webhook), `delivery` (something a person now
    sees), `oauth`, `carrier` (a call or a push of the carrier), `fault` (one that
    struck a push; those of the API stand in the outcome of the call).
    """

    seq: int
    at: datetime
    kind: str
    account: str
    openid: str
    request: dict[str, Any]
    outcome: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The entry for the control API, its time as RFC 3339."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "account": self.account,
            "openid": self.openid,
            "request": self.request,
            "outcome": self.outcome,
        }


class Journal:
    """An ordered, bounded list of entries that can be waited for."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self.last = 0

    def forget_nothing(self) -> None:
        """Hold every entry from now on, for whoever judges by all of them in the end."""
        self._entries = deque(self._entries)

    def write(
        self, kind: str, request: dict[str, Any], outcome: dict[str, Any], *, account: str = "", openid: str = ""
    ) -> Entry:
        """Add an entry under the next number and wake whoever waits."""
        self.last += 1
        entry = Entry(self.last, self._clock(), kind, account, openid, request, outcome)
        self._entries.append(entry)
        self._news.set()
        return entry

    def entries(self, kind: str = "", since: int = 0, openid: str = "") -> list[Entry]:
        """Entries after number `since`, oldest first, of one kind and person if named."""
        return [
            entry
            for entry in self._entries
            if entry.seq > since and kind in ("", entry.kind) and openid in ("", entry.openid)
        ]

    def calls(self, path: str) -> list[Entry]:
        """API calls whose path ends in `path`, such as `template/send`."""
        return [entry for entry in self.entries("api") if str(entry.request["path"]).endswith("/" + path)]

    async def news(self, since: int, within: float) -> list[Entry]:
        """Entries after `since`, waiting up to `within` seconds for the first one."""
        try:
            async with asyncio.timeout(within):
                while self.last <= since:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return []
        return self.entries(since=since)
