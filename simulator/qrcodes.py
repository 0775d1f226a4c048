"""QR codes that carry a scene into the follow or scan event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .chance import wordy
from .refused import Refused

LONGEST = 2_592_000
DEFAULT = 60
PERMANENT_TOTAL = 100_000


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code: its ticket, its scene as text, and the end of a temporary one."""

    ticket: str
    scene: str
    url: str
    until: datetime | None


class QrCodes:
    """The codes of one account."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._codes: dict[str, QrCode] = {}

    def create(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Make a code as `qrcode/create` asks; 40053 for anything the platform does not draw."""
        action = wish.get("action_name")
        scene = _scene(str(action), _dig(wish))
        until, answer = None, {}
        if action in ("QR_SCENE", "QR_STR_SCENE"):
            seconds = wish.get("expire_seconds", DEFAULT)
            if not isinstance(seconds, int) or not 0 < seconds <= LONGEST:
                raise Refused(40053)
            until, answer = self._clock() + timedelta(seconds=seconds), {"expire_seconds": seconds}
        code = self.register(scene, until)
        return {"ticket": code.ticket, "url": code.url} | answer

    def register(self, scene: str, until: datetime | None = None) -> QrCode:
        """Hold a code for `scene`, without end unless one is given."""
        code = QrCode("gQ" + wordy(94), scene, "http://weixin.qq.com/q/02" + wordy(22), until)
        self._codes[code.ticket] = code
        return code

    def find(self, ticket_or_scene: str) -> QrCode:
        """The living code with this ticket, link or scene; LookupError if it expired or never was."""
        now = self._clock()
        for code in reversed(self._codes.values()):
            if ticket_or_scene in (code.ticket, code.url, code.scene) and (code.until is None or code.until > now):
                return code
        raise LookupError("no such QR code, or expired")

    def picture_text(self, ticket: str) -> str | None:
        """What the picture of this ticket says when scanned; None for an unknown ticket."""
        code = self._codes.get(ticket)
        return code.url if code else None


def _dig(wish: dict[str, Any]) -> dict[str, Any]:
    action = wish.get("action_info")
    scene = action.get("scene") if isinstance(action, dict) else None
    if not isinstance(scene, dict):
        raise Refused(40053)
    return scene


def _scene(action: str, scene: dict[str, Any]) -> str:
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
        text = scene.get("scene_str")
        if isinstance(text, str) and 1 <= len(text) <= 64:
            return text
    elif action in ("QR_SCENE", "QR_LIMIT_SCENE"):
        number = scene.get("scene_id")
        highest = 2**32 - 1 if action == "QR_SCENE" else PERMANENT_TOTAL
        if isinstance(number, int) and 1 <= number <= highest:
            return str(number)
    raise Refused(40053)
