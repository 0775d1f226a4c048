"""By which way a member of staff hears alerts first, and where their e-mail goes."""

import re
from dataclasses import dataclass

from domain.models import Identity, Staff
from domain.transaction import transact
from domain.values import Actor, Address
from domain.wisherrors import MailboxRefused

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


@dataclass(frozen=True, slots=True)
class OwnWay:
    """What somebody chose, empty for WeChat, and their e-mail address."""

    way: str
    mailbox: str


async def choose_way(code: str, way: str) -> bool:
    """Let alerts go this way first, WeChat with an empty one; False when there is nobody of this code."""
    return await Staff.filter(code=code, active=True).update(way=way) == 1


async def keep_mailbox(code: str, mailbox: str) -> bool:
    """Note somebody's e-mail address; False when there is nobody of this code."""
    return await Staff.filter(code=code, active=True).update(email=_checked(mailbox)) == 1


async def own_way(actor: Actor) -> OwnWay:
    """What this person chose."""
    row = await Staff.get(id=actor.staff).only("id", "way", "email")
    return OwnWay(row.way, row.email)


async def choose_own_way(way: str, mailbox: str | None, *, by: Actor) -> OwnWay:
    """Let one's own alerts go this way first, with a new address if one is given."""
    changes = {"way": way, **({"email": _checked(mailbox)} if mailbox else {})}

    async def work() -> OwnWay:
        await Staff.filter(id=by.staff, active=True).update(**changes)
        return await own_way(by)

    return await transact(work)


async def mailbox_of(address: Address) -> str:
    """The e-mail address of the member of staff behind a chat identity; empty when there is none."""
    found = Identity.filter(account=address.account, openid=address.openid, staff__active=True)
    row = await found.first().values("staff__email")
    return str(row["staff__email"]) if row else ""


async def ways_of_staff() -> list[tuple[str, str, str]]:
    """Code, name and way of everybody who works here."""
    rows = await Staff.filter(active=True).order_by("code").only("code", "name", "way")
    return [(row.code, row.name, row.way) for row in rows]


def _checked(mailbox: str) -> str:
    if _MAILBOX.fullmatch(mailbox) is None or len(mailbox) > 254:
        raise MailboxRefused(mailbox)
    return mailbox
