"""Which way a notice takes now: the first of its ways that is set up, not shut, and open to this person."""

from collections.abc import Sequence
from datetime import datetime

from domain.errors import DeliveryFailed
from domain.values import Address
from notify import allowances
from notify.channels import Channel, Channels
from notify.models import Delivery
from notify.notices import CUSTOM
from notify.outbox import switch_way
from notify.pauses import Pause
from notify.windows import GRANTS, Grants, Window

Shut = dict[tuple[str, str], Pause]
WINDOW_SHUT = "window_shut"
WINDOW_SPENT = "45047"


class Ladder:
    """Knows the ways of every account, and keeps the places that were taken for messages under way."""

    def __init__(self, channels: Channels, grants: Grants = GRANTS) -> None:
        self._channels = channels
        self._grants = grants
        self._places: dict[int, Window] = {}

    def channel(self, row: Delivery) -> Channel | None:
        """The way of this delivery, if its account has it."""
        return self._channels.get(row.account, {}).get(row.channel)

    async def open_ways(self, row: Delivery, shut: Shut, *, now: datetime) -> frozenset[str]:
        """The ways of this delivery that can be taken now."""
        ways = self._ways(row, shut, now)
        if CUSTOM in ways and not await allowances.reachable([_to(row)], self._grants, now=now):
            ways.discard(CUSTOM)
        return frozenset(ways)

    async def placed(
        self, rows: Sequence[Delivery], shut: Shut, *, now: datetime
    ) -> tuple[list[Delivery], list[Delivery]]:
        """Take a place for each plain message, and another way where there is none; those that go, and the rest."""
        plain = [row for row in rows if row.channel == CUSTOM]
        if not plain:
            return list(rows), []
        taken = await allowances.take([(row.id, _to(row)) for row in plain], self._grants, now=now)
        self._places |= taken
        without = [row for row in plain if row.id not in taken]
        for row in without:
            others = self._ways(row, shut, now) - {CUSTOM}
            row.channel = next((way for way in row.channels if way in others), CUSTOM)
        stuck = [row for row in without if row.channel == CUSTOM]
        await switch_way([row for row in without if row.channel != CUSTOM])
        return [row for row in rows if row not in stuck], stuck

    async def ended(self, row: Delivery, failure: DeliveryFailed | None) -> None:
        """A try has ended: a place that was not used is free again, one that the platform did not see is gone."""
        place = self._places.pop(row.id, None)
        if place is None or failure is None or failure.maybe_sent:
            return
        if str(failure.code) == WINDOW_SPENT:
            await allowances.spent(_to(row), place)
        elif failure.kind != "window":
            await allowances.give_back(_to(row), place)

    async def left(self, rows: Sequence[Delivery]) -> None:
        """These do not go now after all: the places that were taken for them are free again."""
        for row in rows:
            if (place := self._places.pop(row.id, None)) is not None:
                await allowances.give_back(_to(row), place)

    def _ways(self, row: Delivery, shut: Shut, now: datetime) -> set[str]:
        closed = {channel for (account, channel), one in shut.items() if account == row.account and one.until > now}
        return (set(row.channels) & set(self._channels.get(row.account, {}))) - closed


def no_window() -> DeliveryFailed:
    """Nobody was asked: the person has been silent too long, or had as many plain messages as are allowed."""
    return DeliveryFailed(WINDOW_SHUT, permanent=True, kind="window")


def _to(row: Delivery) -> Address:
    return Address(row.account, row.openid)
