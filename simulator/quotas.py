"""How often each interface may be called on one Beijing day."""

from collections import Counter
from collections.abc import Callable

from .refused import Refused

DAILY = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
}
CLEARS_A_MONTH = 10


class Quotas:
    """The counters of one account; `limits` may be lowered to see what happens at the end of a quota."""

    def __init__(self, today: Callable[[], str]) -> None:
        self.limits = dict(DAILY)
        self._today = today
        self._day = today()
        self._used: Counter[str] = Counter()
        self._clears: Counter[str] = Counter()

    def use(self, path: str) -> None:
        """Count one call; 45009 once the day's limit is reached."""
        self._turn_page()
        if path not in self.limits:
            return
        if self._used[path] >= self.limits[path]:
            raise Refused(45009)
        self._used[path] += 1

    def ask(self, path: str) -> dict[str, int]:
        """Limit, use and remainder of one interface; 76021 for a path without a quota."""
        self._turn_page()
        if path not in self.limits:
            raise Refused(76021)
        used = self._used[path]
        return {"daily_limit": self.limits[path], "used": used, "remain": max(0, self.limits[path] - used)}

    def clear(self) -> None:
        """Set all counters to zero, ten times a month at most (48006)."""
        month = self._today()[:7]
        if self._clears[month] >= CLEARS_A_MONTH:
            raise Refused(48006)
        self._clears[month] += 1
        self._used.clear()

    def _turn_page(self) -> None:
        if self._day != self._today():
            self._day = self._today()
            self._used.clear()
