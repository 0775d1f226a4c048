"""Who has a phone on the table, and what a trial there would type."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from yarl import URL

from .account import OfficialAccount
from .platform import Platform
from .trials import Trials
from .troubles import Hands, Script


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody whose phone lies on the table: who they are in the shop and what they might type first.

    With `follows` false the person still has to follow the account by tapping 关注. `provoke` is what this person
    types to make an order whose notices the trials can meet; its last line is the one that trouble strikes. `{n}`
    in it is another number each time, so that no order looks like the one before.
    """

    openid: str
    name: str
    role_words: str = ""
    hints: tuple[str, ...] = ()
    follows: bool = True
    provoke: tuple[str, ...] = ()


@dataclass(eq=False)
class Phones:
    """The table with the phones of one account, and the hands that reach behind the bot."""

    platform: Platform
    phones: tuple[Phone, ...] = ()
    hands: Hands = field(default_factory=Hands)
    appid: str = ""
    _tries: int = 0

    def __post_init__(self) -> None:
        self.trials = Trials(self.platform, self.hands, self.appid)
        self.place(self.phones)

    @property
    def account(self) -> OfficialAccount:
        """The account everybody talks to; LookupError while there is none."""
        return self.platform.account(self.appid)

    @property
    def site(self) -> str:
        """Where the bot's own pages are: the origin of its webhook, empty without one."""
        return str(URL(self.account.webhook).origin()) if self.account.webhook else ""

    def place(self, phones: Iterable[Phone]) -> None:
        """Lay these phones on the table; people the account has never met are made known to it."""
        self.phones = tuple(phones)
        for phone in self.phones:
            if phone.openid not in self.account.followers:
                self.account.add_follower(phone.name, openid=phone.openid, subscribed=phone.follows)

    @property
    def shown(self) -> tuple[Phone, ...]:
        """The phones on the table; without any, one for each person the account knows."""
        known = self.account.followers.values()
        return self.phones or tuple(Phone(one.openid, one.name or one.openid[:6]) for one in known)

    def script(self, openid: str, words: str) -> Script:
        """What is typed in a trial: `words` if there are any, else an order, else this phone's first hint."""
        hints = next((phone.hints for phone in self.shown if phone.openid == openid), ())
        if words:
            return Script(openid, (words,), (*hints, words)[0])
        for phone in self.shown:
            if phone.provoke and self.account.person(phone.openid).subscribed:
                self._tries = self._tries % 12 + 1
                lines = tuple(line.replace("{n}", str(self._tries)) for line in phone.provoke)
                return Script(phone.openid, lines, (*phone.hints, "在吗")[0])
        first, second = (*hints, "在吗", "帮助")[:2]
        return Script(openid, (first,), second)
