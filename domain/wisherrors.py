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
