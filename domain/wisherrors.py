"""What is refused to people who set how they are told."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass
class KindNotFound(Refusal):
    """There is no such number in the list of kinds."""

    number: int
    most: int


@dataclass
class NoHours(Refusal):
    """Quiet hours that end when they begin."""


@dataclass
class KindNeeded(Refusal):
    """This kind is always told at once."""

    kind: str


@dataclass
class WayNotFound(Refusal):
    """There is no such way to hear alerts, or it is not set up; ``most`` is how many there are."""

    most: int


@dataclass
class MailboxNeeded(Refusal):
    """Alerts by e-mail need an address."""


@dataclass
class MailboxRefused(Refusal):
    """What was given as an e-mail address is none."""

    mailbox: str


@dataclass
class MemberNeeded(Refusal):
    """Alerts by the WeCom app need the user id of who reads them."""


@dataclass
class MemberRefused(Refusal):
    """What was given as a WeCom user id cannot be one."""

    member: str
