"""By which way a member of staff hears alerts first, and their own address there: e-mail or WeCom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.models import Identity, Staff
from domain.transaction import transact
from domain.values import Actor, Address
from domain.wisherrors import MailboxRefused, MemberRefused

EMAIL, WECOM_APP = "email", "wecom_app"
OWN_ADDRESS: Mapping[str, str] = {EMAIL: "email", WECOM_APP: "wecom"}
"""The ways that need an address of one's own, and the column that keeps it."""
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class OwnWay:
    """What somebody chose, empty for WeChat, their e-mail address and their user id at WeCom."""

    way: str
    mailbox: str
    member: str = ""

    def address(self, way: str) -> str | None:
        """The own address there; None for a way that needs none."""
        return {EMAIL: self.mailbox, WECOM_APP: self.member}.get(way)


async def choose_way(code: str, way: str) -> bool:
    """Let alerts go this way first, WeChat with an empty one; False when there is nobody of this code."""
    return await Staff.filter(code=code, active=True).update(way=way) == 1


async def keep_mailbox(code: str, mailbox: str) -> bool:
    """Note somebody's e-mail address; False when there is nobody of this code."""
    return await Staff.filter(code=code, active=True).update(**_kept(EMAIL, mailbox)) == 1


async def keep_member(code: str, member: str) -> bool:
    """Note somebody's user id at WeCom; False when there is nobody of this code."""
    return await Staff.filter(code=code, active=True).update(**_kept(WECOM_APP, member)) == 1


async def has_address(code: str, way: str) -> bool:
    """Whether what goes this way would find this member of staff: the way needs no address of one's own, or has it."""
    column = OWN_ADDRESS.get(way)
    return column is None or await Staff.filter(code=code, active=True).exclude(**{column: ""}).exists()


async def own_way(actor: Actor) -> OwnWay:
    """What this person chose."""
    row = await Staff.get(id=actor.staff).only("id", "way", "email", "wecom")
    return OwnWay(row.way, row.email, row.wecom)


async def choose_own_way(way: str, address: str | None, *, by: Actor) -> OwnWay:
    """Let one's own alerts go this way first, with a new address there if one is given."""
    changes = {"way": way, **(_kept(way, address) if address else {})}

    async def work() -> OwnWay:
        await Staff.filter(id=by.staff, active=True).update(**changes)
        return await own_way(by)

    return await transact(work)


async def mailbox_of(address: Address) -> str:
    """The e-mail address of the member of staff behind a chat identity; empty when there is none."""
    return await _own(address, EMAIL)


async def member_of(address: Address) -> str:
    """The WeCom user id of the member of staff behind a chat identity; empty when there is none."""
    return await _own(address, WECOM_APP)


async def ways_of_staff() -> list[tuple[str, str, str]]:
    """Code, name and way of everybody who works here."""
    rows = await Staff.filter(active=True).order_by("code").only("code", "name", "way")
    return [(row.code, row.name, row.way) for row in rows]


async def _own(address: Address, way: str) -> str:
    column = f"staff__{OWN_ADDRESS[way]}"
    found = Identity.filter(account=address.account, openid=address.openid, staff__active=True)
    row = await found.first().values(column)
    return str(row[column]) if row else ""


def _kept(way: str, address: str) -> dict[str, str]:
    if way == EMAIL and (_MAILBOX.fullmatch(address) is None or len(address) > 254):
        raise MailboxRefused(address)
    if way == WECOM_APP and _MEMBER.fullmatch(address) is None:
        raise MemberRefused(address)
    return {OWN_ADDRESS[way]: address} if way in OWN_ADDRESS else {}
