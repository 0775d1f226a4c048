"""Credit by people who mind the money: limits, terms, customers stopped, payments noted; each message counts once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from domain import lane
from domain.credit import credit_of
from domain.crediterrors import AmountRefused, DaysRefused, PaymentNotFound
from domain.creditevents import CreditSet, CustomerBlocked, CustomerUnblocked, PaymentTaken, PaymentTakenBack
from domain.errors import CustomerNotFound
from domain.models import Customer, Order, Payment
from domain.owing import owed_more
from domain.recording import record
from domain.rules.credit import Credit
from domain.rules.lifecycle import OrderState
from domain.rules.rights import CREDITING, may_see, require
from domain.transaction import transact
from domain.values import Actor, money

HIGHEST = Decimal(1_000_000_000)
LONGEST = 365
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands; ``waiting`` are their orders that wait for a decision, oldest first."""

    code: str
    name: str
    credit: Credit
    days: int | None
    blocked: bool
    reason: str
    by: str
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """A payment that was noted or taken back, and where the customer stands now."""

    payment: int
    amount: Decimal
    standing: Standing


async def standing(code: str, *, by: Actor, now: datetime) -> Standing:
    """Where a customer stands, for whoever may see them and money."""
    customer = await Customer.get_or_none(code=code, active=True)
    if customer is None or not may_see(by, code):
        raise CustomerNotFound(code)
    return await _standing(customer, now)


async def set_limit(code: str, limit: Decimal | None, *, by: Actor, now: datetime) -> tuple[Decimal | None, Standing]:
    """Set what a customer may owe, in whole units of the currency; what it was, and where they stand now."""
    require(by, CREDITING)
    if limit is not None and (not 0 <= limit <= HIGHEST or limit % 1):
        raise AmountRefused(limit, HIGHEST)

    async def work() -> tuple[Decimal | None, Standing]:
        customer = await _alone(code)
        was = customer.credit_limit
        customer.credit_limit = None if limit is None else int(limit)
        await Customer.filter(id=customer.id).update(credit_limit=customer.credit_limit)
        if was != customer.credit_limit:
            await record(_set(code, "limit", was, customer.credit_limit), by=by, at=now)
        return None if was is None else Decimal(was), await _standing(customer, now)

    return await transact(work)


async def set_days(code: str, days: int | None, *, by: Actor, now: datetime) -> tuple[int | None, Standing]:
    """Set how many days after dispatch a customer has to pay; what it was, and where they stand now."""
    require(by, CREDITING)
    if days is not None and not 0 <= days <= LONGEST:
        raise DaysRefused(days, LONGEST)

    async def work() -> tuple[int | None, Standing]:
        customer = await _alone(code)
        was, customer.credit_days = customer.credit_days, days
        await Customer.filter(id=customer.id).update(credit_days=days)
        if was != days:
            await record(_set(code, "days", was, days), by=by, at=now)
        return was, await _standing(customer, now)

    return await transact(work)


async def block(code: str, reason: str, *, by: Actor, now: datetime) -> Standing:
    """Hold every order of a customer from now on; done again with another reason it changes that."""
    require(by, CREDITING)

    async def work() -> Standing:
        customer = await _alone(code)
        if (customer.blocked, customer.block_reason) != (True, reason[:200]):
            customer.blocked, customer.block_reason, customer.blocked_by = True, reason[:200], by.name
            await customer.save(update_fields=["blocked", "block_reason", "blocked_by"])
            await record(CustomerBlocked(customer=code, reason=reason[:200]), by=by, at=now)
        return await _standing(customer, now)

    return await transact(work)


async def unblock(code: str, *, by: Actor, now: datetime) -> tuple[bool, Standing]:
    """Let orders of a customer pass again; False when nobody had stopped them."""
    require(by, CREDITING)

    async def work() -> tuple[bool, Standing]:
        customer = await _alone(code)
        was = customer.blocked
        customer.blocked, customer.block_reason, customer.blocked_by = False, None, None
        if was:
            await customer.save(update_fields=["blocked", "block_reason", "blocked_by"])
            await record(CustomerUnblocked(customer=code), by=by, at=now)
        return was, await _standing(customer, now)

    return await transact(work)


async def take_payment(code: str, amount: Decimal, remark: str, key: str, *, by: Actor, now: datetime) -> Noted:
    """Note money that came in from a customer, once for each ``key``."""
    require(by, CREDITING)
    if not 0 < amount <= HIGHEST or amount != money(amount):
        raise AmountRefused(amount, HIGHEST)

    async def work() -> Noted:
        customer = await _alone(code)
        row = await Payment.create(
            customer_id=customer.id, amount=amount, remark=remark[:200], key=key, by=by.name, at=now
        )
        await lane.within(owed_more(customer.id, -amount))
        customer.owed -= amount
        await record(PaymentTaken(customer=code, payment=row.id, amount=format(amount, "f")), by=by, at=now, source=key)
        return Noted(row.id, amount, await _standing(customer, now))

    return await _once(work, key, now)


async def take_back_payment(number: int, key: str, *, by: Actor, now: datetime) -> Noted:
    """Take a payment back that was noted by mistake, by an entry against it; both stay to be seen."""
    require(by, CREDITING)

    async def work() -> Noted:
        row = await Payment.get_or_none(id=number, takes_back__isnull=True).select_related("customer")
        if row is None or await Payment.filter(takes_back=number).exists():
            raise PaymentNotFound(number, done=row is not None)
        customer = await _alone(row.customer.code)
        against = await Payment.create(
            customer_id=customer.id, amount=-row.amount, key=key, takes_back=number, by=by.name, at=now
        )
        await lane.within(owed_more(customer.id, row.amount))
        customer.owed += row.amount
        event = PaymentTakenBack(customer=customer.code, payment=number, amount=format(row.amount, "f"))
        await record(event, by=by, at=now, source=key)
        return Noted(against.takes_back or number, row.amount, await _standing(customer, now))

    return await _once(work, key, now)


async def _once(work: Callable[[], Awaitable[Noted]], key: str, now: datetime) -> Noted:
    found = await Payment.get_or_none(key=key).select_related("customer")
    if found is None:
        try:
            return await transact(work)
        except IntegrityError:
            found = await Payment.get_or_none(key=key).select_related("customer")
            if found is None:
                raise PaymentNotFound(0, done=True) from None
    return Noted(found.takes_back or found.id, abs(found.amount), await _standing(found.customer, now))


async def _alone(code: str) -> Customer:
    """The customer, nobody else's to change until the end of the transaction."""
    # The write comes first: it waits for others who hold the row.
    await Customer.filter(code=code, active=True).update(active=True)
    customer = await Customer.get_or_none(code=code, active=True)
    if customer is None:
        raise CustomerNotFound(code)
    return customer


async def _standing(customer: Customer, now: datetime) -> Standing:
    waiting = Order.filter(customer_id=customer.id, state=OrderState.AWAITING_APPROVAL).order_by("id").limit(SHOWN)
    return Standing(
        code=customer.code,
        name=customer.short_names[0] if customer.short_names else customer.name,
        credit=await credit_of(customer, now=now),
        days=customer.credit_days,
        blocked=customer.blocked,
        reason=customer.block_reason or "",
        by=customer.blocked_by or "",
        waiting=tuple([row.number for row in await waiting]),
    )


def _set(code: str, what: str, was: int | None, now: int | None) -> CreditSet:
    return CreditSet(customer=code, what=what, was="" if was is None else str(was), now="" if now is None else str(now))
