"""One person at one account: what they see on the phone and what they have allowed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .refused import Refused

GRANTS = {"message": (5, timedelta(hours=48))} | {
    cause: (3, timedelta(minutes=1)) for cause in ("menu", "follow", "scan")
}
"""Customer-service messages granted by each thing a person does, and for how long."""

REMEMBERED = 2_000
"""Bubbles kept per person."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a template card: its name (`thing1`), the label before it and the value."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing on a person's screen.

    `kind`: `in` (typed or sent by the person), `out` (passive reply), `custom` (customer-service message),
    `card` (template message), `image`, `menu` (choices to tap), `system` (grey line). `source` tells who made
    it: `person`, `passive`, `custom`, `template`, `platform`.
    """

    kind: str
    source: str
    at: datetime
    text: str = ""
    title: str = ""
    fields: tuple[Field, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    url: str = ""
    media_id: str = ""
    msgid: str = ""

    def as_json(self) -> dict[str, Any]:
        """The bubble for the control API and the phones."""
        return {
            "kind": self.kind,
            "source": self.source,
            "at": self.at.isoformat(),
            "text": self.text,
            "title": self.title,
            "fields": [{"name": f.name, "label": f.label, "value": f.value} for f in self.fields],
            "options": [{"id": key, "content": content} for key, content in self.options],
            "url": self.url,
            "media_id": self.media_id,
            "msgid": self.msgid,
        }


@dataclass(slots=True)
class Grant:
    """A bucket of customer-service messages that the account may still send."""

    left: int
    until: datetime


@dataclass(eq=False, kw_only=True, slots=True)
class Follower:
    """A person as the account knows them; `muted` refuses template messages, `blacklisted` is the account's act."""

    openid: str
    name: str = ""
    subscribed: bool = True
    subscribed_at: datetime
    muted: bool = False
    blacklisted: bool = False
    ever_subscribed: bool = True
    scene: str = ""
    last_act: datetime | None = None
    typing_until: datetime | None = None
    grants: dict[str, Grant] = field(default_factory=dict)
    transcript: list[Bubble] = field(default_factory=list)
    remembered: int = REMEMBERED

    def see(self, bubble: Bubble) -> None:
        """Put a bubble on the screen."""
        self.transcript.append(bubble)
        if len(self.transcript) > self.remembered:
            del self.transcript[: self.remembered // 4]

    @property
    def heard(self) -> list[Bubble]:
        """The bubbles that the person did not make."""
        return [bubble for bubble in self.transcript if bubble.source != "person"]

    def grant(self, cause: str, at: datetime) -> None:
        """Allow the account the messages that `cause` is worth, in its own bucket, filled anew."""
        count, lasts = GRANTS[cause]
        self.grants[cause] = Grant(count, at + lasts)
        self.last_act = at

    def spend(self, at: datetime) -> None:
        """Use one customer-service message of the bucket that expires first; 45015 if none is open, 45047 if empty."""
        live = [grant for grant in self.grants.values() if grant.until > at]
        if not live or not self.subscribed:
            raise Refused(45015)
        filled = [grant for grant in live if grant.left]
        if not filled:
            raise Refused(45047)
        min(filled, key=lambda grant: grant.until).left -= 1
