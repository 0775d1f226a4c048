"""Who is who: one-time codes that tie a WeChat identity to a contact or member of staff, and how ties end."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from domain.errors import AlreadyBound, CodeRefused, CustomerNotFound, NotAllowed
from domain.events import PersonJoined, PersonLeft
from domain.guessing import count_try, forgive, note_wrong
from domain.linking import load_secret
from domain.models import BindingCode, BindingTry, Contact, Customer, Identity, Staff
from domain.queries import actor_of
from domain.recording import record
from domain.rules.rights import HIRING, INVITING, may_see, require
from domain.signs import Sign
from domain.transaction import transact
from domain.values import CUSTOMER_ROLES, SYSTEM, Actor, Address, Role

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
LIFE = timedelta(minutes=10)
UNDER = "codes"


@dataclass(frozen=True, slots=True)
class Issued:
    """A code to hand over; only its hash is kept."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a code would make of its sender; ``customer_name`` is None for staff."""

    name: str
    roles: tuple[Role, ...]
    customer_name: str | None


async def invite_staff(staff_code: str, *, by: Actor, now: datetime) -> Issued:
    """A code for a member of staff."""
    require(by, HIRING)
    staff = await Staff.get_or_none(code=staff_code, active=True)
    if staff is None:
        raise CodeRefused
    return await _issue(by, now, staff_id=staff.id)


async def invite_contact(customer_code: str, name: str, role: Role, *, by: Actor, now: datetime) -> Issued:
    """A code for a person of a customer; one who is known by name keeps the role given last."""
    require(by, INVITING)
    if role not in CUSTOMER_ROLES:
        raise NotAllowed
    customer = await Customer.get_or_none(code=customer_code, active=True)
    if customer is None or not may_see(by, customer.code):
        raise CustomerNotFound(customer_code)

    async def work() -> Issued:
        contact, _ = await Contact.get_or_create(customer_id=customer.id, name=name, defaults={"role": role})
        await Contact.filter(id=contact.id).update(role=role, active=True)
        return await _issue(by, now, contact_id=contact.id)

    return await transact(work)


async def peek_code(code: str, address: Address, *, now: datetime) -> Invitation:
    """Whom this code belongs to; the code stays good. A wrong one is a guess, and those are few."""
    actor = await actor_of(address)
    if not actor.is_stranger:
        raise AlreadyBound(actor.name)
    this = await count_try(address, now=now)
    try:
        row = await _valid(code, now)
    except CodeRefused:
        await note_wrong(now=now)
        raise
    await forgive(this)
    if row.staff is not None:
        return Invitation(row.staff.name, tuple(sorted(row.staff.role_set)), None)
    assert row.contact is not None
    return Invitation(row.contact.name, (row.contact.role,), row.contact.customer.name)


async def redeem_code(code: str, address: Address, *, now: datetime) -> Actor:
    """Use the code up: this identity is that person from now on."""

    async def work() -> None:
        row = await _valid(code, now)
        if not await BindingCode.filter(id=row.id, used_at__isnull=True).update(used_at=now):
            raise CodeRefused
        actor = await actor_of(address)
        if not actor.is_stranger:
            raise AlreadyBound(actor.name)
        identity, _ = await Identity.get_or_create(account=address.account, openid=address.openid)
        await Identity.filter(id=identity.id).update(
            staff_id=row.staff_id, contact_id=row.contact_id, bound_at=now, following=True, last_inbound_at=now
        )
        await BindingTry.filter(account=address.account, openid=address.openid).delete()
        await record(_joined(identity.id, row), by=_name(row), at=now)

    await transact(work)
    return await actor_of(address)


async def unbind(actor: Actor, *, now: datetime) -> None:
    """This identity is nobody's any more; a contact without any other identity is put to rest."""

    async def work() -> None:
        await Identity.filter(id=actor.identity).update(staff_id=None, contact_id=None, bound_at=None)
        await _rest(actor.contact)
        await record(PersonLeft(), by=SYSTEM.name, at=now)

    await transact(work)


async def note_follow(address: Address, *, now: datetime) -> None:
    """Somebody follows the account."""
    known = {"following": True, "last_inbound_at": now, "followed_at": now}
    if not await _here(address).update(**known):
        await Identity.get_or_create(account=address.account, openid=address.openid, defaults=known)


async def note_unfollow(address: Address, *, now: datetime) -> None:
    """Somebody left: the tie and everything personal beside it is blanked; orders stay, for they are the company's."""
    before = await _here(address).first()

    async def work() -> None:
        silent = dict.fromkeys(("last_inbound_at", *(f"{sign}_at" for sign in Sign)))
        await _here(address).update(following=False, staff_id=None, contact_id=None, bound_at=None, **silent)
        await BindingTry.filter(account=address.account, openid=address.openid).delete()
        if before is not None and before.bound_at is not None:
            await _rest(before.contact_id, name="")
            await record(PersonLeft(), by=SYSTEM.name, at=now)

    await transact(work)


async def _issue(by: Actor, now: datetime, *, staff_id: int | None = None, contact_id: int | None = None) -> Issued:
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    expires = now + LIFE
    await BindingCode.create(
        digest=await _digest(code), staff_id=staff_id, contact_id=contact_id, issued_by=by.name, expires_at=expires
    )
    return Issued(code, expires)


async def _valid(code: str, now: datetime) -> BindingCode:
    row = await BindingCode.get_or_none(digest=await _digest(code)).select_related("staff", "contact__customer")
    if row is None or row.used_at is not None or row.expires_at <= now or not _welcome(row):
        raise CodeRefused
    return row


def _welcome(row: BindingCode) -> bool:
    if row.staff is not None:
        return row.staff.active
    return row.contact is not None and row.contact.active and row.contact.customer.active


async def _rest(contact: int | None, **blank: str) -> None:
    if contact is not None and not await Identity.filter(contact_id=contact).exists():
        await Contact.filter(id=contact).update(active=False, **blank)


def _joined(identity: int, row: BindingCode) -> PersonJoined:
    if row.staff is not None:
        return PersonJoined(identity=identity, name=row.staff.name, roles=tuple(sorted(row.staff.roles)))
    assert row.contact is not None
    contact = row.contact
    return PersonJoined(
        identity=identity, name=contact.name, roles=(contact.role.value,), customer=contact.customer.code
    )


def _name(row: BindingCode) -> str:
    return row.staff.name if row.staff is not None else row.contact.name if row.contact is not None else ""


def _here(address: Address) -> QuerySet[Identity]:
    return Identity.filter(account=address.account, openid=address.openid)


async def _digest(code: str) -> str:
    return hmac.new(await load_secret(UNDER), code.strip().upper().encode(), hashlib.sha256).hexdigest()
