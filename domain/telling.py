"""The people who might be told of something, as the notification hub reads them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain import lane
from domain.lane import Row
from domain.models import Customer, Identity, Staff
from domain.rules.wishes import NOTHING_SET, Wishes, wishes_of
from domain.values import Address, Role


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
    """What an event is about, as far as telling goes; ``rep`` is the staff id of the order's rep.

    ``links`` is the generation of the order's links, None where there is no order.
    """

    customer: str = ""
    customer_name: str = ""
    state: str = ""
    total: str = ""
    promised: str = ""
    phone: str = ""
    rep: int | None = None
    links: int | None = None
    people: tuple[Listener, ...] = ()

    @property
    def reps(self) -> tuple[Listener, ...]:
        """The rep of the order, else those who look after its customer."""
        own = tuple(p for p in self.people if self.rep is not None and p.staff == self.rep)
        return own or tuple(p for p in self.people if self.customer and self.customer in p.customers)


def _short(customer: Customer) -> str:
    return customer.short_names[0] if customer.short_names else customer.name


_PEOPLE = """
SELECT i.id, i.account, i.openid, i.last_inbound_at, i.staff_id, i.contact_id,
       s.name, s.roles, s.customers, s.code, s.manager, s.wishes, s.way, c.name, c.role, k.code, c.wishes
FROM identity i
LEFT JOIN staff s ON s.id = i.staff_id
LEFT JOIN contact c ON c.id = i.contact_id
LEFT JOIN customer k ON k.id = c.customer_id
WHERE
"""
# By index each: of followers there are many times those whom one notice concerns.
_STAFF = "SELECT id FROM identity WHERE staff_id IN (SELECT id FROM staff WHERE active)"
_CONTACTS = """
SELECT identity.id FROM customer
JOIN contact ON contact.customer_id = customer.id AND contact.active
JOIN identity ON identity.contact_id = contact.id
WHERE customer.code IN ?
"""


async def listeners(customers: Collection[str] = ()) -> tuple[Listener, ...]:
    """Every follower among the staff, and among the contacts of these customers."""
    if not customers:
        return await listeners_of(f"i.following AND i.id IN ({_STAFF})")
    return await listeners_of(f"i.following AND i.id IN ({_STAFF} UNION ALL {_CONTACTS})", sorted(customers))


async def wishes_at(address: Address) -> Wishes:
    """What the person behind an identity has set."""
    bound = "(i.staff_id IS NOT NULL OR i.contact_id IS NOT NULL) AND i.account = ? AND i.openid = ?"
    found = await listeners_of(bound, address.account, address.openid)
    return found[0].wishes if found else NOTHING_SET


async def listeners_of(condition: str, *values: Any) -> tuple[Listener, ...]:
    """The people whom an SQL condition of ours names: ``i`` is the identity, ``s`` staff, ``c`` a contact of ``k``.

    A person with two accounts hears once.
    """
    latest: dict[tuple[int | None, int | None], tuple[float, Row]] = {}
    for row in await lane.rows(f"{_PEOPLE} {condition} ORDER BY i.id", *values):
        person, heard = (row[4], row[5]), _heard(row[3])
        if person not in latest or heard > latest[person][0]:
            latest[person] = (heard, row)
    return tuple(_listener(row) for _, row in latest.values())


def _heard(at: Any) -> float:
    if at is None:
        return 0.0
    return (at if isinstance(at, datetime) else datetime.fromisoformat(at)).timestamp()


def _listener(row: Row) -> Listener:
    identity, account, openid, _, staff, _, *told = row
    name, roles, customers, code, manager, wishes, way, contact, role, company, theirs = told
    address = Address(account, openid)
    if staff is None:
        return Listener(
            identity, address, contact, frozenset({Role(role)}), customer=company, wishes=wishes_of(_json(theirs))
        )
    return Listener(
        identity,
        address,
        name,
        frozenset(Role(one) for one in _json(roles)),
        staff=staff,
        customers=frozenset(_json(customers)),
        code=code,
        manager=manager,
        wishes=wishes_of(_json(wishes)),
        way=way,
    )


def _json(kept: str | None) -> Any:
    return None if kept is None else json.loads(kept)


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
