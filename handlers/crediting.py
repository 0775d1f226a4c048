"""Credit by chat: what a customer may owe and owes, terms, customers that are stopped, payments."""

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import crediting
from domain.creditcommands import (
    BlockCustomer,
    SetCreditDays,
    SetCreditLimit,
    ShowCredit,
    ShowReceivables,
    TakeBackPayment,
    TakePayment,
    UnblockCustomer,
)
from domain.errors import CustomerNotFound
from domain.receivables import receivables
from domain.rules.rights import CREDITING, DECIDING
from domain.values import Role

# Who may see what a customer owes: a rep only of those whom they look after.
LOOKING = CREDITING | DECIDING | {Role.SALES}


def register(router: Router) -> None:
    """What this room answers."""
    router.on(ShowCredit, roles=LOOKING)(show)
    router.on(ShowReceivables, roles=LOOKING)(all_owed)
    router.on(SetCreditLimit, roles=CREDITING)(limit)
    router.on(SetCreditDays, roles=CREDITING)(days)
    router.on(BlockCustomer, roles=CREDITING)(block)
    router.on(UnblockCustomer, roles=CREDITING)(unblock)
    router.on(TakePayment, roles=CREDITING)(payment)
    router.on(TakeBackPayment, roles=CREDITING)(payment_back)


async def show(ask: Ask) -> Answered:
    """额度 宏达."""
    command = ask.given(ShowCredit)
    found = await crediting.standing(_meant(command.customer, command.named), by=ask.actor, now=ask.now)
    return say("credit", one=found)


async def all_owed(ask: Ask) -> Answered:
    """应收."""
    return say("receivables", found=await receivables(by=ask.actor, now=ask.now))


async def limit(ask: Ask) -> Answered:
    """额度 宏达 50000."""
    command = ask.given(SetCreditLimit)
    code = _meant(command.customer, command.named)
    was, found = await crediting.set_limit(code, command.limit, by=ask.actor, now=ask.now)
    return say("credit_set", one=found, was=was)


async def days(ask: Ask) -> Answered:
    """账期 宏达 30天."""
    command = ask.given(SetCreditDays)
    code = _meant(command.customer, command.named)
    was, found = await crediting.set_days(code, command.days, by=ask.actor, now=ask.now)
    return say("terms_set", one=found, was=was)


async def block(ask: Ask) -> Answered:
    """停单 宏达 原因: a reason is part of it."""
    command = ask.given(BlockCustomer)
    code = _meant(command.customer, command.named)
    if not command.reason:
        return say("block_why", name=ask.name_of(code))
    return say("blocked", one=await crediting.block(code, command.reason, by=ask.actor, now=ask.now))


async def unblock(ask: Ask) -> Answered:
    """恢复 宏达."""
    command = ask.given(UnblockCustomer)
    code = _meant(command.customer, command.named)
    was, found = await crediting.unblock(code, by=ask.actor, now=ask.now)
    return say("unblocked", one=found, was=was)


async def payment(ask: Ask) -> Answered:
    """收款 宏达 5000."""
    command = ask.given(TakePayment)
    code = _meant(command.customer, command.named)
    if command.amount is None:
        return say("payment_how", name=ask.name_of(code))
    noted = await crediting.take_payment(code, command.amount, command.remark, ask.key, by=ask.actor, now=ask.now)
    return say("payment_taken", noted=noted)


async def payment_back(ask: Ask) -> Answered:
    """撤销收款 12."""
    number = ask.given(TakeBackPayment).payment
    return say("payment_back", noted=await crediting.take_back_payment(number, ask.key, by=ask.actor, now=ask.now))


def _meant(customer: str | None, named: str) -> str:
    if customer is None:
        raise CustomerNotFound(named)
    return customer
