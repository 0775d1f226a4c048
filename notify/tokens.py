"""The shelf on which all processes of the product keep the access token of an account."""

from datetime import datetime
from typing import Any

from connect.wechat.shelf import Kept
from domain import lane
from notify.models import TokenLease

_FREE: dict[str, Any] = {"lease_by": None, "lease_until": None}


class DatabaseTokenShelf:
    """Keeps one token; it is replaced only by those who know which one they replace."""

    def __init__(self, account: str) -> None:
        self._account = account

    async def load(self) -> Kept:
        """What lies there now."""
        found = await lane.fetch(TokenLease, "WHERE account = ?", self._account)
        return _kept(found[0]) if found else Kept()

    async def reserve(self, kept: Kept, by: str, until: datetime) -> bool:
        """Whether it is for ``by`` to fetch the next token; of those who ask at once, one is told yes."""
        if not kept.turn:
            await TokenLease.bulk_create([TokenLease(account=self._account)], ignore_conflicts=True)
        same = TokenLease.filter(account=self._account, turn=kept.turn)
        same = same.filter(lease_by=kept.lease_by) if kept.lease_by else same.filter(lease_by__isnull=True)
        return await same.update(lease_by=by, lease_until=until) == 1

    async def release(self, by: str) -> None:
        """The fetch came to nothing; another may try."""
        await TokenLease.filter(account=self._account, lease_by=by).update(**_FREE)

    async def store(self, turn: int, token: str, expires_at: datetime) -> Kept:
        """Put the next token in the place of that of this turn; what lies there afterwards, perhaps another's."""
        same = TokenLease.filter(account=self._account, turn=turn)
        await same.update(token=token, expires_at=expires_at, turn=turn + 1, **_FREE)
        return await self.load()

    async def shut(self, strikes: int, until: datetime, why: str) -> None:
        """Let nobody ask until then, unless others were refused since ``strikes`` were counted."""
        if not strikes:
            await TokenLease.bulk_create([TokenLease(account=self._account)], ignore_conflicts=True)
        same = TokenLease.filter(account=self._account, strikes=strikes)
        await same.update(strikes=strikes + 1, shut_until=until, shut_why=why)

    async def forgive(self) -> None:
        """What was refused is taken again: the next pause is a short one."""
        await TokenLease.filter(account=self._account, strikes__gt=0).update(strikes=0)


def _kept(row: TokenLease) -> Kept:
    return Kept(
        token=row.token,
        expires_at=row.expires_at,
        turn=row.turn,
        lease_by=row.lease_by or "",
        lease_until=row.lease_until,
        strikes=row.strikes,
        shut_until=row.shut_until,
        shut_why=row.shut_why,
    )


async def expiries() -> dict[str, datetime]:
    """When the token of each account ends."""
    return {row.account: row.expires_at for row in await TokenLease.all() if row.token and row.expires_at}
