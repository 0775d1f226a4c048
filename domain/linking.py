"""Links to an order's page: nobody can guess one, each ends after some days, and all of an order can be taken back."""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from domain.errors import OrderNotFound
from domain.events import LinksRevoked
from domain.holding import held_as_read
from domain.keyring import keyed
from domain.models import InstanceSecret, Order
from domain.policy import current_policy
from domain.recording import brought_about, record
from domain.rules.rights import SHARING, require
from domain.transaction import transact
from domain.values import Actor

NAME = "links"

_TOKEN = re.compile(
    r"(?P<shown>[A-Z0-9]{1,20})-(?P<links>[0-9]{1,6})-(?P<until>[0-9a-f]{8})-(?P<seal>[\w-]{22})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token says: for which order, of which generation of its links, until which second."""

    number: str
    links: int
    until: int


async def load_secret(name: str = NAME) -> bytes:
    """A secret of this installation, made on first use; all processes on one database share it."""
    row = await InstanceSecret.get_or_none(name=name)
    if row is None:
        try:
            row = await InstanceSecret.create(name=name, value=secrets.token_hex(32))
        except IntegrityError:
            row = await InstanceSecret.get(name=name)
    return keyed(bytes.fromhex(row.value))


async def link_token(number: str, secret: bytes, *, now: datetime) -> str:
    """A token for the address of an order's page, good for as long as the policy says."""
    return token_at(number, await _generation(number), secret, now=now)


def token_at(number: str, links: int, secret: bytes, *, now: datetime) -> str:
    """The same for whoever has read of which generation the links of the order are."""
    until = int((now + current_policy().link_life).timestamp())
    return token_of(Ticket(number, links, until), secret)


async def order_behind(token: str, secret: bytes, *, now: datetime) -> str | None:
    """The order that a token opens; None when it is forged, has ended or was taken back: nobody learns which."""
    ticket = ticket_of(token, secret)
    if ticket is None or ticket.until <= now.timestamp():
        return None
    return ticket.number if await Order.filter(number=ticket.number, links=ticket.links).exists() else None


async def revoke_links(number: str, *, by: Actor, now: datetime, cause: str = "") -> None:
    """Take back every link to this order that was given out so far; those of later notices are good again.

    Once per ``cause``, so that a link that was asked for meanwhile stays good.
    """
    require(by, SHARING)

    async def work() -> None:
        await held_as_read(number, by)
        if await brought_about(number, LinksRevoked, cause):
            return
        await Order.filter(number=number).update(links=F("links") + 1)
        await record(LinksRevoked(order=number), by=by, at=now, source=cause)

    await transact(work)


def token_of(ticket: Ticket, secret: bytes) -> str:
    """The ticket as text: order, generation, end, and 132 bits of seal."""
    return f"{_open(ticket)}-{_seal(ticket, secret)}"


def ticket_of(token: str, secret: bytes) -> Ticket | None:
    """The ticket again, whether or not it is still good; None for any text that we did not make."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    ticket = Ticket(f"SO{found['shown']}", int(found["links"]), int(found["until"], 16))
    genuine = hmac.compare_digest(token, token_of(ticket, secret))
    return ticket if genuine else None


async def _generation(number: str) -> int:
    found: int | None = await Order.filter(number=number).first().values_list("links", flat=True)  # type: ignore[assignment]
    if found is None:
        raise OrderNotFound(number)
    return found


def _open(ticket: Ticket) -> str:
    return f"{ticket.number.removeprefix('SO')}-{ticket.links}-{ticket.until:08x}"


def _seal(ticket: Ticket, secret: bytes) -> str:
    digest = hmac.new(secret, f"order-page:{_open(ticket)}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]
