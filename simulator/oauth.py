"""Web authorisation: who is looking at a page, told once by a short-lived code."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .chance import wordy
from .refused import Refused

CODE_LIVES = timedelta(minutes=5)
TOKEN_LIVES = timedelta(seconds=7200)
REFRESH_LIVES = timedelta(days=30)


@dataclass(slots=True)
class Visit:
    """One authorisation: the person, what they granted and whether a snapshot page hides who they are."""

    openid: str
    scope: str
    snapshot: bool
    until: datetime
    used: bool = False


@dataclass(slots=True)
class _Sessions:
    codes: dict[str, Visit] = field(default_factory=dict)
    tokens: dict[str, Visit] = field(default_factory=dict)
    refreshes: dict[str, Visit] = field(default_factory=dict)


class OAuth:
    """The visits of one account's pages."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._held = _Sessions()

    def authorize(self, openid: str, scope: str, snapshot: bool) -> str:
        """A code for this visit, good for five minutes; a snapshot page gives a virtual openid."""
        code = wordy(32)
        shown = "o" + wordy(27) if snapshot else openid
        self._held.codes[code] = Visit(shown, scope, snapshot, self._clock() + CODE_LIVES)
        return code

    def exchange(self, code: str) -> dict[str, Any]:
        """The person behind a code, once: 41008 none, 40029 unknown, 40163 used, 42003 too old."""
        if not code:
            raise Refused(41008)
        visit = self._held.codes.get(code)
        if visit is None:
            raise Refused(40029)
        if visit.used:
            raise Refused(40163)
        if visit.until <= self._clock():
            raise Refused(42003)
        visit.used = True
        return self._session(visit.openid, visit.scope, visit.snapshot)

    def refresh(self, token: str) -> dict[str, Any]:
        """A new session for a refresh token of the last thirty days, or 40030."""
        visit = self._held.refreshes.get(token)
        if visit is None or visit.until <= self._clock():
            raise Refused(40030)
        return self._session(visit.openid, visit.scope, visit.snapshot)

    def check(self, token: str, openid: str) -> Visit:
        """The visit of a living web token, or 40001; 40003 when it is another person's."""
        visit = self._held.tokens.get(token)
        if visit is None or visit.until <= self._clock():
            raise Refused(40001)
        if visit.openid != openid:
            raise Refused(40003)
        return visit

    def _session(self, openid: str, scope: str, snapshot: bool) -> dict[str, Any]:
        token, refresh, now = "88_" + wordy(90), "88_" + wordy(90), self._clock()
        self._held.tokens[token] = Visit(openid, scope, snapshot, now + TOKEN_LIVES)
        self._held.refreshes[refresh] = Visit(openid, scope, snapshot, now + REFRESH_LIVES)
        answer = {
            "access_token": token,
            "expires_in": int(TOKEN_LIVES.total_seconds()),
            "refresh_token": refresh,
            "openid": openid,
            "scope": scope,
        }
        return answer | ({"is_snapshotuser": 1} if snapshot else {})
