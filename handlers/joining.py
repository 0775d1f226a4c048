"""Who is who: binding a WeChat to a contact or member of staff, inviting, leaving."""

from dataclasses import replace
from datetime import datetime

from bot.dialogue import NEW, Question, Talk
from bot.replies import say
from bot.router import ANYONE, BOUND, Answered, Ask, Router
from domain import joining
from domain.commands import Bind, Invite, Unbind
from domain.errors import CustomerNotFound
from domain.offering import find_customer
from domain.rules.rights import INVITING
from domain.values import CUSTOMER_ROLES, Actor, Address, Role


def register(router: Router) -> None:
    """What this room answers."""
    router.on(Bind, roles=ANYONE)(bind)
    router.on(Unbind, roles=BOUND)(unbind)
    router.on(Invite, roles=INVITING)(invite)


async def bind(ask: Ask) -> Answered:
    """绑定 CODE: a contact is bound at once, staff say first that it is they."""
    return await bind_code(ask.actor, ask.talk, ask.given(Bind).code, now=ask.now)


async def bind_code(actor: Actor, talk: Talk, code: str, *, now: datetime) -> Answered:
    """The same for a code that came another way, such as a scanned QR."""
    address = _address(actor)
    invitation = await joining.peek_code(code, address, now=now)
    if invitation.customer_name is None:
        return say(
            "is_it_you", replace(talk, question=Question("confirm_identity", subject=code)), invitation=invitation
        )
    who = await joining.redeem_code(code, address, now=now)
    return say("joined", NEW, who=who, company=invitation.customer_name)


async def is_me(ask: Ask) -> Answered:
    """是我: bind a member of staff."""
    question = ask.talk.question
    assert question is not None
    actor = await joining.redeem_code(question.subject or "", _address(ask.actor), now=ask.now)
    return say("joined", NEW, who=actor, company=None)


async def not_me(ask: Ask) -> Answered:
    """不是我: nothing is bound; the code stays with its owner."""
    return say("not_you", replace(ask.talk, question=None))


async def unbind(ask: Ask) -> Answered:
    """解绑: this WeChat is nobody's any more."""
    await joining.unbind(ask.actor, now=ask.now)
    return say("unbound", NEW)


async def invite(ask: Ask) -> Answered:
    """邀请 姓名 [客户] [角色]: a one-time code for a further person of a customer."""
    command = ask.given(Invite)
    named = _named(ask, command.customer)
    customer = ask.actor.customer or named
    if customer is None:
        return say("invite_whom")
    if ask.actor.customer and named not in {None, ask.actor.customer}:
        raise CustomerNotFound(command.customer or "")
    code = await find_customer(customer, ask.actor)
    role = Role(command.role) if command.role in CUSTOMER_ROLES else Role.BUYER
    issued = await joining.invite_contact(code, command.name, role, by=ask.actor, now=ask.now)
    return say("invited", issued=issued, name=command.name, role=role.value, customer=ask.name_of(code))


def _named(ask: Ask, text: str | None) -> str | None:
    if text is None:
        return None
    entry = ask.lexicon.named(text)
    known = entry is not None and len(entry.ids) == 1 and entry.ids[0] in ask.lexicon.customers
    return entry.ids[0] if known and entry is not None else text


def _address(actor: Actor) -> Address:
    assert actor.address is not None
    return actor.address
