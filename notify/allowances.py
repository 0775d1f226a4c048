"""Counts the plain messages to each person, so that none is sent that the platform would refuse.

A message is counted before it goes out, by one conditional statement, so that two processes never take the same place.
"""

from collections.abc import Collection
from datetime import datetime

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from domain import lane
from domain.lane import Script, Statement
from domain.signs import Sign, Signs, signs_of
from domain.transaction import transact_script
from domain.values import Address
from notify.models import Allowance
from notify.windows import Grants, Window, left_in, open_windows

_TAKE = (
    "INSERT INTO allowance (account, openid, sign, since, used) VALUES (?, ?, ?, ?, 1)"
    " ON CONFLICT (account, openid, sign) DO UPDATE SET"
    " used = CASE WHEN allowance.since = excluded.since THEN allowance.used + 1 ELSE 1 END, since = excluded.since"
    " WHERE allowance.since < excluded.since OR (allowance.since = excluded.since AND allowance.used < ?)"
)


async def reachable(people: Collection[Address], grants: Grants, *, now: datetime) -> frozenset[Address]:
    """Those of these people to whom at least one more plain message may be sent now."""
    windows = await _windows(people, grants, now)
    used = await _used([one for one, open_now in windows.items() if open_now])
    return frozenset(
        one for one, open_now in windows.items() if any(left_in(window, used.get(one, {})) for window in open_now)
    )


async def take(wishes: Collection[tuple[int, Address]], grants: Grants, *, now: datetime) -> dict[int, Window]:
    """Count one message each for these, known by a number; those for whom there was a place, and in which window."""
    windows = await _windows({address for _, address in wishes}, grants, now)

    def work() -> Script[dict[int, Window]]:
        taken: dict[int, Window] = {}
        for number, address in wishes:
            for window in windows[address]:
                place = (address.account, address.openid, window.sign.value, window.mark, window.messages)
                result = yield Statement(_TAKE, place)
                if result.count:
                    taken[number] = window
                    break
        return taken

    return await transact_script(work) if any(windows.values()) else {}


async def give_back(address: Address, window: Window) -> None:
    """The message that was counted did not reach the platform."""
    await _same(address, window).filter(used__gt=0).update(used=F("used") - 1)


async def spent(address: Address, window: Window) -> None:
    """The platform says that this window takes no more, whatever we counted."""
    await _same(address, window).update(used=window.messages)


def _same(address: Address, window: Window) -> QuerySet[Allowance]:
    return Allowance.filter(account=address.account, openid=address.openid, sign=window.sign.value, since=window.mark)


async def _windows(people: Collection[Address], grants: Grants, now: datetime) -> dict[Address, list[Window]]:
    signs: dict[Address, Signs] = await signs_of(people)
    return {address: open_windows(signs[address], grants, now=now) for address in people}


async def _used(people: Collection[Address]) -> dict[Address, dict[Sign, tuple[int, int]]]:
    openids = sorted({one.openid for one in people})
    rows = await lane.fetch(Allowance, "WHERE openid IN ?", openids) if openids else []
    found: dict[Address, dict[Sign, tuple[int, int]]] = {one: {} for one in people}
    for row in rows:
        found.setdefault(Address(row.account, row.openid), {})[Sign(row.sign)] = (row.since, row.used)
    return found
