"""What could not be told is shown when its person is next heard from: all that waited, in one plain message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain import lane
from domain.transaction import transact
from domain.values import Address
from notify.channels.custom import within
from notify.models import Delivery, DeliveryState
from notify.notices import CUSTOM, Notice, Plan
from notify.outbox import put
from notify.tries import outgoing_of

AT_ONCE = 50
ROOM = 1700
"""Bytes of what was missed in one message; what does not fit comes in the next."""
LONGEST = 500

# Both tables are ours to read; the moment of being held is that of settling.
_HEARD = (
    "SELECT DISTINCT d.account, d.openid FROM delivery d"
    " JOIN identity i ON i.account = d.account AND i.openid = d.openid"
    " WHERE d.state = 'held' AND i.following AND i.last_inbound_at > d.settled_at ORDER BY d.account, d.openid LIMIT ?"
)


class _TakenMeanwhile(Exception):
    """Another process shows these."""


async def show_missed(*, now: datetime) -> int:
    """Gather for each person who was heard from what was held for them; the number of people."""
    people = [Address(account, openid) for account, openid in await lane.rows(_HEARD, AT_ONCE)]
    return sum([await _gather(person, now) for person in people])


async def _gather(person: Address, now: datetime) -> int:
    held = Delivery.filter(account=person.account, openid=person.openid, state=DeliveryState.HELD)
    rows = await held.order_by("id").limit(AT_ONCE)
    taken, lines = _fitting(rows)
    if not taken:
        return 0

    async def work() -> None:
        ids = [row.id for row in taken]
        shown = {"state": DeliveryState.SHOWN, "last_code": "next_contact", "settled_at": now}
        if await Delivery.filter(id__in=ids, state=DeliveryState.HELD).update(**shown) != len(ids):
            raise _TakenMeanwhile
        plan = Plan(person, Notice.MISSED, {"missed": lines, "at": now.isoformat()}, "next_contact", channels=(CUSTOM,))
        # A row may be held, shown and held again after a retry by hand: the moment tells the gatherings apart.
        await put(f"missed:{ids[0]}-{ids[-1]}:{int(now.timestamp())}", [plan], now=now)

    try:
        await transact(work)
    except _TakenMeanwhile:
        return 0
    return 1


def _fitting(rows: Sequence[Delivery]) -> tuple[list[Delivery], list[dict[str, Any]]]:
    taken: list[Delivery] = []
    lines: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        more = _lines(row)
        size += sum(len(one["text"].encode()) + 20 for one in more)
        if taken and size > ROOM:
            break
        taken.append(row)
        lines += more
    return taken, lines


def _lines(row: Delivery) -> list[dict[str, Any]]:
    """What one held row has to say; what was gathered before and held again is not wrapped twice."""
    if row.notice == Notice.MISSED:
        return list(row.facts["missed"])
    bare = outgoing_of(row)
    text = within(replace(bare, facts={**bare.facts, "url": ""}).voice("text").strip(), LONGEST)
    return [{"at": row.created_at.isoformat(), "text": text}]
