"""The simulated platform as a whole: one world, its accounts and its carrier."""

from types import TracebackType
from typing import Any

from . import chance
from .account import OfficialAccount
from .carrier import Carrier
from .clock import Clock
from .faults import Faults
from .fleet import Fleet
from .journal import Journal
from .kdniao import KdniaoDesk
from .rooms import Rooms
from .wecomapp import WecomApp
from .world import World


class Platform:
    """Holds the accounts by appid; close it, or use it with `async with`, to end its background work."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.world = World(clock)
        self.accounts: dict[str, OfficialAccount] = {}
        self.carrier = Carrier(self.world)
        self.kdniao = KdniaoDesk(self.world)
        self.fleet = Fleet(self.world)
        self.rooms = Rooms(self.world)
        self.wecom_app = WecomApp(self.world)

    @property
    def clock(self) -> Clock:
        """The clock of everything here; `clock.forward(timedelta(days=1))` is one day later."""
        return self.world.clock

    @property
    def journal(self) -> Journal:
        """Everything that travelled, in order."""
        return self.world.journal

    @property
    def faults(self) -> Faults:
        """The troubles that wait to strike."""
        return self.world.faults

    def add_account(self, **traits: Any) -> OfficialAccount:
        """Open an account; traits of `OfficialAccount` that are not given are made up in the platform's shapes."""
        made_up = {
            "appid": "wx" + chance.hexadecimal(16),
            "secret": chance.hexadecimal(32),
            "token": chance.alnum(24),
            "aes_key": chance.alnum(43),
            "original_id": "gh_" + chance.hexadecimal(12),
        }
        account = OfficialAccount(world=self.world, **(made_up | traits))
        if account.appid in self.accounts:
            raise ValueError(f"{account.appid} is an account here already")
        self.accounts[account.appid] = account
        return account

    def account(self, appid: str = "") -> OfficialAccount:
        """The account with this appid, or the only one; LookupError otherwise."""
        if not appid and len(self.accounts) == 1:
            return next(iter(self.accounts.values()))
        if appid not in self.accounts:
            raise LookupError(f"no account {appid or 'named'}")
        return self.accounts[appid]

    async def settled(self) -> None:
        """Wait until every background push has ended; raise what went wrong in one."""
        await self.world.settled()

    async def close(self) -> None:
        """End background work and close connections."""
        await self.world.close()

    async def __aenter__(self) -> "Platform":
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()
