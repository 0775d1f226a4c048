"""The shelf on which all processes of the product keep the access token of an account."""

from datetime import datetime

from tortoise.exceptions import IntegrityError

from notify.models import TokenLease


class DatabaseTokenShelf:
    """Keeps one token; it is replaced only by those who know which one they replace."""

    def __init__(self, account: str) -> None:
        self._account = account

    async def load(self) -> tuple[str, datetime] | None:
        """The token and when it expires, or None."""
        row = await TokenLease.get_or_none(account=self._account)
        return (row.token, row.expires_at) if row and row.token and row.expires_at else None

    async def store(self, previous: str | None, token: str, expires_at: datetime) -> str:
        """Put a new token in the place of ``previous``; the token that lies there afterwards, perhaps another's."""
        if await self._replace(previous or "", token, expires_at):
            return token
        try:
            await TokenLease.create(account=self._account, token=token, expires_at=expires_at)
        except IntegrityError:
            return await self._settled(previous or "", token, expires_at)
        return token

    async def _replace(self, previous: str, token: str, expires_at: datetime) -> bool:
        same = TokenLease.filter(account=self._account, token=previous)
        return await same.update(token=token, expires_at=expires_at) == 1

    async def _settled(self, previous: str, token: str, expires_at: datetime) -> str:
        """Somebody else stored one first: theirs counts, for it is as fresh as ours."""
        row = await TokenLease.get(account=self._account)
        if row.token and row.token != previous:
            return row.token
        await self._replace(row.token, token, expires_at)
        return token


async def expiries() -> dict[str, datetime]:
    """When the token of each account ends."""
    return {row.account: row.expires_at for row in await TokenLease.all() if row.token and row.expires_at}
