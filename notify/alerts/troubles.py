"""What is wrong with the hub itself: ways out that are shut, notices that fit no template."""

from collections.abc import Collection
from datetime import datetime, timedelta

from connect.workchat.forms import GONE, WEBHOOK
from domain.telling import Reached, reached
from domain.values import Address
from domain.watching import Condition
from notify.hooks import DISABLED
from notify.models import ChannelPause, Delivery, DeliveryState

LATELY = timedelta(hours=24)
UNFIT = frozenset({"40036", "40037", "40249", "43116", "47003", "no_template"})
"""Codes that say: this kind of notice will not go out until somebody mends its template."""
_FAILED = (DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.GIVEN_UP)
UNREACHED_FOR = timedelta(days=3)
"""How long somebody is reminded of a customer who was not reached and has not been heard from."""
UNREACHED = (DeliveryState.HELD, DeliveryState.GIVEN_UP)
UNTOLD = (*UNREACHED, DeliveryState.UNSURE)
"""How a notice ends that nobody read, and one of which nobody knows."""
MOST = 200


async def shut_channels(now: datetime) -> list[Condition]:
    """Ways out that are shut: by a mistake in their setup until a success, by a spent quota until the next day."""
    rows = await ChannelPause.all()
    return [
        Condition(
            f"{row.account}:{row.channel}", None, "", None, row.since, {"channel": row.channel, "code": _code_of(row)}
        )
        for row in rows
        if row.kind != "quota" or row.until > now
    ]


def _code_of(row: ChannelPause) -> str:
    gone = row.code == f"{WEBHOOK}:{GONE}"
    return f"{WEBHOOK}:{DISABLED}" if row.kind == DISABLED and not gone else row.code


async def unfit_notices(now: datetime) -> list[Condition]:
    """Kinds of notices of which one was refused for its template within a day and has not gone out since."""
    failed = Delivery.filter(state__in=_FAILED, created_at__gt=now - LATELY)
    rows = await failed.exclude(last_code="").order_by("id").only("id", "account", "notice", "last_code", "created_at")
    found: dict[str, Condition] = {}
    for row in rows:
        code = row.last_code.split(" ")[0]
        subject = f"{row.account}:{row.notice}"
        if code in UNFIT and subject not in found:
            found[subject] = Condition(subject, None, "", None, row.created_at, {"notice": row.notice, "code": code})
    return list(found.values())


async def unreached_customers(now: datetime, states: Collection[DeliveryState] = UNREACHED) -> list[Condition]:
    """People of customers to whom something could not be told, one condition each, until they are heard from."""
    ended = Delivery.filter(state__in=tuple(states), settled_at__gt=now - UNREACHED_FOR)
    rows = await ended.order_by("id").limit(MOST)
    first: dict[Address, Delivery] = {}
    for row in rows:
        if row.facts.get("audience") == "customer":
            first.setdefault(Address(row.account, row.openid), row)
    people = await reached(first) if first else {}
    return [
        _unreached(row, people[address])
        for address, row in first.items()
        if address in people and not _heard_since(people[address], row)
    ]


def _heard_since(person: Reached, row: Delivery) -> bool:
    return person.heard_at is not None and row.settled_at is not None and person.heard_at > row.settled_at


def _unreached(row: Delivery, person: Reached) -> Condition:
    facts = {"who": person.name, "notice": row.notice, "code": row.last_code.split(" ")[0]}
    customer = person.customer or str(row.facts.get("customer_name") or "")
    since = row.settled_at or row.created_at
    return Condition(f"{row.account}:{row.openid}", row.order_number, customer, person.rep, since, facts)
