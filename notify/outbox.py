"""The deliveries: put once per cause and person, claimed with a lease, handed over, settled by the one who holds it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from domain import lane
from domain.faults import fault
from domain.lane import Script, Statement, json_of
from domain.policy import current_policy
from domain.transaction import transact, transact_one, transact_script
from domain.values import Address
from notify.models import BUT_TROUBLE, Delivery, DeliveryState, Mute
from notify.notices import CUSTOM, RANKS, URGENT, Notice, Plan, rank_of
from notify.weighing import QUIET_HOURS, Hush, Hushed, weigh

LEASE = timedelta(seconds=30)
WAITING = (DeliveryState.DUE, DeliveryState.FAILED)
UNFINISHED = (*WAITING, DeliveryState.SENDING)
OF_EVENT = "event:"
DOWN = ("no_connection", "http5")
"""How the codes begin that say that nobody is there; a platform that is merely busy answers with a code of its own."""
_LOOKED_THROUGH = 4


async def put(cause: str, plans: Iterable[Plan], *, now: datetime) -> None:
    """Keep what is to be told; a notice that this person has from this cause already is left alone."""
    await put_all([(cause, plan) for plan in plans], now=now)


async def put_all(plans: Sequence[tuple[str, Plan]], *, now: datetime) -> None:
    """The same for notices of several causes, in the order in which they are to be told."""
    hushed = await _hushed({plan.order for _, plan in plans if plan.order})
    if rows := [_row(cause, plan, hushed, now) for cause, plan in plans]:
        await Delivery.bulk_create(rows, ignore_conflicts=True)


async def _hushed(orders: Collection[str]) -> Hushed:
    """Who wants quiet about these orders."""
    live = await lane.fetch(Mute, "WHERE order_number IN ? AND live IS NOT NULL", sorted(orders)) if orders else []
    hushes = {(Address(row.account, row.openid), row.order_number): row for row in live}
    return {key: Hush(row.until, but_trouble=row.kind == BUT_TROUBLE) for key, row in hushes.items()}


def _row(cause: str, plan: Plan, hushed: Hushed, now: datetime) -> Delivery:
    fate = weigh(plan, hushed=hushed, now=now, zone=current_policy().zone)
    return Delivery(
        cause=cause,
        account=plan.to.account,
        openid=plan.to.openid,
        notice=plan.notice,
        channel=plan.channels[0],
        channels=list(plan.channels),
        facts=plan.facts,
        why=plan.why,
        order_number=plan.order,
        rank=rank_of(plan.notice),
        state=fate.state,
        kept_why=fate.why,
        kept_until=fate.until,
        next_at=fate.until or now + plan.wait,
        created_at=now,
        settled_at=now if fate.state is DeliveryState.QUIET else None,
    )


async def disturb(to: Address, *, now: datetime) -> int:
    """Let go at once what was put off by quiet hours; how many that were."""

    async def work() -> int:
        mine = Delivery.filter(account=to.account, openid=to.openid, state=DeliveryState.DUE, kept_why=QUIET_HOURS)
        return await mine.filter(next_at__gt=now).update(next_at=now, kept_until=now)

    return await transact(work)


async def queue_reply(inbound_cause: str, address: Address, text: str, *, now: datetime) -> None:
    """Keep an answer that was late for its message; it goes as a plain message or not at all."""
    cause = inbound_cause if inbound_cause.startswith("inbound:") else f"inbound:{inbound_cause}"
    plan = Plan(address, Notice.REPLY, {"text": text}, "late_reply", channels=(CUSTOM,))
    await put(cause[:200], [plan], now=now)


async def claim(limit: int, worker: str, now: datetime, dry: Sequence[tuple[str, str]] = ()) -> list[Delivery]:
    """Lease up to ``limit`` due deliveries to ``worker``, a name that is never used twice: by rank, then by age.

    Of the notices about what happened to one order only the oldest unfinished one per person is given out. By a way
    (account and channel) that is ``dry`` only what is urgent goes.
    """
    ids = await _ready(limit, now, dry)
    if not ids:
        return []
    columns = lane.columns_of(Delivery)
    leased = await transact_one(Statement(_LEASE + ", ".join(columns), (worker, now + LEASE, ids, now, now)))
    return sorted(lane.restored(Delivery, columns, leased.rows), key=lambda row: (row.rank, row.next_at, row.id))


def _due(now: datetime) -> Q:
    abandoned = Q(state=DeliveryState.SENDING, lease_until__lt=now)
    return Q(state__in=WAITING, next_at__lte=now) | abandoned


_LEASE = (
    "UPDATE delivery SET state = 'sending', lease_by = ?, lease_until = ? WHERE id IN ?"
    " AND (state IN ('due', 'failed') AND next_at <= ? OR state = 'sending' AND lease_until < ?) RETURNING "
)

# One piece for each rank and state, so that each is the head of a range of the index however much waits behind it.
_OF_RANK = (
    "SELECT * FROM (SELECT id, cause, account, openid, order_number FROM delivery"
    " WHERE state = ? AND rank = ? AND next_at <= ?"
)
_NOT_BY = " AND NOT (account = ? AND channel = ?)"
_OLDEST = " ORDER BY next_at, id LIMIT ?) AS ranked"
_ABANDONED = (
    "SELECT * FROM (SELECT id, cause, account, openid, order_number FROM delivery"
    " WHERE state = 'sending' AND lease_until < ? ORDER BY id LIMIT ?) AS abandoned"
)
_PIECES = [(rank, state) for rank in RANKS for state in WAITING]


def _heads(limit: int, now: datetime, dry: Sequence[tuple[str, str]]) -> tuple[str, list[Any]]:
    pieces, values = [_ABANDONED], [now, limit]
    for rank, state in _PIECES:
        shut = () if rank == URGENT else dry
        pieces.append(_OF_RANK + _NOT_BY * len(shut) + _OLDEST)
        values += [state.value, rank, now, *(name for way in shut for name in way), limit]
    return " UNION ALL ".join(pieces), values


async def _ready(limit: int, now: datetime, dry: Sequence[tuple[str, str]]) -> list[int]:
    most = limit * _LOOKED_THROUGH
    sql, values = _heads(most, now, dry)
    rows = [_Waiting(*row) for row in (await lane.rows(sql, *values))[:most]]
    ahead = await _ahead([row for row in rows if _in_order(row)])
    ready = []
    for row in rows:
        blocker = ahead.get((row.order_number, row.account, row.openid)) if _in_order(row) else None
        if blocker is None or blocker.id >= row.id:
            ready.append(row.id)
        elif blocker.state in WAITING and blocker.next_at > now:
            # It would only be looked at again and again, and hide others that are ready.
            await Delivery.filter(id=row.id, state__in=WAITING).update(next_at=blocker.next_at)
    return ready[:limit]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What the claim has to know of a delivery."""

    id: int
    cause: str
    account: str
    openid: str
    order_number: str | None


def _in_order(row: _Waiting) -> bool:
    """Whether it must wait for earlier ones: what happened is told in order, an alert waits for nobody."""
    return row.order_number is not None and row.cause.startswith(OF_EVENT)


async def _ahead(rows: Sequence[_Waiting]) -> dict[tuple[str | None, str, str], Delivery]:
    """The oldest unfinished delivery for each order and person among these rows."""
    if not rows:
        return {}
    orders = {row.order_number for row in rows}
    told = Delivery.filter(order_number__in=orders, cause__startswith=OF_EVENT, state__in=UNFINISHED)
    unfinished = told.order_by("-id")
    found = await unfinished.only("id", "account", "openid", "order_number", "next_at", "state")
    return {(row.order_number, row.account, row.openid): row for row in found}


async def hand_over(deliveries: Sequence[Delivery], *, now: datetime) -> list[Delivery]:
    """Note that these are about to be sent: from here on, a crash leaves their outcome unknown.

    Only those that are returned may be sent; the lease of the others has passed on.
    """
    if not deliveries:
        return []
    ids, worker = [row.id for row in deliveries], deliveries[0].lease_by
    held = Delivery.filter(id__in=ids, lease_by=worker, state=DeliveryState.SENDING)
    ours = set(ids)
    if await held.update(handed_at=now) != len(ids):
        ours = {row.id for row in await held.only("id")}
    for row in deliveries:
        row.handed_at = now
    return [row for row in deliveries if row.id in ours]


async def switch_way(deliveries: Sequence[Delivery]) -> None:
    """Note by which way these will be sent instead, before they are."""
    for channel in {row.channel for row in deliveries}:
        ids = [row.id for row in deliveries if row.channel == channel]
        held = Delivery.filter(id__in=ids, lease_by=deliveries[0].lease_by, state=DeliveryState.SENDING)
        await held.update(channel=channel)


async def let_go(deliveries: Sequence[Delivery]) -> None:
    """Give back what was claimed and may not go yet, as it was."""
    if deliveries:
        ids = [row.id for row in deliveries]
        held = Delivery.filter(id__in=ids, lease_by=deliveries[0].lease_by, state=DeliveryState.SENDING)
        await held.update(state=DeliveryState.DUE, lease_by=None, lease_until=None)


async def recall(way: tuple[str, str], *, now: datetime) -> int:
    """Make due what waits only because this way (account and channel) was down; how many."""
    waiting = Delivery.filter(account=way[0], channel=way[1], state=DeliveryState.FAILED, next_at__gt=now)
    away = Q(*[Q(last_code__startswith=code) for code in DOWN], join_type="OR")
    return await waiting.filter(away).update(next_at=now)


async def settle(delivery: Delivery, state: DeliveryState, *, now: datetime, **changes: Any) -> bool:
    """End this try; False when the lease has passed to somebody else, whose word counts then."""
    ended = {} if state in UNFINISHED else {"settled_at": now}
    released = {"lease_by": None, "lease_until": None, "handed_at": None}
    held = Delivery.filter(id=delivery.id, lease_by=delivery.lease_by, state=DeliveryState.SENDING)
    return await held.update(state=state, **ended, **released, **changes) == 1


_SENT = (
    "UPDATE delivery SET state = 'sent', settled_at = ?, lease_by = NULL, lease_until = NULL, handed_at = NULL,"
    " platform_id = ?, last_code = '0', attempts = ?, tries = ?, first_try_at = ?"
    " WHERE id = ? AND lease_by = ? AND state = 'sending'"
)


async def settle_sent(sent: Sequence[tuple[Delivery, str | None]], *, now: datetime) -> list[Delivery]:
    """End many tries that succeeded, each with the platform's id, in one unit; those whose lease was still held."""

    def work() -> Script[list[Delivery]]:
        held = []
        for row, platform_id in sent:
            tried = (row.attempts, json_of(Delivery, "tries", row.tries), row.first_try_at or row.handed_at)
            result = yield Statement(_SENT, (now, platform_id, *tried, row.id, row.lease_by))
            if result.count:
                held.append(row)
        fault("delivery.marked")
        return held

    return await transact_script(work) if sent else []


async def due_count(now: datetime) -> int:
    """How many deliveries could be sent now."""
    return await Delivery.filter(_due(now)).count()
