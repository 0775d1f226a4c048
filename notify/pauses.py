"""Ways out that are shut for a while, shared by all processes and kept over a restart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from domain import lane
from notify.models import ChannelPause


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a way out is shut, and until when; past its time it is tried again, and gone after a success."""

    account: str
    channel: str
    kind: str
    code: str
    since: datetime
    until: datetime


async def pauses() -> dict[tuple[str, str], Pause]:
    """All pauses that no success has ended, by account and channel."""
    rows = await lane.fetch(ChannelPause, "")
    found = [Pause(row.account, row.channel, row.kind, row.code, row.since, row.until) for row in rows]
    return {(pause.account, pause.channel): pause for pause in found}


async def shut(pause: Pause) -> None:
    """Shut a way out; the moment since which it is shut stays that of the first time."""
    row = ChannelPause.filter(account=pause.account, channel=pause.channel)
    again: dict[str, Any] = {"kind": pause.kind, "code": pause.code, "until": pause.until}
    if await row.update(**again):
        return
    try:
        await ChannelPause.create(account=pause.account, channel=pause.channel, since=pause.since, **again)
    except IntegrityError:
        await row.update(**again)


async def reopen(account: str, channel: str) -> None:
    """A success has shown that the way is open."""
    await ChannelPause.filter(account=account, channel=channel).delete()
