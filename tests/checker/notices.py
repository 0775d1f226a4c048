"""What people were told later: once per cause, seen on the phone as the row says, in order, and with nothing left."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.models import InboundMessage, Progress
from domain.models import Event
from notify.models import Delivery, DeliveryState, TokenLease
from notify.notices import CUSTOM, TEMPLATE, Notice
from notify.outbox import LEASE, OF_EVENT, UNFINISHED, WAITING
from notify.tries import outgoing_of
from simulator.journal import Entry

ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED)
DEAD = (DeliveryState.UNSURE, DeliveryState.GIVEN_UP)


async def once() -> list[str]:
    """I4: one row per cause, person and notice."""
    rows = await Delivery.all().values_list("cause", "account", "openid", "notice")
    return [f"I4 {count} notices for {key}" for key, count in Counter(rows).items() if count > 1]


async def seen_on_phones(journal: Sequence[Entry], *, dedupe: bool) -> list[str]:
    """I5: what counts as sent reached the platform; a second copy is seen only after an unknown outcome."""
    rows = await Delivery.filter(state__in=(*ARRIVED, DeliveryState.UNSURE))
    cards, found = _cards(journal), []
    for row in (row for row in rows if row.channel == TEMPLATE):
        copies, doubts = len(cards[outgoing_of(row).key]), 0 if dedupe else _doubts(row)
        if row.state in ARRIVED and copies == 0:
            found.append(f"I5 {_named(row)} is {row.state}, the platform never took it")
        if copies > 1 + doubts:
            found.append(f"I5 {_named(row)} was taken {copies} times, {doubts} outcomes were unknown")
    return [*found, *_plain(journal, rows)]


def _cards(journal: Iterable[Entry]) -> dict[str, set[str]]:
    """The numbers that the platform gave to each key of ours: one for each copy that it took."""
    taken: dict[str, set[str]] = defaultdict(set)
    for entry in _calls(journal, "template/send"):
        taken[str(entry.request["body"].get("client_msg_id"))].add(str(entry.outcome["msgid"]))
    return taken


def _calls(journal: Iterable[Entry], path: str) -> Iterable[Entry]:
    for entry in journal:
        if entry.kind == "api" and str(entry.request["path"]).endswith(path) and entry.outcome.get("errcode") == 0:
            yield entry


def _plain(journal: Sequence[Entry], rows: Iterable[Delivery]) -> Iterable[str]:
    """Plain messages bear no key: their words to a person are counted."""
    said = Counter((e.openid, _text(e.request["body"])) for e in _calls(journal, "custom/send"))
    least: Counter[tuple[str, str]] = Counter()
    most: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.channel == CUSTOM and row.notice == Notice.REPLY:
            place = (row.openid, str(row.facts["text"]))
            least[place] += row.state in ARRIVED
            most[place] += 1 + _doubts(row)
    for place, count in most.items():
        if not least[place] <= said[place] <= count:
            yield f"I5 {place[0]} heard {said[place]} times, {least[place]} to {count} expected: {place[1][:30]}"


def _text(body: Any) -> str:
    return str(body.get("text", {}).get("content", ""))


def _doubts(row: Delivery) -> int:
    """How often nobody knew what became of a try."""
    return sum(1 for one in row.tries if one.get("maybe"))


def _named(row: Delivery) -> str:
    return f"delivery {row.id} {row.notice} of {row.cause}"


async def in_order(journal: Sequence[Entry]) -> list[str]:
    """I6: what happened to one order is first taken by the platform in the order in which it happened."""
    rows = await Delivery.filter(cause__startswith=OF_EVENT, order_number__isnull=False, channel=TEMPLATE)
    first: dict[str, int] = {}
    for entry in _calls(journal, "template/send"):
        first.setdefault(str(entry.request["body"].get("client_msg_id")), entry.seq)
    told: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        if (seq := first.get(outgoing_of(row).key)) is not None:
            told[row.order_number or "", row.openid].append((int(row.cause.removeprefix(OF_EVENT)), seq))
    late = [place for place, pairs in told.items() if (by := [s for _, s in sorted(pairs)]) != sorted(by)]
    return [f"I6 {order} was told out of order to {openid}" for order, openid in late]


async def leases(*, now: datetime) -> list[str]:
    """I9: nobody holds anything twice as long as a lease lasts."""
    old = now - LEASE
    held = await Delivery.filter(state=DeliveryState.SENDING, lease_until__lt=old).values_list("id", flat=True)
    tokens = await TokenLease.filter(lease_until__lt=old, lease_by__isnull=False).values_list("account", flat=True)
    return [
        f"I9 leases of {name} {list(ids)} are dead" for name, ids in (("deliveries", held), ("tokens", tokens)) if ids
    ]


async def at_rest(*, now: datetime, patient: bool, may_die: bool) -> list[str]:
    """I10: every message is settled, every event routed, every notice at its end."""
    waiting = Delivery.filter(state__in=UNFINISHED)
    if patient:
        waiting = Delivery.filter(state__in=WAITING, next_at__lte=now)
    dead = [] if may_die else await Delivery.filter(state__in=DEAD)
    messages = InboundMessage.filter(progress__not=Progress.SETTLED)
    events = Event.filter(routed_at__isnull=True)
    left = {
        "messages": [str(key) for key in await messages.values_list("key", flat=True)],
        "events": [f"{event.id} {event.kind}" for event in await events],
        "notices": [f"{_named(row)} {row.state}" for row in await waiting],
        "dead": [f"{_named(row)} {row.state} {row.last_code}" for row in dead],
    }
    return [f"I10 {name}: {what}" for name, what in left.items() if what]
