"""What a person wants gathered (汇总): told in one message at their time, or before that when enough of it waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain import lane
from domain.telling import wishes_at
from domain.transaction import transact
from domain.values import Address
from notify.models import Delivery, DeliveryState
from notify.notices import CUSTOM, TEMPLATE, Notice, Plan
from notify.outbox import put
from notify.tries import outgoing_of

ENOUGH = 20
"""So many are told before their time."""
AT_ONCE = 50
MOST = 200
LONGEST = 60
GATHERED = "digest"

_RIPE = (
    "SELECT account, openid FROM delivery WHERE state = 'kept' AND kept_why = 'digest'"
    " GROUP BY account, openid HAVING MIN(next_at) <= ? OR COUNT(*) >= ? ORDER BY account, openid LIMIT ?"
)


class _TakenMeanwhile(Exception):
    """Another process tells these."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was told in one message: when, and a line for each notice."""

    at: datetime
    rows: tuple[dict[str, Any], ...]


async def send_digests(now: datetime) -> int:
    """Put one message for each person whose time has come, or who has enough waiting; the number of people."""
    people = [Address(account, openid) for account, openid in await lane.rows(_RIPE, now, ENOUGH, AT_ONCE)]
    return sum([await _gather(person, now) for person in people])


async def _gather(person: Address, now: datetime) -> int:
    kept = Delivery.filter(account=person.account, openid=person.openid, state=DeliveryState.KEPT, kept_why=GATHERED)
    rows = await kept.order_by("id").limit(MOST)

    async def work() -> None:
        await together(rows, Notice.DIGEST, {}, now=now)

    if not rows:
        return 0
    try:
        await transact(work)
    except _TakenMeanwhile:
        return 0
    return 1


async def together(rows: Sequence[Delivery], notice: Notice, facts: dict[str, Any], *, now: datetime) -> None:
    """Tell in one message what was kept for one person; for use inside a transaction, undone if another tells it."""
    ids, to = [row.id for row in rows], Address(rows[0].account, rows[0].openid)
    shown = {"state": DeliveryState.SHOWN, "last_code": notice.template, "settled_at": now}
    if await Delivery.filter(id__in=ids, state=DeliveryState.KEPT).update(**shown) != len(ids):
        raise _TakenMeanwhile
    lines = [{"at": row.created_at.isoformat(), "text": line_of(row)} for row in rows]
    told = {**facts, "gathered": lines, "count": len(lines), "at": now.isoformat()}
    wishes = await wishes_at(to)
    plan = Plan(to, notice, told, rows[0].kept_why, channels=(CUSTOM, TEMPLATE), wishes=wishes)
    await put(f"{notice.template}:{ids[0]}-{ids[-1]}", [plan], now=now)


def line_of(row: Delivery) -> str:
    """A notice in one short line."""
    out = outgoing_of(row)
    words = " ".join(line for line in out.voice("text").splitlines() if not line.startswith("<a "))
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


async def last_digest(to: Address) -> Gathered | None:
    """What was gathered for somebody last, in full."""
    row = await Delivery.filter(account=to.account, openid=to.openid, notice=Notice.DIGEST).order_by("-id").first()
    return Gathered(row.created_at, tuple(row.facts["gathered"])) if row is not None else None
