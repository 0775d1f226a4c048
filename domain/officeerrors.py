"""Why somebody at work is told no; the words stand with all others in ``templates/refusals.j2``."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import Refusal


@dataclass
class MemberNotFound(Refusal):
    """No member of staff goes by this name."""

    name: str


@dataclass
class MemberUnclear(Refusal):
    """Several members of staff go by this name; ``codes`` tell them apart."""

    name: str
    codes: tuple[str, ...]


@dataclass
class LeaveOverlaps(Refusal):
    """This person is on leave in that time already."""

    name: str
    first: date
    last: date


@dataclass
class NoLeave(Refusal):
    """This person has no leave that could end, or one of several days of which a single one was named."""

    name: str
    first: date | None = None
    last: date | None = None


@dataclass
class NoShift(Refusal):
    """This person has no turn of duty on these days."""

    name: str
    first: date
    last: date


@dataclass
class TooManyDays(Refusal):
    """More days at once than anybody means; ``most`` is the limit."""

    days: int
    most: int


@dataclass
class NotYourLevel(Refusal):
    """The order waits for somebody else; ``decided``: this person has had their say on it before."""

    number: str
    approver: str
    step: int
    of: int
    decided: bool


@dataclass
class AnswerOutdated(Refusal):
    """The answer was written before the present question was asked."""

    number: str
    approver: str
    step: int
    of: int
    at: datetime


@dataclass
class ColleagueAway(Refusal):
    """The colleague is not at work; ``back`` is when the leave ends, if it is one."""

    name: str
    back: datetime | None


@dataclass
class ColleagueBarred(Refusal):
    """The colleague may not decide on orders, or has a part in this one."""

    name: str


@dataclass
class ColleagueUnbound(Refusal):
    """The colleague cannot be told: they have no chat bound to their name."""

    name: str


@dataclass
class TooManyLevels(Refusal):
    """More levels of approval than anybody can oversee."""

    count: int
    most: int


@dataclass
class TextTooLong(Refusal):
    """A text that is longer than people would read."""

    length: int
    most: int


@dataclass
class NobodyToTell(Refusal):
    """Nobody of this audience can be reached."""

    audience: str
