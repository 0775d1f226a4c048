"""The two kinds of access token, isolated from each other, with their overlap and their limits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .chance import wordy
from .refused import Refused

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)

Clock = Callable[[], datetime]


@dataclass(slots=True)
class _Purse:
    """Tokens of one kind, each with the moment it dies."""

    expiries: dict[str, datetime] = field(default_factory=dict)
    current: str = ""

    def mint(self, at: datetime, overlap: timedelta) -> str:
        """Make a new current token; the one before lives on for `overlap` at most."""
        if self.current:
            self.expiries[self.current] = min(self.expiries[self.current], at + overlap)
        self.current = "88_" + wordy(133)
        self.expiries[self.current] = at + LIFE
        return self.current

    def left(self, at: datetime) -> timedelta:
        """How long the current token still lives."""
        return self.expiries[self.current] - at if self.current else timedelta()


class Tokens:
    """Both purses of one account; `check` accepts a living token of either."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._classic = _Purse()
        self._stable = _Purse()
        self._forced: list[datetime] = []
        self._killed: set[str] = set()

    def classic(self) -> tuple[str, int]:
        """A new token at every call, as `/cgi-bin/token` gives it; the old one dies five minutes later."""
        return self._classic.mint(self._clock(), OVERLAP), int(LIFE.total_seconds())

    def stable(self, force: bool) -> tuple[str, int]:
        """The same token until its last five minutes; a forced one ends its predecessor at once.

        Force works 20 times a day and 30 seconds apart at most; beyond that the current token is returned.
        """
        now, purse = self._clock(), self._stable
        if force and purse.current and self._may_force(now):
            self._forced.append(now)
            self._killed.add(purse.current)
            purse.mint(now, timedelta())
        elif purse.left(now) <= OVERLAP:
            purse.mint(now, OVERLAP)
        return purse.current, int(purse.left(now).total_seconds())

    def _may_force(self, now: datetime) -> bool:
        self._forced = [at for at in self._forced if now - at < timedelta(days=1)]
        return len(self._forced) < FORCED_A_DAY and (not self._forced or now - self._forced[-1] >= FORCED_APART)

    def check(self, token: str) -> None:
        """Pass a living token; 41001 none, 40014 no token at all, 40001 unknown or replaced, 42001 outlived."""
        if not token:
            raise Refused(41001)
        if len(token) < 32:
            raise Refused(40014)
        expiry = self._expiry(token)
        if expiry is None or token in self._killed:
            raise Refused(40001)
        if expiry <= self._clock():
            raise Refused(42001 if token in (self._classic.current, self._stable.current) else 40001)

    def knows(self, token: str) -> bool:
        """Whether this account ever issued the token."""
        return self._expiry(token) is not None

    def kill(self) -> None:
        """Make every token invalid now, as a changed secret does."""
        for purse in (self._classic, self._stable):
            self._killed.update(purse.expiries)
            purse.current = ""

    def _expiry(self, token: str) -> datetime | None:
        return self._stable.expiries.get(token) or self._classic.expiries.get(token)
