"""Where a member of staff hears alerts first, by chat: 通道, 通道 3, 通道 邮件 li@shop.example, 通道 企微应用 LiSi."""

from collections.abc import Sequence

from bot.replies import say
from bot.router import Answered, Ask, Router
from domain.choosing import EMAIL, OwnWay, choose_own_way, own_way
from domain.rules.rights import HIRING, require
from domain.values import STAFF_ROLES
from domain.wishcommands import ChooseWay
from domain.wisherrors import MailboxNeeded, MemberNeeded, WayNotFound
from notify.hooks import enable

WECHAT = "wechat"


def register(router: Router, ways: Sequence[str]) -> None:
    """What this room answers; ``ways`` are those that are set up besides WeChat."""
    there = (WECHAT, *ways)

    async def choose(ask: Ask) -> Answered:
        """通道: which there are, and perhaps another choice."""
        command = ask.given(ChooseWay)
        way = _named(command, there)
        if command.resume and way is not None:
            require(ask.actor, HIRING)
            return say("way_back", way=way, was_shut=await enable(way, now=ask.now))
        if way is None:
            return say("ways", ways=there, mine=await own_way(ask.actor), changed=False)
        return say("ways", ways=there, mine=await _chosen(way, command.address, ask), changed=True)

    router.on(ChooseWay, roles=STAFF_ROLES)(choose)


def _named(command: ChooseWay, there: Sequence[str]) -> str | None:
    if command.number is not None:
        if not 1 <= command.number <= len(there):
            raise WayNotFound(len(there))
        return there[command.number - 1]
    if command.way is not None and command.way not in there:
        raise WayNotFound(len(there))
    return command.way


async def _chosen(way: str, address: str | None, ask: Ask) -> OwnWay:
    if not address and (await own_way(ask.actor)).address(way) == "":
        raise MailboxNeeded if way == EMAIL else MemberNeeded
    return await choose_own_way("" if way == WECHAT else way, address, by=ask.actor)
