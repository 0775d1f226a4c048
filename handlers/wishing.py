"""How one is told, set by chat: kinds of notices, the hour of what is gathered, and why something did not come."""

from collections.abc import Callable
from dataclasses import replace

from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain.queries import find_order
from domain.rules.wishes import Way, Wishes
from domain.wishcommands import WhyUntold, WishDigest, WishNotices, WishQuiet
from domain.wisherrors import KindNeeded, KindNotFound, NoHours
from domain.wishing import wish, wishes
from notify.alerts import acting
from notify.digest import last_digest
from notify.kinds import kinds_for
from notify.outbox import disturb
from notify.untold import untold

LINES = 4
"""How many things that were not told one answer names."""


def register(router: Router) -> None:
    """What this room answers."""
    router.on(WishNotices, roles=BOUND)(settings)
    router.on(WishDigest, roles=BOUND)(digest)
    router.on(WishQuiet, roles=BOUND)(quiet)
    router.on(WhyUntold, roles=BOUND)(why)


async def settings(ask: Ask) -> Answered:
    """通知设置 [3 关]: the kinds with their numbers, or one of them set anew."""
    command, kinds = ask.given(WishNotices), kinds_for(ask.actor.roles)
    if command.number is None or command.way is None:
        return say("wishes", wishes=await wishes(ask.actor), kinds=kinds)
    if not 1 <= command.number <= len(kinds):
        raise KindNotFound(command.number, len(kinds))
    kind, way = kinds[command.number - 1], Way(command.way)
    if kind.needed and way is not Way.ON:
        raise KindNeeded(kind.code)
    after = await wish(lambda before: before.with_way(kind.code, way), by=ask.actor)
    return say("wish_set", wishes=after, kind=kind, number=command.number, way=way)


async def digest(ask: Ask) -> Answered:
    """汇总时间 17:30: when it is told; 汇总: what was gathered last."""
    at = ask.given(WishDigest).at
    if at is not None:
        return say("digest_set", wishes=await wish(lambda before: replace(before, digest_at=at), by=ask.actor))
    assert ask.actor.address is not None
    return say("digest", last=await last_digest(ask.actor.address), wishes=await wishes(ask.actor))


async def quiet(ask: Ask) -> Answered:
    """免打扰 22:00-8:00 休息日, 免打扰 关: what comes meanwhile is put off, and told at once when it is ended."""
    command = ask.given(WishQuiet)
    if command.off:
        after = await wish(lambda before: replace(before, quiet=None, rest_days=False), by=ask.actor)
        assert ask.actor.address is not None
        return say("quiet", wishes=after, freed=await disturb(ask.actor.address, now=ask.now))
    if command.start is None and not command.rest_days:
        return say("quiet", wishes=await wishes(ask.actor), freed=0)
    return say("quiet", wishes=await wish(_quieter(command), by=ask.actor), freed=0)


def _quieter(command: WishQuiet) -> Callable[[Wishes], Wishes]:
    """The change that was said; what it does not name stays as it is."""
    if command.start is not None and command.start == command.end:
        raise NoHours
    hours = (command.start, command.end) if command.start is not None and command.end is not None else None
    return lambda before: replace(before, quiet=hours or before.quiet, rest_days=command.rest_days or before.rest_days)


async def why(ask: Ask) -> Answered:
    """为什么没通知我 [1042]: what did not come at once, and the reason of each."""
    given = ask.given(WhyUntold).order_no
    number = await find_order(given, ask.actor) if given else None
    assert ask.actor.address is not None
    quiet = await acting.kept_quiet(ask.actor, number) if ask.actor.is_staff else []
    found = await untold(ask.actor.address, number, now=ask.now, limit=LINES - len(quiet[:2]))
    return say("untold", found=found, order=number, quiet=quiet)
