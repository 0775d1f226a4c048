"""One try of a delivery: what goes out, and what is kept of how it went."""

from datetime import datetime
from typing import Any

from domain.errors import DeliveryFailed
from domain.values import Address
from notify.channels import Outgoing
from notify.models import Delivery
from notify.notices import Notice
from notify.retry import Next
from templates import inert

KEPT = 20


def outgoing_of(row: Delivery) -> Outgoing:
    """What goes out for a delivery; the key is the same on every try, and no other database's."""
    key = str(row.facts.get("key") or f"{row.id}-{int(row.created_at.timestamp())}")
    facts = row.facts if row.notice == Notice.REPLY else tame(row.facts)
    return Outgoing(key, Address(row.account, row.openid), Notice(row.notice), facts, str(row.facts.get("url") or ""))


def tame(fact: Any) -> Any:
    """Facts that can neither break a line nor make a link, as ``<a href=…>`` in a name would in a plain message."""
    if isinstance(fact, str):
        return inert(" ".join(fact.split()))
    if isinstance(fact, dict):
        return {name: tame(value) for name, value in fact.items()}
    return [tame(one) for one in fact] if isinstance(fact, list | tuple) else fact


def failure_code(failure: DeliveryFailed, step: Next) -> str:
    """What the list of notices shows as the reason: the platform's code, and what it led to."""
    return f"{failure.code} {step.why}"[:40]


def counted(row: Delivery) -> dict[str, Any]:
    """The columns that a try changes whatever came of it."""
    return {"attempts": row.attempts, "tries": row.tries, "first_try_at": row.first_try_at or row.handed_at}


def note_try(row: Delivery, failure: DeliveryFailed | None, at: datetime) -> None:
    """Remember how a try ended; a failure of None is a success."""
    one = {"at": at.isoformat(), "channel": row.channel, "code": "0" if failure is None else str(failure.code)}
    if failure is not None and failure.maybe_sent:
        one["maybe"] = "yes"
    row.tries = [*row.tries, one][-KEPT:]
