"""The kinds of notices: each has a template of its name in ``templates/notices`` and may have one on the platform."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from domain.rules.wishes import NOTHING_SET, Wishes
from domain.values import Address

TEMPLATE = "template"
CUSTOM = "custom"
EVERY_WAY = (TEMPLATE, CUSTOM)


class Notice(StrEnum):
    """One kind of thing that people are told (通知)."""

    ORDER_CONFIRMED = "ORDER_CONFIRMED"
    ORDER_HELD = "ORDER_HELD"
    ORDER_REJECTED = "ORDER_REJECTED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    ORDER_AMENDED = "ORDER_AMENDED"
    ORDER_STOPPED = "ORDER_STOPPED"
    ORDER_CHASED = "ORDER_CHASED"
    ORDER_SHIPPED = "ORDER_SHIPPED"
    PARCEL_MOVED = "PARCEL_MOVED"
    CLAIM_MADE = "CLAIM_MADE"
    CLAIM_PHOTOS = "CLAIM_PHOTOS"
    CLAIM_DECIDED = "CLAIM_DECIDED"
    GOODS_CAME_BACK = "GOODS_CAME_BACK"
    PICK_SHORT = "PICK_SHORT"
    PICK_STOPPED = "PICK_STOPPED"
    PARCEL_QUIET = "PARCEL_QUIET"
    PARCEL_RELABELLED = "PARCEL_RELABELLED"
    PARCEL_UNWATCHED = "PARCEL_UNWATCHED"
    GOODS_RECEIVED = "GOODS_RECEIVED"
    STOCK_SHORT = "STOCK_SHORT"
    PROMISE_MOVED = "PROMISE_MOVED"
    SHORTAGE_CHOICE = "SHORTAGE_CHOICE"
    SHORTAGE_SETTLED = "SHORTAGE_SETTLED"
    WORK_STOPPED = "WORK_STOPPED"
    COUNT_WAITS = "COUNT_WAITS"
    COUNT_DECIDED = "COUNT_DECIDED"
    HELP_WANTED = "HELP_WANTED"
    PERSON_JOINED = "PERSON_JOINED"
    CODES_GUESSED = "CODES_GUESSED"
    ROSTER_CHANGED = "ROSTER_CHANGED"
    ANNOUNCEMENT = "ANNOUNCEMENT"
    ALERT_RAISED = "ALERT_RAISED"
    ALERT_ESCALATED = "ALERT_ESCALATED"
    ALERT_SETTLED = "ALERT_SETTLED"
    MISSED = "MISSED"
    DAILY_REPORT = "DAILY_REPORT"
    WEEKLY_REPORT = "WEEKLY_REPORT"
    HANDOVER = "HANDOVER"
    DIGEST = "DIGEST"
    MUTE_OVER = "MUTE_OVER"
    REPLY = "REPLY"

    @property
    def template(self) -> str:
        """The name of its file of sentences."""
        return self.value.lower()


URGENT, TALK, USUAL, BULK = RANKS = range(4)
"""Who goes first when much waits: what somebody must act on now, an answer, what happened, what is told to many."""

_RANK_OF = {
    Notice.ALERT_RAISED: URGENT,
    Notice.ALERT_ESCALATED: URGENT,
    Notice.STOCK_SHORT: URGENT,
    Notice.CODES_GUESSED: URGENT,
    Notice.ORDER_HELD: TALK,
    Notice.HELP_WANTED: TALK,
    Notice.REPLY: TALK,
    Notice.MISSED: TALK,
    Notice.ANNOUNCEMENT: BULK,
}


def rank_of(notice: Notice) -> int:
    """Where a notice stands among those that wait; the smaller goes first."""
    return _RANK_OF.get(notice, USUAL)


WORDS_ONLY = frozenset({Notice.MISSED, Notice.REPLY})
"""What goes in plain words or not at all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One notice to one person, and why: what routing decides and the outbox keeps; ``channels`` best first.

    ``wait`` lets others go first; ``wishes`` are what its person has set.
    """

    to: Address
    notice: Notice
    facts: dict[str, Any] = field(hash=False)
    why: str
    order: str | None = None
    channels: tuple[str, ...] = EVERY_WAY
    wait: timedelta = timedelta(0)
    wishes: Wishes = NOTHING_SET
