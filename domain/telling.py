"""What has happened and was not yet told, and the people who might be: the reads and marks of the notification hub."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from domain.models import Customer, Event, Identity, Order, Staff
from domain.rules.wishes import NOTHING_SET, Wishes, wishes_of
from domain.values import Address, Role

_BOUND = Q(staff_id__isnull=False) | Q(contact_id__isnull=False)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the ledger keeps it; ``identity`` is the person who did it, if it was one."""

    id: int
    kind: str
    order: str | None
    facts: dict[str, Any]
    by: str
    at: datetime
    identity: int | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """A person who can be told, where, and why they might care; ``customer`` is the code of a contact's company.

    ``way`` is how a member of staff hears alerts first.
    """

    identity: int
    address: Address
    name: str
    roles: frozenset[Role]
    staff: int | None = None
    customer: str | None = None
    customers: frozenset[str] = frozenset()
    code: str = ""
    manager: str | None = None
    wishes: Wishes = NOTHING_SET
    way: str = ""


@dataclass(frozen=True, slots=True)
class Affair:
    """What an event is about, as far as telling goes; ``rep`` is the staff id of the order's rep."""

    customer: str = ""
    customer_name: str = ""
    state: str = ""
    total: str = ""
    promised: str = ""
    phone: str = ""
    rep: int | None = None
    people: tuple[Listener, ...] = ()

    @property
    def reps(self) -> tuple[Listener, ...]:
        """The rep of the order, else those who look after its customer."""
        own = tuple(p for p in self.people if self.rep is not None and p.staff == self.rep)
        return own or tuple(p for p in self.people if self.customer and self.customer in p.customers)


async def unrouted_events(limit: int) -> list[Happened]:
    """The oldest events of which nobody decided yet who hears of them."""
    rows = await Event.filter(routed_at__isnull=True).order_by("id").limit(limit)
    return [Happened(row.id, row.kind, row.order_number, row.facts, row.by, row.at, row.by_identity) for row in rows]


async def mark_routed(event: int, *, now: datetime) -> bool:
    """Claim the decision about an event; False when another process took it. For use inside a transaction."""
    return await Event.filter(id=event, routed_at__isnull=True).update(routed_at=now) == 1


async def affair_of(order: str | None, customer: str | None = None) -> Affair:
    """The order or customer that an event is about, with the contacts and staff who can be reached."""
    row = await Order.get_or_none(number=order).select_related("customer") if order else None
    if row is not None:
        return Affair(
            customer=row.customer.code,
            customer_name=_short(row.customer),
            state=row.state,
            total=format(row.total, "f"),
            promised=row.promised_date.isoformat() if row.promised_date else "",
            phone=str(row.ship_to.get("phone") or ""),
            rep=row.rep_id,
            people=await listeners(row.customer_id),
        )
    company = await Customer.get_or_none(code=customer) if customer else None
    if company is None:
        return Affair(people=await listeners())
    return Affair(customer=company.code, customer_name=_short(company), people=await listeners(company.id))


def _short(customer: Customer) -> str:
    return customer.short_names[0] if customer.short_names else customer.name


async def listeners(customer_id: int | None = None) -> tuple[Listener, ...]:
    """Every follower among the staff, and among the contacts of the customer; a person with two accounts hears once."""
    concerned = Q(staff__active=True)
    if customer_id is not None:
        concerned |= Q(contact__customer_id=customer_id, contact__active=True)
    return await listeners_of(Identity.filter(concerned, following=True))


async def wishes_at(address: Address) -> Wishes:
    """What the person behind an identity has set."""
    found = await listeners_of(Identity.filter(_BOUND, account=address.account, openid=address.openid))
    return found[0].wishes if found else NOTHING_SET


async def listeners_of(identities: QuerySet[Identity]) -> tuple[Listener, ...]:
    """The people behind these identities; a person with two accounts hears once."""
    rows = await identities.select_related("staff", "contact__customer").order_by("id")
    latest: dict[tuple[int | None, int | None], Identity] = {}
    for row in rows:
        person = (row.staff_id, row.contact_id)
        if person not in latest or _heard(row) > _heard(latest[person]):
            latest[person] = row
    return tuple(_listener(row) for row in latest.values())


def _heard(row: Identity) -> float:
    return row.last_inbound_at.timestamp() if row.last_inbound_at else 0.0


def _listener(row: Identity) -> Listener:
    address = Address(row.account, row.openid)
    if row.staff is not None:
        return Listener(
            row.id,
            address,
            row.staff.name,
            row.staff.role_set,
            staff=row.staff_id,
            customers=frozenset(row.staff.customers),
            code=row.staff.code,
            manager=row.staff.manager,
            wishes=wishes_of(row.staff.wishes),
            way=row.staff.way,
        )
    assert row.contact is not None
    return Listener(
        row.id,
        address,
        row.contact.name,
        frozenset({row.contact.role}),
        customer=row.contact.customer.code,
        wishes=wishes_of(row.contact.wishes),
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who was to be told: what they are called, of which customer, whose rep is ``rep``, last heard when."""

    name: str
    customer: str
    rep: int | None
    heard_at: datetime | None


async def reached(addresses: Collection[Address]) -> dict[Address, Reached]:
    """These people, if they are known; the rep is one who looks after their company."""
    rows = await Identity.filter(openid__in=[one.openid for one in addresses]).select_related("contact__customer")
    reps = await Staff.filter(active=True).order_by("id")
    found = {}
    for row in rows:
        company = row.contact.customer if row.contact is not None else None
        rep = next((one.id for one in reps if company is not None and company.code in one.customers), None)
        name = row.contact.name if row.contact is not None else ""
        found[Address(row.account, row.openid)] = Reached(
            name, _short(company) if company else "", rep, row.last_inbound_at
        )
    return {address: found[address] for address in addresses if address in found}


async def note_unreachable(address: Address) -> bool:
    """The platform says that this person does not follow; nothing is sent until they follow or write again."""
    followed = Identity.filter(account=address.account, openid=address.openid, following=True)
    return await followed.update(following=False) == 1
