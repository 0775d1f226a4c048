"""Reads the journal and the screens of one trial and says whether anything was lost or doubled (no I/O)."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .follower import Bubble
from .journal import Entry

RECEIPTS = frozenset({"TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH"})
_SENDS = ("template/send", "custom/send")
_FINAL = frozenset({40003, 43004, 43019, 47003})
"""Refusals after which sending the same thing again is futile."""

Seen = tuple[str, Bubble]


@dataclass(slots=True)
class Letter:
    """One message of a person: how often it was delivered and which fit replies came."""

    posts: int = 0
    replies: set[str] = field(default_factory=set)
    silences: int = 0

    @property
    def answered(self) -> bool:
        """A fit answer came, be it words or the promise to answer later."""
        return bool(self.replies or self.silences)


@dataclass(slots=True)
class Sending:
    """One thing the bot sent on its own: how often it tried, whether the platform took it, how it was refused."""

    to: str = ""
    custom: bool = False
    tries: int = 0
    accepted: bool = False
    codes: set[int] = field(default_factory=set)
    struck: bool = False
    rerouted: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What a trial moved, in numbers.

    `doubled` counts things a person saw twice, `lost` messages nobody answered, `rerouted` struck notices in whose
    place a customer-service message reached the person.
    """

    messages: int
    posts: int
    replies: int
    lost: int
    sendings: int
    accepted: int
    struck: int
    struck_tries: int
    rerouted: int
    doubled: int
    cards: int
    futile: bool

    @property
    def open(self) -> int:
        """Things the bot wanted to send that the platform has not taken."""
        return self.sendings - self.accepted - self.rerouted


def tally(entries: Iterable[Entry], seen: Iterable[Seen]) -> Tally:
    """Count one trial's entries and what appeared on screens meanwhile."""
    entries, seen = list(entries), list(seen)
    letters, sendings = _letters(entries), _sendings(entries)
    struck = [one for one in sendings if one.struck]
    return Tally(
        messages=len(letters),
        posts=sum(letter.posts for letter in letters),
        replies=sum(len(letter.replies) for letter in letters),
        lost=sum(not letter.answered for letter in letters),
        sendings=len(sendings),
        accepted=sum(one.accepted for one in sendings),
        struck=len(struck),
        struck_tries=sum(one.tries for one in struck),
        rerouted=sum(one.rerouted for one in struck),
        doubled=_doubled(seen),
        cards=sum(bubble.kind == "card" for _, bubble in seen),
        futile=any(one.tries > 1 for one in struck if one.codes & _FINAL),
    )


def _letters(entries: list[Entry]) -> list[Letter]:
    letters: dict[tuple[str, ...], Letter] = {}
    for entry in entries:
        if entry.kind == "push" and entry.request.get("Event") not in RECEIPTS:
            letter = letters.setdefault(key_of(entry.request), Letter())
            letter.posts += 1
            reply = entry.outcome.get("reply")
            if reply == "none":
                letter.silences += 1
            elif reply:
                letter.replies.add(str(entry.outcome.get("text")))
    return list(letters.values())


def key_of(message: dict[str, Any]) -> tuple[str, ...]:
    """What makes two deliveries the same message: MsgId, or person, second and event."""
    if "MsgId" in message:
        return (str(message["MsgId"]),)
    return tuple(str(message.get(part, "")) for part in ("FromUserName", "CreateTime", "Event", "EventKey"))


def _sendings(entries: list[Entry]) -> list[Sending]:
    sendings: dict[str, Sending] = {}
    for entry in entries:
        if entry.kind == "api" and str(entry.request["path"]).endswith(_SENDS):
            one = sendings.setdefault(_content(entry), _fresh(entry))
            one.tries += 1
            code = entry.outcome.get("errcode")
            one.accepted = one.accepted or code == 0
            one.struck = one.struck or "fault" in entry.outcome or code in (40001, 40014)
            one.codes |= {code} if code else set()
            _detour(list(sendings.values()), one)
    return list(sendings.values())


def _fresh(entry: Entry) -> Sending:
    to = str(entry.request.get("body", {}).get("touser"))
    return Sending(to, str(entry.request["path"]).endswith("custom/send"))


def _detour(sendings: list[Sending], latest: Sending) -> None:
    """Let an accepted customer-service message stand for a struck notice to the same person."""
    if latest.custom and latest.accepted:
        for one in sendings:
            if one.struck and not one.accepted and not one.rerouted and one.to == latest.to:
                one.rerouted = True
                return


def _content(entry: Entry) -> str:
    body = entry.request.get("body", {})
    mark = body.get("client_msg_id") or json.dumps(body, ensure_ascii=False, sort_keys=True)
    # A call with a dead token belongs to nobody yet; its body still names the person.
    return f"{body.get('touser')} {mark}"


def _doubled(seen: list[Seen]) -> int:
    unasked = Counter(
        (openid, bubble.kind, bubble.title, bubble.text, bubble.fields)
        for openid, bubble in seen
        if bubble.kind in ("card", "custom", "menu")
    )
    replies = Counter((openid, bubble.msgid) for openid, bubble in seen if bubble.kind == "out" and bubble.msgid)
    return sum(times - 1 for times in (*unasked.values(), *replies.values()))
